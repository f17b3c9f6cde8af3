"""How the engines are: each does a little of its work, and says whether that went well.

`database_condition` · `store_condition` · `search_condition` · `numbers_condition` · `disk_condition` ·
`limits_condition`, each a module with the functions, or the class where something is kept between two trials.
"""

from repository.engines.conditions.database_condition import database_answers, database_is_whole, database_writes
from repository.engines.conditions.disk_condition import disks_have_room
from repository.engines.conditions.limits_condition import calls_are_counted
from repository.engines.conditions.numbers_condition import numbers_are_safe
from repository.engines.conditions.search_condition import search_works
from repository.engines.conditions.store_condition import StoreTrial

__all__ = [
    "StoreTrial",
    "calls_are_counted",
    "database_answers",
    "database_is_whole",
    "database_writes",
    "disks_have_room",
    "numbers_are_safe",
    "search_works",
]
