"""DOI and CSTR: reserved with the publication, registered after it, never lost.

An identifier belongs to a version or to its concept, and all of one owner share a local suffix: version 12 has
``10.5072/data.12`` and ``CSTR:99999.11.data.12``.  An identifier is *reserved* in the transaction that publishes
(or before, on the depositor's wish) and *registered* by a job; publishing never waits for a registrar.
"""
