"""What every feature stands on; no feature is known here.

`errors` · `clock` · `actor` · `site` · `paging` · `database` · `work` (one transaction) · `facts` (the outbox) ·
`web` (problems, bodies, negotiation, entity tags, OpenAPI).

One ``with database.transaction(actor)`` per request or job holds the only ``commit`` of the codebase.  What happened is
emitted as a *fact*, a row of the same transaction: facts are the audit trail and start everything that follows.
"""
