"""Communities: journals, institutes and projects that datasets belong to.

A community is a row with a slug and titles.  An administrator defines it; a slug that somebody types creates nothing.
A dataset may be in any number of communities, and one of them is its default.  What others can rely on:

* **Slugs stay.**  Catalogues harvest the set ``community-<slug>``, and the file of registrars names communities by
  slug, so a slug never changes; titles may.
* **One default.**  A dataset that is in communities has exactly one default: the first that it came into, until a
  curator chooses another.  The default chooses the series and the registrars of identifiers minted from then on.
* **Titles cost no rewriting.**  A new title changes no version, no datestamp and no index document; the cached JSON of
  records depends on `Community.change` (`records.cache_keys`).

Who puts datasets into communities stands above, in `publication.dataset_communities`, as it changes versions too.

Source: the InvenioRDM contract, section 1.8.
"""
