"""The index is a copy of the database: bring changes over, compare, repair, rebuild.

`indexing` records and drafts · `file_documents` the files of published versions · `comparison` names differences ·
`index_repair` removes them · `index_rebuild` builds everything anew · `lost_index` does so when the index was lost ·
`index_sample` looks for the newest, for health.

Every function may run again with the same arguments, and reads the state anew.
"""

from repository.search.index.comparison import Difference, IndexPart, Problem, differences, total
from repository.search.index.file_documents import index_files
from repository.search.index.index_rebuild import Progress, rebuild
from repository.search.index.index_repair import repair, repair_index
from repository.search.index.index_sample import newest_not_found
from repository.search.index.indexing import index_drafts, index_records
from repository.search.index.lost_index import clear_place, fill_lost_index, note_index_lost

__all__ = [
    "Difference",
    "IndexPart",
    "Problem",
    "Progress",
    "clear_place",
    "differences",
    "fill_lost_index",
    "index_drafts",
    "index_files",
    "index_records",
    "newest_not_found",
    "note_index_lost",
    "rebuild",
    "repair",
    "repair_index",
    "total",
]
