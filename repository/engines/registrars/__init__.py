"""Registering identifiers: `port` and its keepers."""
