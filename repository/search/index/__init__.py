"""The index is a copy of the database: bring changes over, compare, repair, rebuild.

`indexing` records and drafts · `filing` the files of published versions · `comparing` names what differs ·
`repairing` makes it alike · `rebuilding` builds all anew.

Every function may run again with the same arguments, and reads the state anew.
"""

from repository.search.index.comparison import Difference, IndexPart, Problem, differences, total
from repository.search.index.file_documents import index_files
from repository.search.index.index_rebuild import Progress, rebuild
from repository.search.index.index_repair import repair, repair_index
from repository.search.index.indexing import index_drafts, index_records

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
