"""Drafts: the work of depositors until it is published.

A draft accepts anything and loses nothing.  A faulty value stays as the client sent it, and every read lists it in the
draft's `errors` until it is mended; `publication` refuses a draft that has any but warnings.  A draft is *new* (its
concept has no version yet), a *new version*, or an *edit* of a published version, whose id and frozen file set it
shares.

`drafts` open, save, discard · `draft_files` its files · `draft_identifiers` its reserved identifiers · `metadata` the
shape and faults of its description · `rules` the other parts of its body · `model` · `queries` · `facts` · `feature`.
"""
