"""Look organisations up by their identifiers."""

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, select

from repository.core.unit_of_work import Snapshot
from repository.dataset.schemes import is_valid, normalise
from repository.organisations.model import LIST, Organisation, OrganisationIdentifier, OrganisationList
from repository.organisations.rules import FUNDER_PREFIX


def identifier_of(text: str) -> str | None:
    """Return the normal form of a ROR id or Crossref Funder id, None for anything else."""
    if FUNDER_PREFIX in text and is_valid("crossreffunderid", text):
        return normalise("crossreffunderid", text)
    return normalise("ror", text) if is_valid("ror", text) else None


_AT = (
    select(Organisation)
    .join(OrganisationIdentifier, OrganisationIdentifier.organisation_id == Organisation.id)
    .where(OrganisationIdentifier.identifier == bindparam("identifier"))
    .order_by(Organisation.id)
    .limit(1)
)


def organisation_at(snapshot: Snapshot, text: str) -> Organisation | None:
    """Return the organisation with this identifier, None if no list has it."""
    identifier = identifier_of(text)
    return snapshot.session.scalar(_AT, {"identifier": identifier}) if identifier else None


_NAMES = (
    select(OrganisationIdentifier.identifier, Organisation.name, Organisation.body)
    .join(Organisation, OrganisationIdentifier.organisation_id == Organisation.id)
    .where(OrganisationIdentifier.identifier.in_(bindparam("identifiers", expanding=True)))
    .order_by(Organisation.id)
)


def names_at(snapshot: Snapshot, identifiers: Collection[str]) -> Mapping[str, tuple[str, Mapping[str, str]]]:
    """Return the shown name and those by language, by identifier, in one statement; unknown ones are absent."""
    rows = snapshot.session.execute(_NAMES, {"identifiers": sorted(identifiers)})
    return {identifier: (name, body["title"]) for identifier, name, body in reversed(rows.all())}


_PAGE = select(Organisation).order_by(Organisation.id).limit(bindparam("most")).offset(bindparam("offset"))
_FUNDERS = _PAGE.where(Organisation.is_funder)


def organisations_on(snapshot: Snapshot, offset: int, most: int, *, funders: bool) -> Sequence[Organisation]:
    """Return a page of all organisations, or of all funders, in the order in which they came."""
    statement = _FUNDERS if funders else _PAGE
    return snapshot.session.scalars(statement, {"offset": offset, "most": most}).all()


def current_list(snapshot: Snapshot) -> OrganisationList | None:
    """Return which list was taken over last, None before the first one was."""
    row = snapshot.session.get(OrganisationList, LIST)
    return row if row is not None and row.version else None
