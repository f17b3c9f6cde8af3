"""The sets of OAI-PMH that curators define by a query."""
