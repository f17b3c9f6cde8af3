"""A repository for research data: deposit, publish with DOI and CSTR, find, cite, download.

The house, top floor first.  A package imports only from packages that stand on a lower line; packages on one
line do not know each other.  ``pyproject.toml`` ([tool.importlinter]) holds the same order for the machine::

    wsgi  __main__                      start the API · start the command line
    cli                                 ``repository …`` commands, one file a topic
    app                                 create_app(facilities): mounts every feature's views; the only importer of views
    bootstrap                           settings -> Facilities: the only place where engines are chosen
    landing  oai  resolution  discovery the public page of a record · OAI-PMH · where identifiers lead · site maps, feed
    search  vocabularies                find records · offer controlled terms
    publication                         draft becomes a citable version; edit; new version
    deposits                            drafts (mutable) and what their owners do with them
    records                             versions (immutable), their concept, and how both read on the wire
    files  identifiers                  uploads, file sets, downloads, fixity · reserve, register DOI and CSTR
    accounts                            people, tokens, sign-in
    access                              ONE policy table (action -> predicates), ONE visibility filter, embargo
    engines                             byte store · search · registrars: each folder port.py + one file per keeper
    foundation                          errors, clock, actor, database, work (one transaction), facts (outbox), web
    dataset                             what a dataset IS: frozen dataclasses, vocabularies, formats; pure, no I/O

``workers`` stands beside the house and may use all of it but the views; ``config`` knows nothing of it.

Two sentences explain most decisions.

1. A package imports only from packages that stand below it, never from one beside it on its own line.
2. During a request nothing calls the outside world except the byte store and, when searching, the search engine.
   Everything else follows from facts written in the same database transaction.

Rooms, the same in every feature: ``rules.py`` pure decisions · ``model.py`` tables · ``queries.py`` reads ·
verb files (``publish.py``, ``uploads.py``) · ``schema.py`` wire shapes · ``views.py`` HTTP.

The life of a dataset reads in five files: ``deposits/drafts.py``, ``files/uploads.py``,
``publication/publish.py``, ``workers/reactions.py``, ``files/downloads.py``.
"""
