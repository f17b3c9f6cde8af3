"""What would become of files, asked before they are sent."""
