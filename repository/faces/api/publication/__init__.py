"""Publish a draft, open an edit or a new version, withdraw, restore, and assign a community."""
