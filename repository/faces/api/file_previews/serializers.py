"""Previews as JSON."""

from typing import Any

from repository.core.clock import iso
from repository.engines.inspector.cage.formats import FORMATS
from repository.faces.reasons.in_words import translated
from repository.inspection.model import FilePreview
from repository.inspection.rules import reason_in_words


def preview_json(key: str, sight: FilePreview | None, language: str) -> dict[str, Any]:
    """Return what was found in a file, or the reason in the language of the reader."""
    if sight is None:
        none = dict.fromkeys(("format", "kind", "preview", "reason", "inspected"))
        return {"key": key, "status": "pending", **none}
    form = FORMATS.get(sight.format)
    reason = (
        {"code": sight.reason, "message": translated(reason_in_words(sight.reason), language)} if sight.reason else None
    )
    return {
        "key": key,
        "status": "none" if sight.kind is None else "ready",
        "format": form and {"name": form.name, "media_type": form.media_type, "pronom": form.pronom or None},
        "kind": sight.kind,
        "preview": sight.body,
        "reason": reason,
        "inspected": iso(sight.inspected),
    }
