"""Published versions and the concept that they are versions of.

A *concept* is the dataset through time.  A *version* is what a citation means: its file set never changes; its
description may be corrected, which makes a new *revision* and keeps the old one.  Ids of concepts, versions and drafts
come from one sequence of integers, so an id names one thing for ever.

The read side, in the order of a request: a face negotiates the representation (`faces.content_negotiation`) ·
`queries` finds the version for the actor, or raises `MovedTo` · `access.policy` says for which audience ·
`cached_representations` takes the text from the cache under a key of the record's state (`cache_keys` says what a text
depends on), or has it written · by
`exports` in the formats of `dataset.formats`, all of which see only `public_view`, or by the API's JSON serializer.

`change_tracking` is the one place that dates changes · `public_lists` lists for everybody · `linksets` all links ·
`registrar_metadata` the public view for registrars.
"""
