"""Doubts of readers: the next fixity check begins with what could not be read, or was changed.

A reader judges nothing: the store may be unmounted, the file on its way out, the reader itself at fault.
"""

from datetime import UTC, datetime
from typing import cast

import structlog
from sqlalchemy import Table, bindparam, update

from repository.core.actor import SYSTEM
from repository.core.errors import RepositoryError
from repository.core.unit_of_work import Database
from repository.files.model import StoredFile

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""the mark of a check that did not end; the oldest are the first to be checked again"""
_FILE = cast(Table, StoredFile.__table__)
_DOUBT = (
    update(_FILE).where(_FILE.c.id == bindparam("file"), _FILE.c.reading.is_(None)).values(reading=bindparam("mark"))
)
log = structlog.get_logger()


def doubt(database: Database, file_id: int, reason: str) -> None:
    """Have a file checked soon.  No reader fails because that cannot be kept: the next one doubts it again."""
    log.error("a stored file is in doubt", file=file_id, reason=reason)
    try:
        with database.transaction(SYSTEM) as unit:
            unit.session.connection().execute(_DOUBT, {"file": file_id, "mark": LONG_AGO})
    except RepositoryError as error:
        log.warning("a doubt is not kept", file=file_id, cause=error.reason)
