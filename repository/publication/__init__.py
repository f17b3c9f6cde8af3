"""A draft becomes a citable version; a version is edited, followed by a new one, or withdrawn.

`publish` · `revise` edits and new versions · `withdraw` and restore · `embargo` ends of embargoes ·
`dataset_communities` · `version_order` which versions are the latest · `rules` · `facts` ·
`feature`.

Publishing is one short transaction for any number of files: one row freezes the draft's file set, the description is
copied, DOI and CSTR of version and concept are reserved, and a fact is written.  `workers` do everything that follows
from the fact (reading bytes back, registering, indexing).
"""
