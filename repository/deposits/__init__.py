"""Drafts: the work of depositors until it is published.

A draft accepts anything and loses nothing.  A faulty value stays as the client sent it, and every read lists it in the
draft's `errors` until it is mended; `publication` refuses a draft that has any but warnings.  A draft is *new* (its
concept has no version yet), a *new version*, or an *edit* of a published version, whose id and frozen file set it
shares.

`drafts` open, save, discard · `saves` bounds what is kept of saves · `draft_files` its files, `linked_files` those of
versions · `draft_identifiers` its reserved identifiers · `metadata` the shape and faults of its description · `rules`
the other parts of its body · `resumable_uploads` bring bytes over days, `upload_places` where each belongs,
`upload_leases` who sends, `arriving_bytes` what comes, `upload_ends` the commit · `fetch_places` files that come from
elsewhere, `fetch_files` brings them · `expiry` of drafts that nobody changes · `use_recount` corrects what
quotas count · `model` · `queries` · `facts` · `feature`.
"""
