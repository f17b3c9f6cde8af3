"""Institutions over HTTP: what they are, by which rules people belong to them, and their members."""
