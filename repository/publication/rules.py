"""Rules for the publication of a draft."""

from collections.abc import Mapping, Sequence
from typing import Any

from repository.core.errors import FieldError, Incomplete
from repository.files.rules import UnreadyFile, reasons_of

NO_FILES = "Missing uploaded files. To disable files for this record please mark it as metadata-only."
PENDING_FILES = "One or more files have not completed their transfer, please wait."


def require_publishable(
    errors: Sequence[Mapping[str, Any]],
    files_enabled: bool,
    file_count: int,
    unready: Sequence[UnreadyFile],
    further: Sequence[FieldError],
) -> None:
    """Raise `Incomplete`, which names every obstacle; `errors` are those of the draft, `further` others."""
    obstacles = [FieldError(error["field"], tuple(error["messages"])) for error in errors]
    if files_enabled and file_count == 0:
        obstacles.append(FieldError.of("files.enabled", NO_FILES))
    if unready:
        obstacles.append(FieldError.of("files", PENDING_FILES, *reasons_of(unready)))
    obstacles += further
    if obstacles:
        raise Incomplete(errors=obstacles)
