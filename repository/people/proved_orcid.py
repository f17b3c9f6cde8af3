"""An ORCID iD of a profile is verified while a provider proves it of the person, and of nobody before.

Two accounts can prove one iD, by two providers: the first keeps it until it lets go of it.
"""

from repository.core.unit_of_work import UnitOfWork
from repository.people.facts import ProfileChanged
from repository.people.identity_queries import is_proved
from repository.people.model import Person, Profile
from repository.people.people_index import renew_keys
from repository.people.profiles import blank_profile


def take_orcid(unit: UnitOfWork, person: Person, orcid: str) -> None:
    """Show an iD that was proved for the first time, instead of none and of one that was only typed.

    The caller holds the lock of the person.
    """
    profile = unit.session.get(Profile, person.id)
    is_settled = profile is not None and (profile.orcid_verified or profile.orcid == orcid)
    if is_settled or not is_proved(unit, person.id, orcid):
        return
    if profile is None:
        profile = blank_profile(person.id)
        unit.session.add(profile)
    profile.orcid, profile.orcid_verified = orcid, True
    unit.session.flush()
    renew_keys(unit, person, profile)
    unit.emit(ProfileChanged(person.id, ["orcid"]))


def settle_orcid(unit: UnitOfWork, person_id: int) -> None:
    """Verify the iD of a profile, or no longer, by the identities that the person has now."""
    profile = unit.session.get(Profile, person_id)
    if profile is not None and profile.orcid:
        profile.orcid_verified = is_proved(unit, person_id, profile.orcid)
        unit.session.flush()
