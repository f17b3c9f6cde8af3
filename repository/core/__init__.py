"""What every feature stands on; no feature is known here.

`errors` · `clock` · `actor` · `site` (this installation) · `registration_accounts` (who registers its identifiers) ·
`paging` · `cache` (bytes in memory) · `conditions` (how the parts of the site are) · `health_checks` · `disks` ·
`check_report` (the result of a sweep) · `file_lock` (the queue of SQLite's writers) · `database` (engines and
statements) · `unit_of_work` (one transaction) · `facts` (the outbox) · `preservation_events` · `web` (HTTP).

One ``with database.transaction(actor)`` per request or job holds the only ``commit`` of the codebase.  A verb emits
what happened as a *fact*, a row of the same transaction: facts are the audit trail and start everything that follows.
"""
