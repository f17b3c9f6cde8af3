"""A repository for research data: deposit, publish with DOI and CSTR, find, cite, download.

The house, top floor first.  A package imports only from packages that stand on a lower line; packages on one
line do not know each other.  ``pyproject.toml`` ([tool.importlinter]) holds the same order for the machine::

    wsgi  __main__                      start the server · start the command line
    cli                                 ``repository …`` commands, one file a topic
    app                                 create_app(services): mounts the faces
    bootstrap                           settings -> Services: the only place where engines are chosen
    faces                               everything that speaks HTTP: api · pages · oai · oauth · resolver · feeds
    features                            the list of features, and what they contribute together
    backup  operation                   the whole site in a folder, and back · jobs, sweeps and room, for administrators
    harvest                             what OAI-PMH harvesters may list: items in order, sets and their members
    notifications  search  webhooks     people are told · documents of the index, the query language · hooks
    sharing                             who has a part in a dataset: grants, share links, the referee link
    publication                         draft becomes a citable version; revise; new version; withdraw
    imports                             drafts that begin with what exists elsewhere: by a file, a DOI, a CSTR
    deposits                            drafts (mutable) and what their owners do with them
    records                             versions (immutable), their concept, the public view, exports
    inspection                          what is in the files: formats, previews; found by a job, in a cage
    communities  files  identifiers     slugs, titles, members · uploads, fixity · reserve, register DOI, CSTR
    people  audit                       accounts, access tokens, sign-in, teams, institutions · seals of all facts
    access  organisations               relations, grants, ONE policy table, ONE visibility filter · ROR's list
    feature                             what a feature may contribute: facts, reactions, jobs, sweeps, tables
    engines                             store · archive · search · registrars · copies · mail · inspector …: ports
    core                                errors, clock, actor, database, unit of work, facts (outbox), events, web
    client                              the client of the API, which can be installed alone
    crosswalks                          descriptions in the forms that people have, as our metadata; pure
    dataset                             what a dataset IS: description, formats; pure, no I/O

``workers`` stands beside the house and may use all of it but the faces; ``config`` knows nothing of it.  ``client``
speaks HTTP with any server of this kind, and only commands know it.

Three sentences explain most decisions.

1. A package imports only from packages that stand below it, never from one beside it on its own line.
2. During a request nothing calls the outside world except the byte store and, when searching, the search engine;
   when somebody signs in at a provider of identities, that provider; when somebody looks for a name, ORCID if chosen.
   Everything else follows from facts written in the same database transaction.
3. Faces outside, features inside: what speaks HTTP is thin and calls verbs; a feature knows no face.

Rooms of a feature: ``rules.py`` pure decisions · ``model.py`` tables · ``queries.py`` reads · ``facts.py`` what it
announces · verb files (``publish.py``, ``uploads.py``) · ``feature.py`` all that it contributes to the whole.  Rooms of
a face: ``routes.py`` request -> verb -> reply · ``schemas.py`` the marshmallow schemas of requests and replies ·
``serializers.py`` values to JSON; of pages: ``views.py``, ``view_model.py``, ``translations.py``, templates.

``GLOSSARY.md`` beside this file lists the words of the house, one meaning each.

The life of a dataset reads in four files and a table: ``deposits/drafts.py``, ``files/uploads.py``,
``publication/publish.py``, the table of facts and jobs that ``repository reactions`` prints, ``files/downloads.py``.
"""

__version__ = "0.2.0"
"""The release (SemVer 2.0); ``pyproject.toml`` reads it from here, so a checkout knows it without installation."""
