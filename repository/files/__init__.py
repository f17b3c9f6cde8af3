"""File sets: named bytes that belong together.

A *file set* belongs to one draft and, once published, to its version.  It is then *frozen*, so publishing moves one
reference whatever the number of files.  An *entry* gives a *stored file* a name in a set.  Several sets may name one
stored file: a new version imports the old one's files without copying.  Stored bytes are never changed: a new
upload of a name is *staged* beside the committed file and takes its place at commit, or disappears.

A stored file is *received*, then *verified* or *failed*: its digests are known when its bytes were read.  A PUT of the
whole content reads them on the way, and its file is verified at once.  An *upload* brings the bytes of one name in
*parts*, over days if need be.

`uploads` begin, stage, commit, discard · `link_files` · `downloads` · `zip_archive` · `fixity` · `removal` ·
`cleanup` of abandoned bytes · `store_check` of the database against the store.
"""
