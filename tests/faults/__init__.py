"""Outages of every engine, by a proxy between the application and its servers, and by killing processes.

`proxy` stands before a server and fails on demand · `installation` is everything a site runs, on servers of its own ·
`load` deposits and publishes meanwhile · `ledger` keeps what was answered · `comparison` holds it against what there
is afterwards · `witness` holds single requests, while something is away, against what a reader or depositor may expect.
"""
