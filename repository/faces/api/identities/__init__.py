"""Providers of sign-in, and one's identities at them: list, link, unlink."""
