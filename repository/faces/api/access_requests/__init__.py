"""Requests for access to files: ask, prove an address as a guest, decide, see where it stands."""
