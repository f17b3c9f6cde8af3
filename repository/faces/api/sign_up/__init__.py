"""Accounts that people make themselves, and forgotten passwords."""
