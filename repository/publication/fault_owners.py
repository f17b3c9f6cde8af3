"""The records and drafts that have damaged files."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.deposits.model import Draft
from repository.files.known_faults import KnownFault
from repository.records.model import Version

_OWNERS = [
    select(table.file_set_id, table.id).where(in_list(table.file_set_id, "sets")).order_by(table.id)
    for table in (Version, Draft)
]


def records_of(snapshot: Snapshot, faults: Sequence[KnownFault]) -> Mapping[int, str]:
    """Return, by file set, the records and drafts that have it."""
    sets = {set_id for known in faults for set_id, _ in known.names}
    names: dict[int, list[str]] = {}
    for kind, statement in zip(("record", "draft"), _OWNERS, strict=True):
        for set_id, record_id in snapshot.session.execute(statement, {"sets": sets}):
            names.setdefault(set_id, []).append(f"{kind} {record_id}")
    return {set_id: ", ".join(owners) for set_id, owners in names.items()}
