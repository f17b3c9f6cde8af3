"""File sets: named bytes that belong together.

A *file set* belongs to one draft and, once published, to its version.  It is then *frozen*, so publishing moves one
reference whatever the number of files.  An *entry* gives a *stored file* a name in a set.  Several sets may name one
stored file: a new version imports the old one's files without copying.  Stored bytes are never changed: a new
upload of a name is *staged* beside the committed file and takes its place at commit, or disappears.

A stored file is *received*, then *verified* or *failed*: its digests are known when its bytes were read.  A PUT of the
whole content reads them on the way, and its file is verified at once.  An *upload* brings the bytes of one name in
*parts*, over days if need be.

`uploads` begin, stage, commit, discard · `link_files` · `renaming` · `taking_out` of many at once · `queries`,
`file_places`, `folder_levels`, `name_search` list them · `downloads` of one file, `archived_files` of many, the
`zip_archive` of these in its `zip_layout`, `archived_bytes` compared on the way · `fixity` compares bytes with their
digests, `fixity_cycle` all of them in time, `doubts` of readers begin it, `known_faults` come of it · `removal` ·
`cleanup` of abandoned bytes · `own_bytes` counted from entries · `store_check` of the database against the store.
"""
