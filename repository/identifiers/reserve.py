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
    reserved = _add(work, owner, scheme, minted(site, scheme, owner), State.RESERVED)
    work.session.flush()
    return reserved


def reserve_for_publication(work: Work, site: Site, record_id: int, concept_id: int) -> None:
    """Make sure that version and concept have DOI and CSTR; a dataset with a DOI from elsewhere gets no second one."""
    present = identifiers_of(work, [record_id, concept_id])
    doi = present[record_id].get("doi")
    for owner, has in present.items():
        for scheme in ("cstr",) if doi and doi.external else SCHEMES:
            if scheme not in has:
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
    adopted = _add(work, owner, "doi", value, State.EXTERNAL)
    work.session.flush()
    return adopted


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
    return identifier
