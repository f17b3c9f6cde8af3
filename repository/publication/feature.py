"""What publication contributes: identifiers are registered, files are verified, embargoes end."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.database.id_list import in_list
from repository.engines.services import Services
from repository.feature import Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.files.fixity import verify_sets
from repository.identifiers.facts import RegistrationOverdue, RegistrationRetried
from repository.identifiers.register import register_identifiers
from repository.publication.embargo import lift_embargoes
from repository.publication.embargo_commands import embargoes
from repository.publication.facts import (
    EditBegun,
    EmbargoLifted,
    EmbargoRestored,
    GrantsChanged,
    NewVersionBegun,
    VersionChange,
    VersionEdited,
    VersionPublished,
    VersionRestored,
    VersionWithdrawn,
)
from repository.publication.sharing import adopt_new_datasets, end_expired_grants
from repository.records.model import Version
from repository.records.registrar_metadata import registration_targets, with_neighbours


def register(services: Services, owners: Sequence[int]) -> None:
    """Make registrars know of the identifiers of versions and concepts what the database says.

    The versions beside an owner name it, or name it no longer: registrars elsewhere are told of them, too.
    """
    elsewhere = [registrar for registrar in services.registrars.values() if not registrar.here]
    affected = with_neighbours(services.database, owners) if elsewhere else owners
    register_identifiers(
        services.database, services.registrars, affected, lambda ids: registration_targets(services, ids)
    )


_FILE_SETS = select(Version.file_set_id).where(in_list(Version.id, "ids")).distinct()


def verify_files(services: Services, version_ids: Sequence[int]) -> None:
    """Read the bytes of published versions back and compare them with their digests."""
    with services.database.snapshot(SYSTEM) as snapshot:
        sets = snapshot.session.scalars(_FILE_SETS, {"ids": version_ids}).all()
    verify_sets(services.database, services.store, sets)


def lift_due_embargoes(services: Services) -> CheckReport:
    """Open what an embargo closed until today, if today is certain."""
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(1, 0, [f"no embargo is lifted: {hold}"])
    lifted = lift_embargoes(services.database, clock.today())
    return CheckReport(lifted, lifted)


def tend_grants(services: Services) -> CheckReport:
    """Remove expired grants, so that the index hides those datasets; add owners that an earlier release left out."""
    adopted = adopt_new_datasets(services.database)
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(adopted + 1, adopted, [f"no grant is ended: {hold}"])
    changed = end_expired_grants(services.database) + adopted
    return CheckReport(changed, changed)


def with_concept(fact: VersionChange) -> Sequence[int]:
    """Return the version, its concept, which names the version, and the versions that became its neighbours."""
    concept = [] if fact.concept_id is None else [fact.concept_id]
    return [fact.version_id, *concept, *fact.others]


FEATURE = Feature(
    "publication",
    facts=(
        VersionPublished,
        VersionEdited,
        EmbargoLifted,
        EmbargoRestored,
        VersionWithdrawn,
        VersionRestored,
        GrantsChanged,
        EditBegun,
        NewVersionBegun,
    ),
    commands=(embargoes,),
    reactions=(
        *after(
            *(VersionPublished, VersionEdited, EmbargoLifted, EmbargoRestored, VersionWithdrawn, VersionRestored),
            start="register",
            subjects=with_concept,
        ),
        *after(RegistrationOverdue, RegistrationRetried, start="register"),
        *after(VersionPublished, start="verify_files"),
    ),
    jobs={
        "register": JobKind(for_subjects(register), Queue.SOON),
        "verify_files": JobKind(for_subjects(verify_files), Queue.LONG, most=10),
    },
    sweeps=(
        Sweep("embargoes", timedelta(minutes=1), lift_due_embargoes),
        Sweep("grants", timedelta(minutes=1), tend_grants),
    ),
)
