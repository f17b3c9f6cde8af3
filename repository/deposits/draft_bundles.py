"""Take many small files into a draft in one request.

All are checked before one is stored, and they are kept in one transaction.
What another request changes meanwhile, so that something else would become of a file, is a `Conflict` of the whole
bundle, and nothing of it is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from repository.access.policy import Action
from repository.core.actor import Actor
from repository.core.errors import AT_ONCE, Conflict, FieldError, Forbidden, Invalid, NotFound, OverQuota
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.deposits.model import Draft
from repository.deposits.queries import files_to_change, readable_draft
from repository.deposits.record_limits import limits_of, require_bytes
from repository.engines.services import Services
from repository.files import bundles
from repository.files.bundles import BundledFile, BundleOutcome, BundlePlan, PlannedFile
from repository.files.model import FileSet
from repository.files.name_clashes import case_twins
from repository.files.queries import file_set
from repository.files.uploads import require_open
from repository.people.quotas import count_bytes, person_quota
from repository.records.model import Concept


@dataclass(frozen=True, slots=True)
class TakenBundle:
    """What became of each file, in their order; names that differ in case only are told as warnings."""

    files: Sequence[PlannedFile]
    warnings: Sequence[FieldError]


def take_bundle(services: Services, actor: Actor, draft_id: int, source: BinaryIO, size: int | None) -> TakenBundle:
    """Receive a TAR of small files, and store, commit or refuse each of them.

    Raises `NotFound` and `Forbidden` before the first byte is read; `Invalid`, `TooLarge` and `OverQuota` before one
    is stored; and `Conflict`.
    """
    with services.database.snapshot(actor) as snapshot:
        require_open(_place(snapshot, draft_id)[2].state)
    with bundles.received(source, size) as bundle:
        with services.database.snapshot(actor) as snapshot:
            plan = _plan(snapshot, services.site, _place(snapshot, draft_id), bundle)
        if plan.chosen:
            _keep(services, actor, draft_id, bundle, plan)
        return TakenBundle(plan.files, _warnings(plan))


def _warnings(plan: BundlePlan) -> Sequence[FieldError]:
    """Return warnings of the names that were taken, by their places among all."""
    places = [place for place, planned in enumerate(plan.files) if planned.outcome is not BundleOutcome.REFUSED]
    twins = case_twins([plan.files[place].file.key for place in places], plan.near)
    return [replace(twin, field=f"{places[int(twin.field.partition('.')[0])]}.key") for twin in twins]


def _place(snapshot: Snapshot, draft_id: int) -> tuple[Draft, Concept, FileSet]:
    draft, concept = readable_draft(snapshot, draft_id, Action.CHANGE_DRAFT)
    return draft, concept, file_set(snapshot, draft.file_set_id)


def _plan(
    snapshot: Snapshot, site: Site, place: tuple[Draft, Concept, FileSet], bundle: Sequence[BundledFile]
) -> BundlePlan:
    """Plan what becomes of the files; raise what forbids all of them."""
    draft, concept, files = place
    if not bundle:
        raise Invalid.field("_schema", "No files to upload.")
    if not draft.files_enabled:
        raise Forbidden("Files are not enabled.")
    limits = limits_of(concept)
    plan = bundles.plan(snapshot, files, bundle, limits.files(site), limits.file_bytes(site))
    if plan.size:
        require_bytes(snapshot, limits, files, plan.size)
        is_own = concept.owner_id == snapshot.actor.person_id
        person_quota(snapshot, site, concept.owner_id).require_room(plan.size, own=is_own)
    return plan


def _keep(services: Services, actor: Actor, draft_id: int, bundle: Sequence[BundledFile], planned: BundlePlan) -> None:
    """Store what is planned, and keep it if the same is planned once the draft is locked."""
    object_keys = bundles.store(services.store, planned.chosen)
    try:
        with services.database.transaction(actor) as unit:
            place = files_to_change(unit, draft_id)
            plan = _plan(unit, services.site, place, bundle)
            if not plan.is_as(planned):
                raise Conflict(AT_ONCE)
            _, concept, files = place
            more = bundles.keep(unit, files, plan, object_keys)
            count_bytes(unit, services.site, concept.owner_id, more)
    except (NotFound, Forbidden, Invalid, Conflict, OverQuota):
        # Only a certain refusal removes the bytes: after a lost connection the commit may have happened.
        services.store.remove(object_keys)
        raise
