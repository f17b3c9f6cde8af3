"""Drafts that begin with what exists elsewhere: documents in forms of others, identifiers that registrars know."""
