"""Offer a dataset to another owner, accept or decline it."""
