"""Read the body of a draft and collect its faults, without a database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from repository.access.access_terms import AccessTerms, read_access_terms
from repository.core.errors import SENT, WARNING, FieldError

WRITABLE = ("access", "files", "metadata", "custom_fields", "pids")
SERVER_OWNED = frozenset(
    [
        "id",
        "created",
        "updated",
        "revision_id",
        "is_published",
        "is_draft",
        "status",
        "expires_at",
        "versions",
        "parent",
        "media_files",
        "links",
        "errors",
        "deletion_status",
        "tombstone",
        "stats",
        "expanded",
        "ui",
        "swh",
        "$schema",
    ]
)
"""Fields that a response contains; a request may repeat them and they have no effect."""
_NO_FILES = FieldError.of("files", "Invalid input type.")
_NO_CUSTOM_FIELDS = FieldError.of("custom_fields", "Invalid input type.")
FILES_FIELDS = frozenset(["enabled", "default_preview", "order", "count", "total_bytes", "entries", "links"])


@dataclass(frozen=True, slots=True)
class FilesOptions:
    """The options of files; `enabled` False makes a metadata-only record."""

    enabled: bool = True
    default_preview: str | None = None


@dataclass(frozen=True, slots=True)
class Body:
    """A draft's body without its metadata and identifiers; None means that the body does not mention the part."""

    terms: AccessTerms | None
    files: FilesOptions | None
    custom_fields: dict[str, Any] | None
    errors: tuple[FieldError, ...]


def read_body(raw: Mapping[str, Any], today: date) -> Body:
    """Read the body except `metadata` and `pids`; collect every fault with its field."""
    errors = [
        FieldError.of(name, "Unknown field.") for name in raw if name not in WRITABLE and name not in SERVER_OWNED
    ]
    media = raw.get("media_files")
    if isinstance(media, Mapping) and media.get("enabled"):
        errors.append(FieldError.of("media_files.enabled", "Media files are not kept."))
    terms = None
    if raw.get("access") is not None:
        terms, faults = read_access_terms(raw["access"], today)
        errors += faults
    files = _files(raw["files"], errors) if raw.get("files") is not None else None
    custom = _custom_fields(raw.get("custom_fields"), errors)
    return Body(terms, files, custom, tuple(errors))


def stops_publication(error: Mapping[str, Any]) -> bool:
    """Return whether a draft with this error must not be published; an unknown top-level field is harmless."""
    return error.get("severity") != WARNING and str(error["field"]).partition(".")[0] in WRITABLE


def _files(raw: object, errors: list[FieldError]) -> FilesOptions | None:
    if not isinstance(raw, Mapping):
        errors.append(_NO_FILES.keeping({SENT: raw}))
        return None
    errors += [
        (_NO_FILES if name == SENT else FieldError.of(f"files.{name}", "Unknown field.")).keeping({name: value})
        for name, value in raw.items()
        if name not in FILES_FIELDS
    ]
    if raw.get("order") not in (None, "", [], {}):
        errors.append(FieldError("files.order", ("Files are listed by name; their order is not kept.",), harmless=True))
    enabled, preview = raw.get("enabled", True), raw.get("default_preview")
    if not isinstance(enabled, bool):
        errors.append(FieldError.of("files.enabled", "Not a valid boolean.").keeping({"enabled": enabled}))
        enabled = True
    if preview is not None and (not isinstance(preview, str) or len(preview) > 1024):
        fault = FieldError.of("files.default_preview", "Not a valid string.")
        errors.append(fault.keeping({"default_preview": preview}))
        preview = None
    return FilesOptions(enabled, preview or None)


def _custom_fields(raw: object, errors: list[FieldError]) -> dict[str, Any] | None:
    """Return the custom fields, each with a fault: none is configured, but their values are kept."""
    if raw is None:
        return None
    if not isinstance(raw, dict):
        errors.append(_NO_CUSTOM_FIELDS)
        return {SENT: raw}
    errors += [
        _NO_CUSTOM_FIELDS if name == SENT else FieldError.of(f"custom_fields.{name}", "Unknown field.") for name in raw
    ]
    return raw


FIRST_WARNING, LAST_WARNING = timedelta(days=30), timedelta(days=7)
"""before a draft expires"""


@dataclass(frozen=True, slots=True)
class DraftLife:
    """When somebody last changed a draft, and when its owner was warned since that it expires, None if not."""

    touched: datetime
    told_first: datetime | None
    told_last: datetime | None

    @classmethod
    def of(
        cls, updated: datetime, touched: datetime | None, told_first: datetime | None, told_last: datetime | None
    ) -> "DraftLife":
        """Return the life of a draft; warnings from before its last change say nothing."""
        last = max(updated, touched or updated)
        first_of = told_first if told_first is not None and told_first >= last else None
        last_of = told_last if first_of is not None and told_last is not None and told_last >= first_of else None
        return cls(last, first_of, last_of)

    def ends(self, days: int, now: datetime) -> datetime:
        """Return when the draft expires if nobody changes it: not before its owner had time after each warning."""
        return max(
            self.touched + timedelta(days=days),
            (self.told_first or now) + FIRST_WARNING,
            (self.told_last or now) + LAST_WARNING,
        )

    def warning(self, days: int, now: datetime) -> timedelta | None:
        """Return which warning is due now, as the time before the end, None if none is."""
        left = self.touched + timedelta(days=days) - now
        if self.told_first is None:
            return FIRST_WARNING if left <= FIRST_WARNING else None
        is_near = max(left, self.told_first + FIRST_WARNING - now) <= LAST_WARNING
        return LAST_WARNING if self.told_last is None and is_near else None
