"""What a person was told, what they want by mail, and the addresses that stop mail."""
