"""Drafts: what depositors work on until it is published.

A draft accepts anything and loses nothing: what is wrong in it stays as sent and is listed in its `errors` on every
reading, until it is mended; `publication` refuses a draft that has any.  A draft is *new* (its concept has no version
yet), a *new version*, or an *edit* of a published version, whose id and frozen file set it shares.

`drafts` open, save, discard · `contents` its files · `pids` its reserved identifiers.
"""
