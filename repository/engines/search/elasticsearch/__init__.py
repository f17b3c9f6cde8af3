"""The search engine for a site of several processes: an Elasticsearch 8.

`elasticsearch_address`, `elasticsearch_client` the server and its errors · `index_bodies`, `index_names` the indices ·
`bulk_writes`, `updates` documents in and out · `query_dsl`, `search_requests` searches · `rebuild_protocol` rebuilds.

**Names.**  ``P-records-S`` and ``P-files-S`` (prefix P, stamp S of a generation) answer behind the aliases
``P-records`` and ``P-files``.  While a rebuild is under way, its own generation stands behind ``P-records-next`` and
``P-files-next``, and beside it ``P-dropped-S`` behind ``P-dropped-next``.  The rebuild writes through aliases that bear
its token, ``P-building-TOKEN-…``: whoever takes its place takes these away in one step, and its next act is `Conflict`.
Every write demands that its alias exists: an index that was taken away never comes back by an auto-creation.

**Versions.**  A document's version is its revision (external versions): an older or equal one is kept out by the
server, in silence.  A deleted document's version is forgotten at once (``gc_deletes`` 0), as a document that was
dropped may come back with any revision; where the server still remembers one (its clock ticks five times a second),
the put waits.

**Changes during a rebuild.**  A put or drop first has its documents at hand, then asks whether ``P-records-next``
exists, then changes the next generation, last the live one.

* No change is missed.  A change that saw no rebuild had read the database before the rebuild began, so the rebuild
  reads what the change knew, or newer.  One that saw it changes both generations; if the rebuild ends in between, the
  first write finds no alias, which is fine, as the second then goes to what was built.
* No drop is undone.  What the rebuild puts is marked ``rebuilt``; a put by others replaces it, equal revisions
  included, and bears no mark.  A drop is noted in ``P-dropped-S`` before it deletes; `finish`, when the rebuild puts
  no more, deletes what was noted and still bears the mark.  A drop after that finds the document itself.  What was put
  anew after a drop bears no mark and stays.
* The swap of all aliases is one request to the server; the old indices are taken away after it, and a search that
  is still on its way to one of them is asked again.

**A rebuild that ends early** leaves its generation, to which changes go on being written, with its position in the
``_meta`` of its records; a rebuild that resumes takes over the token.  Positions are noted every few seconds and when
a rebuild is left: what was put after the last note is put again, which changes nothing.
"""

from repository.engines.search.elasticsearch.elasticsearch_address import elasticsearch_address
from repository.engines.search.elasticsearch.elasticsearch_search import ElasticsearchSearch

__all__ = ["ElasticsearchSearch", "elasticsearch_address"]
