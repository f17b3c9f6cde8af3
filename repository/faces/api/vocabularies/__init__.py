"""Controlled terms over HTTP; the terms themselves are `dataset.vocabularies`."""
