"""What publication contributes: identifiers are registered, files are verified, embargoes end."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.database.id_list import in_list
from repository.engines.services import Services
from repository.feature import ConditionCheck, Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.files.facts import FaultCleared, FaultFound
from repository.files.fixity import verify_sets
from repository.identifiers.facts import RegistrationOverdue, RegistrationRetried
from repository.identifiers.register import register_identifiers
from repository.publication.embargo import lift_embargoes
from repository.publication.embargo_commands import embargoes
from repository.publication.facts import (
    EditBegun,
    EmbargoChanged,
    EmbargoLifted,
    EmbargoRestored,
    FilesJudged,
    NewVersionBegun,
    VersionChange,
    VersionEdited,
    VersionPublished,
    VersionRestored,
    VersionWithdrawn,
)
from repository.publication.fixity_commands import files
from repository.publication.registration_condition import registrars_keep_up
from repository.publication.tell_damage import tell_damage
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


def tell_of_damage(services: Services, file_ids: Sequence[int]) -> None:
    """Let records say that files of theirs are damaged, or whole again."""
    tell_damage(services.database, file_ids)


def lift_due_embargoes(services: Services) -> CheckReport:
    """Open what an embargo closed until today, if today is certain."""
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(1, 0, [f"no embargo is lifted: {hold}"])
    lifted = lift_embargoes(services.database, services.site.today())
    return CheckReport(lifted, lifted)


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
        EmbargoChanged,
        VersionWithdrawn,
        VersionRestored,
        FilesJudged,
        EditBegun,
        NewVersionBegun,
    ),
    commands=(embargoes, files),
    reactions=(
        *after(
            *(VersionPublished, VersionEdited, EmbargoLifted, EmbargoRestored, VersionWithdrawn, VersionRestored),
            start="register",
            subjects=with_concept,
        ),
        *after(RegistrationOverdue, RegistrationRetried, start="register"),
        *after(VersionPublished, start="verify_files"),
        *after(FaultFound, FaultCleared, start="tell_damage"),
    ),
    jobs={
        "register": JobKind(for_subjects(register), Queue.SOON),
        "verify_files": JobKind(for_subjects(verify_files), Queue.LONG, most=10),
        "tell_damage": JobKind(for_subjects(tell_of_damage), Queue.SOON),
    },
    sweeps=(Sweep("embargoes", timedelta(minutes=1), lift_due_embargoes),),
    conditions=(ConditionCheck("registrars", registrars_keep_up),),
)
