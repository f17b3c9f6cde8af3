"""What harvesters may list: the items of OAI-PMH 2.0 in order, and the sets that they are in.

`queries` the items in the order of a harvest · `setspecs` and `set_hierarchy` the sets · `defined_sets` the sets that
administrators define by a search · `set_membership` the members of those sets · `metadata_prefixes` the formats of
items. The protocol itself is in `faces.oai`.

Items are all published versions that the public can read or once could, the latest and the older; a concept is no item.
A withdrawn or closed item is listed as deleted, for ever, with nothing but its sets (``deletedRecord`` is
``persistent``). Every client, signed in or not, gets the public view.

The datestamp is the second in which a version last changed, or entered or left a defined set. Catalogues can rely on
four promises:

* **Each once.**  A list follows (datestamp, id) as of its beginning; versions published meanwhile come after. Each
  item comes once, in its current form, also if it changes during the harvest; its new datestamp brings it into the
  next harvest as well.
* **None lost.**  A change is dated before it is committed. A list ends where an open transaction can still date a
  change (`core.database.commit_horizon`), and ``responseDate`` is that moment: a harvester that starts again from the
  ``responseDate`` of its first reply misses nothing.
* **Tokens for ever.**  A resumption token holds the request, its time, and the last item; the server keeps nothing,
  and checks a token like a new request. Past datestamps are kept (`records.change_tracking`), so that a token is as
  good after a year. The last page costs as much as the first, because indexes find its place.
* **Sets.**  A type is a column, a community a row with a table of its datasets; a set has the community's title. A
  defined set holds the hits of a search; they are kept as rows when a version or the set changes, so that a harvest
  needs no search engine.

Source: The Open Archives Initiative Protocol for Metadata Harvesting, version 2.0, 2015-01-08.
"""
