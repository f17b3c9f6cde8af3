"""Everything that is kept of a person, as a ZIP with a file for each table that refers to people.

The tables are read from the schema: what a later feature keeps of people is in the export by itself.  Columns that hold
secrets or their digests are left out, by their names.  A reference without an index is left out, for a table must not
be read from end to end; `tests/features/test_own_data.py` lists those.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from tempfile import TemporaryFile
from typing import IO, Any

import orjson
from sqlalchemy import Column, Select, Table, UniqueConstraint, bindparam, select

from repository.access.model import GrantRow
from repository.access.principals import SubjectKind
from repository.core.actor import SYSTEM
from repository.core.database.engine import Base
from repository.core.facts import Fact, FactRow
from repository.core.unit_of_work import Snapshot
from repository.deposits.model import Draft
from repository.engines.services import Services
from repository.people import facts as people_facts
from repository.people.model import Departure, Person
from repository.people.own_exports import keep_export
from repository.records.model import Concept, Version
from repository.sharing.ownership.model import OwnershipOffer

_SECRET = re.compile("hash|secret|passw|digest|totp|recovery|salt|nonce|cipher|verifier")
_ABOUT = """Everything that this repository keeps of you. Each file is a list of rows of one table, as JSON.
Passwords, tokens and other secrets are kept as digests that cannot be read back; they are left out.
"""
_AT_ONCE = 500
_ABOUT_PEOPLE = sorted(
    kind.__name__
    for kind in vars(people_facts).values()
    if isinstance(kind, type) and issubclass(kind, Fact) and "person_id" in getattr(kind, "__annotations__", ())
)
"""Kinds of facts that may have a person as their subject."""


def person_columns() -> Iterator[Column[Any]]:
    """Yield every column that refers to a person, by the order of tables."""
    for table in Base.metadata.sorted_tables:
        if table.name != Departure.__tablename__:
            yield from (column for column in table.columns if _refers(column))


def _refers(column: Column[Any]) -> bool:
    is_named_so = column.name == "person_id" or column.name.endswith("_by")
    return is_named_so or any(key.column is Person.__table__.c.id for key in column.foreign_keys)


def has_index(column: Column[Any]) -> bool:
    """Return whether the rows of one value are found without reading the table."""
    table = column.table
    assert isinstance(table, Table)
    groups = [index.columns for index in table.indexes if index.dialect_options["sqlite"]["where"] is None]
    groups += [constraint.columns for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    return any(next(iter(columns), None) is column for columns in (table.primary_key.columns, *groups))


def write_export(services: Services, person_id: int) -> None:
    """Make the export that a person asked for; may run twice."""
    with TemporaryFile() as file:
        with services.database.snapshot(SYSTEM) as snapshot:
            _write(snapshot, person_id, file)
        file.seek(0)
        keep_export(services.database, services.store, person_id, file)


def _write(snapshot: Snapshot, person_id: int, file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("README.txt", _ABOUT)
        for name, rows in _parts(snapshot, person_id):
            with archive.open(f"{name}.json", "w", force_zip64=True) as part:
                part.write(b"[")
                for number, row in enumerate(rows):
                    part.write((b",\n" if number else b"\n") + orjson.dumps(row, option=orjson.OPT_NON_STR_KEYS))
                part.write(b"\n]\n")


def _parts(snapshot: Snapshot, person_id: int) -> Iterator[tuple[str, Iterable[Mapping[str, Any]]]]:
    person = {"person": person_id}
    yield "account", _rows(snapshot, _shown(Person.__table__).where(Person.id == bindparam("person")), person)
    for column in person_columns():
        if has_index(column):
            statement = _shown(column.table).where(column == bindparam("person"))
            yield f"{column.table.name}.{column.name}", _rows(snapshot, statement, person)
    grants = _shown(GrantRow.__table__).where(
        GrantRow.subject_kind == SubjectKind.PERSON.value, GrantRow.subject_id == bindparam("person")
    )
    yield "grants", _rows(snapshot, grants, person)
    offers = _shown(OwnershipOffer.__table__).where(
        OwnershipOffer.receiver_kind == SubjectKind.PERSON.value, OwnershipOffer.receiver_id == bindparam("person")
    )
    yield "offers_received", _rows(snapshot, offers, person)
    yield "drafts", _rows(snapshot, _OWN_DRAFTS, person)
    yield "versions", _rows(snapshot, _OWN_VERSIONS, person)
    about = _shown(FactRow.__table__).where(FactRow.subject == bindparam("person"), FactRow.kind.in_(_ABOUT_PEOPLE))
    yield "facts_about", _rows(snapshot, about, person)
    facts = _shown(FactRow.__table__).where(FactRow.actor == bindparam("actor"))
    yield "facts", _rows(snapshot, facts, {"actor": f"person:{person_id}"})


_OWNED = Concept.owner_id == bindparam("person")
_OWN_DRAFTS = (
    select(Draft.id, Draft.concept_id, Draft.kind, Draft.description, Draft.created, Draft.updated)
    .join(Concept, Concept.id == Draft.concept_id)
    .where(_OWNED)
)
_OWN_VERSIONS = (
    select(Version.id, Version.concept_id, Version.index, Version.description, Version.created, Version.updated)
    .join(Concept, Concept.id == Version.concept_id)
    .where(_OWNED)
)


def _shown(table: Any) -> Select[Any]:
    return select(*(column for column in table.columns if not _SECRET.search(column.name)))


def _rows(snapshot: Snapshot, statement: Select[Any], values: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    result = snapshot.session.execute(statement.execution_options(yield_per=_AT_ONCE), values)
    for row in result.mappings():
        yield dict(row)
