"""Reserve identifiers, in the transaction of the caller."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Table, delete, insert

from repository.core.errors import Invalid
from repository.core.registration_accounts import MintingContext, RegistrationAccount, bare_rors
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.identifiers.model import Identifier, RegistrationState
from repository.identifiers.queries import ByScheme, identifiers_of, owner_of
from repository.identifiers.rules import external_doi, folded


def minting_context(community: str | None, description: Mapping[str, Any]) -> MintingContext:
    """Return what decides where a dataset's identifiers come from; `description` is stored metadata."""
    affiliations = (
        affiliation.get("id") for creator in description.get("creators") or () for affiliation in _affiliations(creator)
    )
    resource_type = (description.get("resource_type") or {}).get("id") or ""
    return MintingContext(community, bare_rors(filter(None, affiliations)), str(resource_type))


def reserve(unit: UnitOfWork, site: Site, scheme: str, owner: int, context: MintingContext) -> Identifier:
    """Reserve our identifier of `scheme` for a record or concept. Raise `Invalid` if it has one already."""
    if scheme in identifiers_of(unit, [owner])[owner]:
        raise Invalid.field(f"pids.{scheme}", f"A PID already exists for type {scheme}")
    reserved = Identifier(**_minted_row(unit, site, scheme, owner, unit.number_for(owner), context))
    unit.session.add(reserved)
    unit.session.flush()
    return reserved


# Without asking for their numbers: the driver then sends all of them in one go, as prepared once and for all.
_INSERT_MINTED = insert(cast(Table, Identifier.__table__)).inline()


def reserve_for_publication(
    unit: UnitOfWork, site: Site, record_id: int, concept_id: int, context: MintingContext
) -> None:
    """Reserve every missing identifier of a version and its concept.

    A dataset with a DOI from elsewhere gets no second one.
    """
    present = identifiers_of(unit, [record_id, concept_id])
    doi = present[record_id].get("doi")
    kept_elsewhere = {"doi"} if doi is not None and doi.external else set()
    schemes = [scheme for scheme in site.accounts.schemes if scheme not in kept_elsewhere]
    unit.require_minting()
    numbers = {owner: unit.number_for(owner) for owner, has in present.items() if not has.keys() >= set(schemes)}
    minted = [
        _minted_row(unit, site, scheme, owner, numbers[owner], context)
        for owner, has in present.items()
        for scheme in schemes
        if scheme not in has
    ]
    if minted:
        unit.session.connection().execute(_INSERT_MINTED, minted)


def adopt_external_doi(unit: UnitOfWork, site: Site, owner: int, text: str) -> Identifier:
    """Store a DOI from elsewhere. Raise `Invalid` if it is malformed or belongs to another owner."""
    value = free_external_doi(unit, site, owner, text)
    present = identifiers_of(unit, [owner])[owner].get("doi")
    if present and present.folded == folded(value):
        return present
    if present:
        release(unit, owner, "doi")
    adopted = Identifier(**_row(unit, owner, "doi", value))
    unit.session.add(adopted)
    unit.session.flush()
    return adopted


def free_external_doi(snapshot: Snapshot, site: Site, owner: int, text: str) -> str:
    """Return a DOI from elsewhere, bare. Raise `Invalid` if it is malformed or belongs to another owner."""
    value = external_doi(site, text)
    if owner_of(snapshot, "doi", value) not in (None, owner):
        raise Invalid.field("pids.doi", f"doi:{value} already exists.")
    return value


def correct_external_doi(unit: UnitOfWork, site: Site, owner: int, text: str) -> None:
    """Replace the external DOI of a published record, which somebody mistyped; raise `Invalid`."""
    value = free_external_doi(unit, site, owner, text)
    present = identifiers_of(unit, [owner])[owner]["doi"]
    present.value, present.folded = value, folded(value)
    present.change += 1


def release(unit: UnitOfWork, owner: int, scheme: str | None = None) -> ByScheme:
    """Delete the reserved identifiers of a draft; published identifiers are never released."""
    present = identifiers_of(unit, [owner])[owner]
    chosen = {s: i for s, i in present.items() if scheme in (None, s)}
    ids = [i.id for i in chosen.values()]
    unit.session.execute(delete(Identifier).where(Identifier.id.in_(ids)))
    return chosen


def _minted_row(
    snapshot: Snapshot, site: Site, scheme: str, owner: int, number: int, context: MintingContext
) -> dict[str, Any]:
    account = site.accounts.account_for(scheme, context)
    return _row(snapshot, owner, scheme, site.accounts.mint(account, context, number), account)


def _row(
    snapshot: Snapshot, owner: int, scheme: str, value: str, account: RegistrationAccount | None = None
) -> dict[str, Any]:
    """Return the columns; without an account the identifier was minted elsewhere."""
    return {
        "owner": owner,
        "scheme": scheme,
        "value": value,
        "folded": folded(value),
        "state": (RegistrationState.RESERVED if account else RegistrationState.EXTERNAL).value,
        "registrar": account.name if account else "external",
        "reserved": snapshot.now,
    }


def _affiliations(creator: object) -> list[Mapping[str, Any]]:
    affiliations = creator.get("affiliations") if isinstance(creator, Mapping) else None
    if not isinstance(affiliations, list):
        return []
    return [affiliation for affiliation in affiliations if isinstance(affiliation, Mapping)]
