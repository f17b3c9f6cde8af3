"""The audit trail: every fact is sealed in a chain of hashes, so that a later change is found.

`rules` the canonical form and the hashes · `model` the table of seals · `sealing` adds seals · `store_memory` what the
store remembers of them · `verification` finds what does not fit · `queries` reads facts with their seals · `exporting`
writes them as JSON Lines · `audit_keeper` does the first two by the clock · `audit_condition` · `audit_commands` ·
`feature`.

**Sealing.**  A fact is written in the transaction of what happened, and sealed a second later, so that no two writers
wait for each other.  Seals have numbers of their own, 1, 2, 3, …, because on PostgreSQL ids become visible out of
order.  One process seals at a time; a fact has one seal, for its id is unique among them.  What stood in the database
before there were seals is sealed first, a part at a time.

**What is found**: a row that was changed or removed after it was sealed, a seal that was changed, removed, moved or put
in between, a row that came later in the place of an older one, and the end of the chain cut off.  The last needs what
somebody else remembers: the store has a mark with the newest seal, and `repository audit export` writes it too.  Who
can change both database and store forges a chain that only an exported hash betrays.

**What is not**: what somebody with the rights of the program does in the second before the seal; and the order of facts
of the same second, which is the order of their seals.

**The saves of a draft** are forgotten but for the newest (`deposits.saves`).  Their seals stay and say that the row may
be missing, which nobody can say of another kind: it is a part of the hash.

**Reading** the trail is no fact, for each look would lengthen it, and reading must work where nothing can be written.
It stands in the log of requests with person and time, as every request does.
"""
