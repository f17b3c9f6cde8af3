"""What administrators do to accounts: suspend, restore, give a role or limits, merge doubled ones."""
