"""Notices do not stay for ever: old ones are removed, and those of people who left."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import delete, select

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database
from repository.engines.services import Services
from repository.notifications.model import Notice, NoticePreference

KEPT = timedelta(days=400)
BATCH = 500
_OLDEST = select(Notice.id, Notice.created).where(Notice.id > 0).order_by(Notice.id).limit(BATCH)
_REMOVE = delete(Notice).where(in_list(Notice.id, "ids"))


def remove_old_notices(database: Database) -> CheckReport:
    """Remove notices older than `KEPT`; ids rise with time, so the first younger one ends the search."""
    removed = 0
    while True:
        with database.transaction(SYSTEM) as unit:
            rows = unit.session.execute(_OLDEST).all()
            old = [row.id for row in rows if row.created < unit.now - KEPT]
            if old:
                unit.session.connection().execute(_REMOVE, {"ids": old})
        removed += len(old)
        if len(old) < BATCH:
            return CheckReport(removed, removed)


def forget_people(services: Services, person_ids: Sequence[int]) -> None:
    """Remove what is kept here of people whose accounts are gone."""
    for person_id in person_ids:
        with services.database.transaction(SYSTEM) as unit:
            unit.session.execute(delete(Notice).where(Notice.person_id == person_id))
            unit.session.execute(delete(NoticePreference).where(NoticePreference.person_id == person_id))
