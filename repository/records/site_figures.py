"""How much everybody can find here: datasets, files and bytes, counted by a sweep and read as one row.

Counting reads all listed versions, so that no request does it; a page tells the figures of the last count.
"""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.actor import SYSTEM
from repository.core.check_report import CheckReport
from repository.core.database.engine import Base, Identity
from repository.core.unit_of_work import Snapshot
from repository.engines.services import Services
from repository.files.model import FileSet
from repository.records.model import Version
from repository.records.public_lists import IS_LISTED

_ONLY = 1


class SiteFigures(Base):
    """The last count; the only row has the id 1.  Hidden files are not counted."""

    __tablename__ = "site_figures"

    id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    datasets: Mapped[int] = mapped_column(Identity)
    files: Mapped[int] = mapped_column(Identity)
    bytes: Mapped[int] = mapped_column(Identity)
    counted: Mapped[datetime]


def site_figures(snapshot: Snapshot) -> SiteFigures | None:
    """Return the figures of the last count, None before the first one."""
    return snapshot.session.get(SiteFigures, _ONLY)


_COUNT = (
    select(
        func.count(Version.id),
        func.coalesce(func.sum(FileSet.count - FileSet.hidden_count), 0),
        func.coalesce(func.sum(FileSet.total_bytes - FileSet.hidden_bytes), 0),
    )
    .join(FileSet, FileSet.id == Version.file_set_id)
    .where(IS_LISTED)
)


def count_site(services: Services) -> CheckReport:
    """Count what everybody can find, and keep the figures; there is nothing to repair."""
    with services.database.transaction(SYSTEM) as unit:
        datasets, files, size = unit.session.execute(_COUNT).one()
        values = {"datasets": datasets, "files": int(files), "bytes": int(size), "counted": unit.now}
        unit.session.merge(SiteFigures(id=_ONLY, **values))
    return CheckReport()
