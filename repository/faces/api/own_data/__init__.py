"""What is kept of oneself: to take along as a file, and to erase."""
