"""Copies of the records of a site, made by the database itself: a million in minutes."""

from collections.abc import Mapping

from sqlalchemy import Column, Table, func, insert, literal, select, text
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import ColumnElement

from repository.access.model import GrantRow
from repository.core.actor import SYSTEM
from repository.core.database.engine import Base
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.identifiers.model import Identifier
from repository.records.model import Concept, RecordId, Version

SHIFTED: Mapping[type[Base], Mapping[str, type[Base]]] = {
    RecordId: {"id": RecordId},
    Concept: {"id": RecordId, "latest_id": RecordId},
    GrantRow: {"id": GrantRow, "concept_id": RecordId},
    FileSet: {"id": FileSet},
    Version: {"id": RecordId, "concept_id": RecordId, "file_set_id": FileSet},
    Identifier: {"id": Identifier, "owner": RecordId},
    StoredFile: {"id": StoredFile},
    FileEntry: {"id": FileEntry, "file_set_id": FileSet, "file_id": StoredFile},
}
"""Table -> its columns with an id -> the table whose ids they are."""
UNIQUE = {Identifier: ("value", "folded"), StoredFile: ("object_key",)}


def multiply(services: Services, times: int) -> None:
    """Make `times` of each published record of the site, itself included; nobody else may write."""
    with services.database.transaction(SYSTEM) as unit:
        session = unit.session
        steps = {model: session.scalar(select(func.max(_id(model)))) or 0 for model in SHIFTED}
        for copy in range(1, times):
            for model in SHIFTED:
                _copy(session, model, copy, steps)
        if session.get_bind().dialect.name == "postgresql":
            for model in SHIFTED:
                _count_on(session, model)


def _copy(session: Session, model: type[Base], copy: int, steps: Mapping[type[Base], int]) -> None:
    table = _table(model)

    def of_copy(column: Column[object]) -> ColumnElement[object]:
        if counted := SHIFTED[model].get(column.name):
            return column + copy * steps[counted]
        return column.concat(literal(f"-{copy * steps[model]}")) if column.name in UNIQUE.get(model, ()) else column

    originals = select(*map(of_copy, table.c)).where(_id(model) <= steps[model])
    session.execute(insert(table).from_select(list(table.c), originals))


def _count_on(session: Session, model: type[Base]) -> None:
    """Let the sequence of a table, if it has one, go on behind the ids of the copies."""
    sequence = session.scalar(select(func.pg_get_serial_sequence(_table(model).name, "id")))
    if sequence:
        session.execute(select(func.setval(text(f"'{sequence}'::regclass"), func.max(_id(model)))))


def _table(model: type[Base]) -> Table:
    table = model.__table__
    assert isinstance(table, Table)
    return table


def _id(model: type[Base]) -> ColumnElement[int]:
    return _table(model).c.id
