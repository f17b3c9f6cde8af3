"""Files as JSON (InvenioRDM contract, section 1.3)."""

from collections.abc import Iterable
from typing import Any

from repository.core.clock import iso
from repository.core.site import in_path
from repository.engines.store.port import FileDigests
from repository.faces.reasons.in_words import told_reason
from repository.files.bundles import PlannedFile
from repository.files.model import FileEntry, FileSet
from repository.files.part_uploads import FETCHED, PARTS
from repository.files.rules import FileState, extension_of

TRANSFER = {"type": "L"}
"""of a file whose bytes have arrived, by whatever way"""


def file_json(entry: FileEntry, base: str, draft: bool, *, words: bool = True, language: str = "en") -> dict[str, Any]:
    """Return one file, with the depositor's `words` on it or without; `base` is the absolute URL of its list.

    Why it failed is told in the `language`.
    """
    url = f"{base}/{in_path(entry.key)}"
    links = {"self": url, "content": f"{url}/content"}
    if entry.transfer in (PARTS, FETCHED) and entry.file is None:
        del links["content"]  # as the contract has it: clients choose the way by it
    if entry.file is not None and entry.file.previewed and entry.file.is_sound:
        links["preview"] = f"{url}/preview"
    if draft:
        links["commit"] = f"{url}/commit"
    body: dict[str, Any] = {
        "key": entry.key,
        "created": iso(entry.created),
        "updated": iso(entry.updated),
        "status": _status(entry),
        "metadata": entry.about if words else None,
        "access": {"hidden": entry.hidden},
        "transfer": _transfer(entry, language),
        "links": links,
    }
    return body | (_declared(entry) if entry.file is None else _stored(entry))


def _status(entry: FileEntry) -> str:
    """Return the contract's word: a committed file is completed, also while its bytes are read for the first time."""
    file = entry.file
    if file is None or entry.staged_id is not None:
        return "pending"
    if file.state == FileState.FAILED:
        return "failed"
    return "pending" if entry.pending and file.is_verified else "completed"


def _transfer(entry: FileEntry, language: str) -> dict[str, Any]:
    if entry.file is None:
        return {"type": entry.transfer} if entry.transfer else TRANSFER
    failure = entry.file.failure
    return {**TRANSFER, **told_reason(failure, language, "error")} if failure else TRANSFER


def _declared(entry: FileEntry) -> dict[str, Any]:
    """Return what the depositor has told of a file whose bytes are not committed yet."""
    declared = {"size": entry.declared_size, "checksum": entry.declared_checksum}
    return {name: value for name, value in declared.items() if value is not None}


def _stored(entry: FileEntry) -> dict[str, Any]:
    file = entry.file
    assert file is not None
    digests = file.digests
    checksums = {} if digests is None else _checksums(digests)
    return {
        "id": str(entry.id),
        "ext": extension_of(entry.key) or None,
        **checksums,
        "size": file.size,
        "mimetype": file.media_type,
        "version_id": str(file.id),
        "file_id": str(file.id),
        "bucket_id": str(entry.file_set_id),
        "storage_class": "S",
        **({} if file.is_verified else {"verified": False}),
        **({"damaged": True} if file.fault else {}),
    }


def _checksums(digests: FileDigests) -> dict[str, Any]:
    """A file has none until its bytes are verified."""
    return {
        "checksum": f"md5:{digests.md5}",
        "checksums": {"md5": digests.md5, "sha256": digests.sha256},
    }


def bundled_json(planned: PlannedFile, language: str) -> dict[str, Any]:
    """Return what became of a file of a bundle, with the reason of a refusal in `language`."""
    digests = planned.file.digests
    return {
        "key": planned.file.key,
        "status": planned.outcome.value,
        "size": digests.size,
        **_checksums(digests),
        **(told_reason(planned.reason, language) if planned.reason else {}),
    }


def list_head_json(base: str, enabled: bool, default_preview: str | None) -> dict[str, Any]:
    """Return a list of files without its entries (the contract has no hits envelope here); `base` is its URL."""
    links = {"self": base, "archive": f"{base}-archive"}
    return {"enabled": enabled, "links": links, "default_preview": default_preview, "order": []}


def summary_json(
    files: FileSet | None,
    enabled: bool,
    default_preview: str | None,
    entries: Iterable[FileEntry] = (),
    base: str = "",
    *,
    hidden: bool,
    language: str = "en",
) -> dict[str, Any]:
    """Return the `files` object inside a draft or record, with `entries` embedded; it counts hidden files or not."""
    count, total_bytes = files.totals(hidden=hidden) if files else (0, 0)
    body: dict[str, Any] = {
        "enabled": enabled,
        "order": [],
        "count": count,
        "total_bytes": total_bytes,
        "entries": {entry.key: file_json(entry, base, draft=False, language=language) for entry in entries},
    }
    if 0 < len(body["entries"]) < count:
        body |= {"truncated": True, "links": {"files": base, "archive": f"{base}-archive"}}
    if default_preview:
        body["default_preview"] = default_preview
    return body
