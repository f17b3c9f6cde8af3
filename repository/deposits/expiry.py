"""Discard drafts that nobody changes, after two warnings: with their files, and without a version's.

A change of the draft or of its files begins its life anew, whatever warnings there were.  A draft stays while an
upload of one of its files is open.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, exists, or_, select

from repository.access.policy import Action
from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.clock import now
from repository.core.site import Site
from repository.core.unit_of_work import Database, UnitOfWork
from repository.deposits.drafts import discard_draft
from repository.deposits.facts import DraftExpiring
from repository.deposits.model import Draft
from repository.deposits.queries import draft_for_change
from repository.deposits.rules import FIRST_WARNING, DraftLife
from repository.files.model import FileEntry, Upload, UploadState

BATCH = 200


def life_of(draft: Draft) -> DraftLife:
    """Return when a draft was changed, and its warnings since."""
    return DraftLife.of(draft.updated, draft.touched, draft.told_first, draft.told_last)


def expires_at(site: Site, draft: Draft, at: datetime) -> datetime | None:
    """Return when a draft expires if nobody changes it, None if it never does."""
    return life_of(draft).ends(site.draft_days, at) if site.draft_days else None


def expire_drafts(database: Database, site: Site, hold: str = "") -> CheckReport:
    """Warn of drafts that expire soon, and discard those of which that was done in time.

    `hold` says why nothing may be discarded now, empty if it may.
    """
    report = CheckReport()
    if not site.draft_days:
        return report
    if hold:
        report.note(f"no draft expires: {hold}")
        return report
    for draft_id in _untouched(database, now() - timedelta(days=site.draft_days) + FIRST_WARNING):
        with database.transaction(SYSTEM) as unit:
            _expire(unit, site, draft_id, report)
    return report


def _untouched(database: Database, before: datetime) -> Iterator[int]:
    after = 0
    while batch := _batch(database, after, before):
        yield from batch
        after = batch[-1]


_OLD = (
    select(Draft.id)
    .where(
        Draft.id > bindparam("after"),
        Draft.updated <= bindparam("before", type_=Draft.updated.type),
        or_(Draft.touched.is_(None), Draft.touched <= bindparam("before", type_=Draft.updated.type)),
    )
    .order_by(Draft.id)
    .limit(BATCH)
)


def _batch(database: Database, after: int, before: datetime) -> Sequence[int]:
    with database.snapshot(SYSTEM) as snapshot:
        return snapshot.session.scalars(_OLD, {"after": after, "before": before}).all()


_IS_SENT = select(
    exists().where(
        FileEntry.file_set_id == bindparam("set"),
        FileEntry.id == Upload.file_entry_id,
        Upload.state == UploadState.OPEN.value,
        Upload.expires > bindparam("at", type_=Upload.expires.type),
    )
)


def _expire(unit: UnitOfWork, site: Site, draft_id: int, report: CheckReport) -> None:
    """Do what is due for one draft, which somebody may have changed or discarded meanwhile."""
    if unit.session.get(Draft, draft_id) is None:
        return
    draft, _ = draft_for_change(unit, draft_id, Action.DISCARD_DRAFT)
    if unit.session.scalar(_IS_SENT, {"set": draft.file_set_id, "at": unit.now}):
        return
    life = life_of(draft)
    warning = life.warning(site.draft_days, unit.now)
    if warning is not None:
        if warning == FIRST_WARNING:
            draft.told_first = unit.now
        else:
            draft.told_last = unit.now
        left = life_of(draft).ends(site.draft_days, unit.now) - unit.now
        unit.emit(DraftExpiring(draft.id, draft.concept_id, max(1, round(left / timedelta(days=1)))))
        report.note(f"draft {draft_id} expires soon", repaired=True)
    elif life.told_last is not None and life.ends(site.draft_days, unit.now) <= unit.now:
        discard_draft(unit, draft_id)
        report.note(f"draft {draft_id} has expired", repaired=True)
