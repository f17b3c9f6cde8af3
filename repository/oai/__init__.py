"""OAI-PMH 2.0 at ``/oai2d``: other catalogues harvest the descriptions of everything published.

`rules` reads a request and says what is wrong with it · `tokens` where a list goes on · `queries` the items in the
order of their datestamps · `writing` the XML · `answers` one function a verb · `views` HTTP.

Items are all published versions that the public may read, the latest and the older; a concept is none.  The
datestamp is when a version was last changed, to the second.  Whoever asks, signed in or not, gets what the public
gets: the filter is the anonymous actor's, and descriptions come from `records.publications`.

A list is walked by (datestamp to the microsecond, id), which an index holds, so that its last page costs what the
first does.  A resumption token says all that was asked and the last item given; the server keeps nothing, so a token
does not expire, and what it says is checked like a new request.  A version that changes while a harvest goes on moves
to the end: one not yet given comes once, one already given comes again, with its new datestamp; none is left out.

A datestamp is taken when a transaction begins.  One that is still open may therefore show up a moment behind the
place that a harvest has reached; the next harvest has it, if it begins a little before this one's ``responseDate``.

Nothing can be withdrawn yet, and a record that a correction closes to the public just leaves the list; `Identify` says
so (``deletedRecord`` is ``no``).  A tombstone will be an item whose header says ``deleted``: it is one more column of
`queries.Item`, read by `writing.header` and `writing.record`.

Source: The Open Archives Initiative Protocol for Metadata Harvesting, version 2.0, 2015-01-08.
"""
