"""File sets: named bytes that belong together.

A *file set* belongs to one draft and, once published, to its version; it is then *frozen*, so publishing moves one
reference whatever the number of files.  An *entry* gives a *stored file* a name in a set; several sets may name one
stored file (a new version imports the old one's files without copying).  Stored bytes are never changed: a new
upload of a name is *staged* beside the committed one and takes its place at commit, or disappears.

`uploads` begin, stage, commit, discard · `imports` · `downloads` · `archive` (zip) · `fixity` · `disposal`.
"""
