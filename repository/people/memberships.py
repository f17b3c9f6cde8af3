"""The teams and institutions of a person, as one column of the statement that recognises a credential.

So an actor has them at every request without a statement more, and has them no longer once they left.  Whoever selects
from `Person` can take `MEMBERSHIPS` along, and reads it with `memberships_in`.
"""

from typing import Any, NamedTuple, cast

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    Text,
    func,
    literal_column,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import cast as sql_cast
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.operators import OperatorType

from repository.core.cache import remembered
from repository.core.database.joined_text import JoinedText
from repository.people.institutions.model import InstitutionDomain, InstitutionMember
from repository.people.model import Person
from repository.people.teams.model import MemberStatus, TeamMember

DOMAINS = 8
"""of an address that are compared: the whole one, and what follows its first dots"""


class DomainOf(FunctionElement[bool]):
    """The condition that the first text is the domain of an address, or ends it after a dot."""

    type = Boolean()
    inherit_cache = True

    def self_group(self, against: OperatorType | None = None) -> "DomainOf":  # noqa: ARG002
        """Return the condition as it is: as ``… = 1``, which SQLAlchemy makes of it, SQLite would use no index."""
        return self


@compiles(DomainOf)
def _in_parts(element: DomainOf, compiler: SQLCompiler, **options: Any) -> str:
    domain, address = (compiler.process(clause, **options) for clause in element.clauses)
    parts = f"(string_to_array(split_part({address}, '@', 2), '.'))"
    ends = ", ".join(f"array_to_string({parts}[{first}:], '.')" for first in range(1, DOMAINS + 1))
    return f"{domain} IN ({ends})"


@compiles(DomainOf, "sqlite")
def _in_rests(element: DomainOf, compiler: SQLCompiler, **options: Any) -> str:
    domain, address = (compiler.process(clause, **options) for clause in element.clauses)
    whole = f"SELECT substr({address}, instr({address}, '@') + 1)"
    rest = "SELECT substr(name, instr(name, '.') + 1) FROM rests WHERE instr(name, '.') > 0"
    rests = f"WITH RECURSIVE rests(name) AS ({whole} UNION ALL {rest} LIMIT {DOMAINS}) SELECT name FROM rests"
    return f"{domain} IN ({rests})"


def proved_address() -> ColumnElement[str]:
    """Return the column of the address by which a person may belong to an institution."""
    return cast(ColumnElement[str], Person.email)


def _joined(ids: Select[Any]) -> ColumnElement[str]:
    """Return the ids of a statement as one text, empty if there are none."""
    rows = ids.subquery()
    joined = select(JoinedText(sql_cast(rows.c.id, String))).scalar_subquery()
    return cast(ColumnElement[str], func.coalesce(joined, literal_column("''"), type_=Text()))


def _memberships() -> ColumnElement[str]:
    """Return the ids of teams, a semicolon, and the ids of institutions."""
    teams = (
        select(TeamMember.team_id.label("id"))
        .where(TeamMember.person_id == Person.id, TeamMember.status == literal_column(f"'{MemberStatus.MEMBER}'"))
        .correlate(Person)
    )
    by_act = select(InstitutionMember.institution_id.label("id")).where(InstitutionMember.person_id == Person.id)
    by_domain = select(InstitutionDomain.institution_id.label("id")).where(
        DomainOf(InstitutionDomain.domain, proved_address())
    )
    institutions = union_all(by_act.correlate(Person), by_domain.correlate(Person))
    joined = _joined(teams) + literal_column("';'") + _joined(cast(Select[Any], institutions))
    return type_coerce(joined, Text()).label("memberships")


MEMBERSHIPS = _memberships()


class Memberships(NamedTuple):
    """The ids of the teams and institutions that a person belongs to."""

    teams: frozenset[int]
    institutions: frozenset[int]


@remembered(4_096)  # most people are in no team, and a person's requests come together
def memberships_in(text: str) -> Memberships:
    """Return what `MEMBERSHIPS` holds."""
    teams, _, institutions = text.partition(";")
    return Memberships(_numbers(teams), _numbers(institutions))


def _numbers(joined: str) -> frozenset[int]:
    return frozenset(map(int, joined.split(","))) if joined else frozenset()
