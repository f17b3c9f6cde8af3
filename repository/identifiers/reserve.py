"""Reserving identifiers, in the transaction of whoever needs them."""

from sqlalchemy import delete

from repository.foundation.errors import Invalid
from repository.foundation.site import Site
from repository.foundation.work import Work
from repository.identifiers.model import Identifier, State
from repository.identifiers.queries import ByScheme, identifiers_of, owner_of
from repository.identifiers.rules import external_doi, folded, minted

SCHEMES = ("doi", "cstr")


def reserve(work: Work, site: Site, scheme: str, owner: int) -> Identifier:
    """Our identifier of `scheme` for a record or concept; raises `Invalid` if it has one already."""
    if scheme in identifiers_of(work, [owner])[owner]:
        raise Invalid.field(f"pids.{scheme}", f"A PID already exists for type {scheme}")
    return _add(work, owner, scheme, minted(site, scheme, owner), State.RESERVED)


def reserve_missing(work: Work, site: Site, owner: int, schemes: tuple[str, ...] = SCHEMES) -> None:
    """Make sure that `owner` has an identifier of each scheme."""
    present = identifiers_of(work, [owner])[owner]
    for scheme in schemes:
        if scheme not in present:
            _add(work, owner, scheme, minted(site, scheme, owner), State.RESERVED)


def adopt_external_doi(work: Work, site: Site, owner: int, text: str) -> Identifier:
    """Note that the dataset has a DOI from elsewhere; raises `Invalid` if that is malformed or taken."""
    value = external_doi(site, text)
    present = identifiers_of(work, [owner])[owner].get("doi")
    if present and present.folded == folded(value):
        return present
    taken = owner_of(work, "doi", value)
    if taken is not None:
        raise Invalid.field("pids.doi", f"doi:{value} already exists.")
    if present:
        release(work, owner, "doi")
    return _add(work, owner, "doi", value, State.EXTERNAL)


def release(work: Work, owner: int, scheme: str | None = None) -> ByScheme:
    """Give back what a draft had reserved; published identifiers are never released."""
    present = identifiers_of(work, [owner])[owner]
    chosen = {s: i for s, i in present.items() if scheme in (None, s)}
    ids = [i.id for i in chosen.values()]
    work.session.execute(delete(Identifier).where(Identifier.id.in_(ids)))
    return chosen


def _add(work: Work, owner: int, scheme: str, value: str, state: State) -> Identifier:
    identifier = Identifier(
        owner=owner,
        scheme=scheme,
        value=value,
        folded=folded(value),
        state=state.value,
        registrar="external" if state is State.EXTERNAL else "",
        reserved=work.now,
    )
    work.session.add(identifier)
    work.session.flush()
    return identifier
