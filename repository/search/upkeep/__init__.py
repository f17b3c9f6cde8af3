"""The index is a copy of the database: bring changes over, compare, repair, rebuild.

`indexing` records and drafts · `filing` the files of published versions · `comparing` names what differs ·
`repairing` makes it alike · `rebuilding` builds all anew.

Every function may run again with the same arguments, and reads the state anew.
"""

from repository.search.upkeep.comparing import Difference, Part, Problem, differences, total
from repository.search.upkeep.filing import index_files
from repository.search.upkeep.indexing import index_drafts, index_records
from repository.search.upkeep.rebuilding import Progress, rebuild
from repository.search.upkeep.repairing import repair, repair_index

__all__ = [
    "Difference",
    "Part",
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
