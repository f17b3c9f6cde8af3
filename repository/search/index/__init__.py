"""The index is a copy of the database: bring changes over, compare, repair, rebuild.

`indexing` records and drafts · `filing` the files of published versions · `comparing` names what differs ·
`repairing` makes it alike · `rebuilding` builds all anew.

Every function may run again with the same arguments, and reads the state anew.
"""

from repository.search.index.comparison import Difference, IndexPart, Problem, differences, total
from repository.search.index.file_documents import index_files
from repository.search.index.indexing import index_drafts, index_records
from repository.search.index.rebuild import Progress, rebuild
from repository.search.index.repair import repair, repair_index

__all__ = [
    "Difference",
    "IndexPart",
    "Problem",
    "Progress",
    "differences",
    "index_drafts",
    "index_files",
    "index_records",
    "rebuild",
    "repair",
    "repair_index",
    "total",
]
