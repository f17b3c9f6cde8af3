"""Affiliations and funders over HTTP: the organisations of ROR, suggested and looked up."""
