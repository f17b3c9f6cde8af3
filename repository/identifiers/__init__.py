"""DOI, CSTR and Handle: reserved with the publication, registered after it, never lost.

An identifier belongs to a version or to its concept, and all of one owner share a local suffix: version 12 has
``10.5072/data.12`` and ``CSTR:99999.11.data.12``.  It is *reserved* in the transaction that publishes (or before, on
the depositor's wish) and *registered* by a job; publishing never waits for a registrar.

`reserve` mints and adopts · `rules` pure decisions · `register` a round with a registrar · `registration_state` its
two ends in the database · `admin` what administrators see. Where identifiers come from (`core.registration_accounts`)
is chosen when they are minted, and stays. What registrars are told is made above, by `records.registrar_metadata`, of
the public's view alone.

States: reserved → registering → registered → updating → registered …; failed from any of them, with cause and next
try; withdrawn while the version has a tombstone; external when it was minted elsewhere. A row remembers that a call to
a registrar was begun (`asked`), which batch has it (`ticket`) and what the registrar has (`sent`), so that a round may
be killed at any instruction and run again.
"""
