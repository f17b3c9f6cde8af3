"""DOI, CSTR and Handle: reserved with the publication, registered after it, never lost.

An identifier belongs to a version or to its concept, and all identifiers of one owner share a local suffix: version 12
has ``10.5072/data.12`` and ``CSTR:99999.11.data.12``. It is *reserved* in the transaction that publishes (or before, at
the depositor's request) and *registered* by a job; publishing never waits for a registrar.

`reserve` mints and adopts · `rules` pure decisions · `register` a round with a registrar · `registration_state` claims
before it and results after it · `admin` what administrators see. The registration account
(`core.registration_accounts`) is chosen when an identifier is minted, and stays. `records.registrar_metadata` makes the
documents for registrars, from the public view alone.

States: reserved → registering → registered → updating → registered …; failed from any of them, with cause and next try;
withdrawn while the version has a tombstone; external when it was minted elsewhere; conflict when the registrar knew it
before we ever called, as after the restore of an older database: nothing is sent until a person accepts it as ours.
A row remembers when a call to a registrar began (`called_at`), which batch has it (`ticket`) and what the registrar has
(`sent`), so that a round may be killed at any instruction and run again.
"""
