"""Drafts: open, read, save, discard, and list their identifiers."""
