"""Registering what publication reserved; run as a job, after the publication is safe."""

from collections.abc import Mapping

from sqlalchemy import select

from repository.engines.registrars.port import Registrar, Registration
from repository.foundation.actor import SYSTEM
from repository.foundation.errors import Invalid, Unavailable
from repository.foundation.work import Works
from repository.identifiers.model import Identifier, State

MAX_CAUSE = 1000
_WAITING = (State.RESERVED.value, State.FAILED.value)


def register_identifiers(works: Works, registrars: Mapping[str, Registrar], targets: Mapping[int, str]) -> None:
    """Register each identifier of the owners in `targets` that is not registered yet, to resolve to its target.

    No transaction is open while a registrar is asked, and what succeeded is kept when another fails.  Raises
    `Unavailable` to be tried again later; a refusal is kept with its cause.
    """
    waiting = _waiting(works, list(targets))
    outcomes: dict[int, str] = {}
    failure: Unavailable | None = None
    for identifier in waiting:
        registrar = registrars[identifier.scheme]
        wanted = Registration(identifier.scheme, identifier.value, targets[identifier.owner])
        try:
            outcomes[identifier.id] = _refusal(registrar, wanted)
        except Unavailable as error:
            failure = error
    if outcomes:
        _note(works, registrars, outcomes)
    if failure:
        raise failure


def _waiting(works: Works, owners: list[int]) -> list[Identifier]:
    with works.reading(SYSTEM) as work:
        return list(
            work.session.scalars(select(Identifier).where(Identifier.owner.in_(owners), Identifier.state.in_(_WAITING)))
        )


def _refusal(registrar: Registrar, registration: Registration) -> str:
    """Why the registrar will not have it; empty when it has."""
    try:
        registrar.register(registration)
    except Invalid as refused:
        return refused.reason[:MAX_CAUSE]
    return ""


def _note(works: Works, registrars: Mapping[str, Registrar], outcomes: Mapping[int, str]) -> None:
    with works.writing(SYSTEM) as work:
        rows = work.session.scalars(
            select(Identifier).where(Identifier.id.in_(outcomes), Identifier.state.in_(_WAITING))
        )
        for identifier in rows:
            refusal = outcomes[identifier.id]
            identifier.registrar = registrars[identifier.scheme].name
            identifier.cause = refusal
            identifier.state = State.FAILED if refusal else State.REGISTERED
            identifier.registered = None if refusal else work.now
            identifier.change += 1
