"""Read linked identities."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select, true

from repository.core.unit_of_work import Snapshot
from repository.people.identity_model import LinkedIdentity
from repository.people.model import Profile


def identities_of(snapshot: Snapshot, person_id: int) -> Sequence[LinkedIdentity]:
    """Return a person's identities at providers, oldest first."""
    return snapshot.session.scalars(
        select(LinkedIdentity).where(LinkedIdentity.person_id == person_id).order_by(LinkedIdentity.id)
    ).all()


def proved_orcids(snapshot: Snapshot, person_id: int) -> frozenset[str]:
    """Return the ORCID iDs that providers have proved of a person."""
    return frozenset(
        snapshot.session.scalars(
            select(LinkedIdentity.orcid).where(LinkedIdentity.person_id == person_id, LinkedIdentity.orcid.is_not(None))
        )
    )


# in the words of the index
_HOLDER = select(Profile.person_id).where(Profile.orcid == bindparam("orcid"), Profile.orcid_verified == true())


def is_proved(snapshot: Snapshot, person_id: int, orcid: str) -> bool:
    """Return whether an iD is proved of a person, and nobody else has it verified."""
    if orcid not in proved_orcids(snapshot, person_id):
        return False
    return snapshot.session.scalar(_HOLDER, {"orcid": orcid}) in (None, person_id)
