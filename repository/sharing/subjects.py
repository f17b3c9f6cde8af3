"""The subjects of grants under the names of the API, and whether they exist.

The names are the InvenioRDM contract's (section 1.7): ``user``, ``role`` (also ``group``) for a team, ``system_role``
with the one id ``authenticated`` for everybody who is signed in; ``institution``, by its ROR id, is our own.
"""

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import bindparam, select

from repository.access.principals import GrantSubject, SubjectKind
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.people.group_subjects import existing_subjects
from repository.people.institutions.model import Institution
from repository.people.model import Person
from repository.people.teams.model import Team

AUTHENTICATED = "authenticated"
KINDS: Mapping[str, SubjectKind] = {
    "user": SubjectKind.PERSON,
    "role": SubjectKind.TEAM,
    "group": SubjectKind.TEAM,
    "institution": SubjectKind.INSTITUTION,
    "system_role": SubjectKind.SIGNED_IN,
}
_TYPES = {kind: name for name, kind in reversed(list(KINDS.items()))}
_MOST_DIGITS = 18
Name = tuple[str, str]
"""type and id"""


def subject_numbered(type_name: str, subject_id: str) -> GrantSubject | None:
    """Return the person or team with this id, whether it exists or not; None if the id is no number."""
    plain = subject_id.isascii() and subject_id.isdigit() and len(subject_id) <= _MOST_DIGITS
    return GrantSubject(KINDS[type_name], int(subject_id)) if plain else None


def type_of(subject: GrantSubject) -> str:
    """Return the kind of a subject in the API's words."""
    return _TYPES[subject.kind]


def subjects_named(unit: UnitOfWork, names: Sequence[Name]) -> list[GrantSubject | None]:
    """Return the subject of each name, None for one that does not exist or may be given nothing."""
    subjects = [_subject(unit, *name) for name in names]
    existing = existing_subjects(unit, filter(None, subjects))
    return [subject if subject in existing else None for subject in subjects]


_BY_ROR = select(Institution.id).where(Institution.ror == bindparam("ror"))


def _subject(snapshot: Snapshot, type_name: str, subject_id: str) -> GrantSubject | None:
    kind = KINDS[type_name]
    if kind is SubjectKind.SIGNED_IN:
        return GrantSubject(kind) if subject_id == AUTHENTICATED else None
    if kind is SubjectKind.INSTITUTION:
        ror = "" if "\x00" in subject_id else subject_id
        number = snapshot.session.scalar(_BY_ROR, {"ror": ror})
        return None if number is None else GrantSubject(kind, number)
    return subject_numbered(type_name, subject_id)


_RORS = select(Institution.id, Institution.ror).where(in_list(Institution.id, "ids"))


def names_of(snapshot: Snapshot, subjects: Iterable[GrantSubject]) -> Mapping[GrantSubject, Name]:
    """Return type and id of each subject in the API's words."""
    chosen = frozenset(subjects)
    institutions = [subject.id for subject in chosen if subject.kind is SubjectKind.INSTITUTION]
    rows = snapshot.session.execute(_RORS, {"ids": institutions}).all() if institutions else ()
    ids = {subject: str(subject.id) for subject in chosen}
    ids |= {GrantSubject(SubjectKind.INSTITUTION, row.id): row.ror for row in rows}
    ids |= {subject: AUTHENTICATED for subject in chosen if subject.kind is SubjectKind.SIGNED_IN}
    return {subject: (_TYPES[subject.kind], subject_id) for subject, subject_id in ids.items()}


_PEOPLE = select(Person.id, Person.name).where(in_list(Person.id, "ids"))
_TEAMS = select(Team.id, Team.name).where(in_list(Team.id, "ids"))
_INSTITUTIONS = select(Institution.id, Institution.name).where(in_list(Institution.id, "ids"))
_TITLES = ((SubjectKind.PERSON, _PEOPLE), (SubjectKind.TEAM, _TEAMS), (SubjectKind.INSTITUTION, _INSTITUTIONS))


def titles_of(snapshot: Snapshot, subjects: Iterable[GrantSubject]) -> Mapping[GrantSubject, str]:
    """Return what people call each subject; one that is gone, or all who are signed in, have no name."""
    chosen = frozenset(subjects)
    titles: dict[GrantSubject, str] = {}
    for kind, statement in _TITLES:
        if ids := [subject.id for subject in chosen if subject.kind is kind]:
            rows = snapshot.session.execute(statement, {"ids": ids})
            titles |= {GrantSubject(kind, row.id): row.name for row in rows}
    return titles
