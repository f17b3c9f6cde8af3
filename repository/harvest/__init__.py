"""OAI-PMH 2.0 at ``/oai2d``: other catalogues harvest the descriptions of everything published.

`rules` reads a request and says what is wrong with it · `tokens` where a list goes on · `queries` the items in the
order of a harvest · `hierarchy` and `setspecs` the sets · `formats` what items come in · `writing` and `describing` the
XML · `answers` one function a verb · `sets` what administrators define by a search, and `filing` what comes into it ·
`views` HTTP.

Items are all published versions that the public can read or once could, the latest and the older; a concept is none.
One that was withdrawn or closed is told to be deleted, for ever, and nothing else of it but the sets it was in
(``deletedRecord`` is ``persistent``).  Whoever asks, signed in or not, gets what the public gets.

The datestamp is when a version was last changed, or came into a defined set or left one, to the second.  What
catalogues rely on:

* **Each once.**  A list goes by (datestamp, id) as they were when it was begun; versions that are published meanwhile
  follow.  Each is given once and as it is then, also one that changes during the harvest; its new datestamp brings it
  into the next harvest as well.
* **None lost.**  A change is dated before it is committed.  A list goes only as far as no open transaction can still
  date anything (`core.database.commit_horizon`), and ``responseDate`` is that moment: who harvests again from the
  ``responseDate`` of the answer that began a harvest misses nothing.
* **Tokens for ever.**  A resumption token says all that was asked, when, and the last item given; the server keeps
  nothing, and what a token says is checked like a new request.  Past datestamps are kept (`records.change_tracking`),
  so that a token is as good after a year.  The last page costs what the first does, for places are found in indexes.
* **Sets.**  Communities and types are columns.  A defined set is what a search finds; the answer is kept as rows when a
  version or the set changes, so that harvesting asks no search engine.

Source: The Open Archives Initiative Protocol for Metadata Harvesting, version 2.0, 2015-01-08.
"""
