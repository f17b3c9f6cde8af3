"""Formats that list all files of a record, however many: written while the files are read.

A record with no more files than its JSON embeds is written at once and kept, as all formats are.  Of a larger one the
text with the first files is kept: it changes whenever the record does, and stands for the whole in the entity tag.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from repository.access.policy import Audience
from repository.core.actor import Actor
from repository.core.unit_of_work import Snapshot
from repository.dataset.formats.registry import ExportFormat
from repository.engines.services import Services
from repository.records.cached_representations import Serializer, cached_representation
from repository.records.public_view import all_files, public_view, tables_among
from repository.records.queries import RecordView, audience_for, embedded_files, resolve_record

BLOCK = 1 << 15
_SMALL = b"-"


@dataclass(frozen=True, slots=True)
class WholeText:
    """The text of a document, or its parts and the entity tag that they have together."""

    text: bytes | Iterator[bytes]
    tag: str | None = None


def whole_text(services: Services, actor: Actor, record_id: int, target: ExportFormat) -> WholeText:
    """Return the version with all its files in `target`; raise `MovedTo`, `NotFound`, `Forbidden`, `Gone`."""
    packed = cached_representation(services, actor, record_id, f"whole {target.name}", _pack(target)).text
    change, _, text = packed.partition(b"\n")
    if change == _SMALL:
        return WholeText(text)
    tag = hashlib.blake2b(packed, digest_size=12).hexdigest()
    return WholeText(in_blocks(_parts(services, actor, record_id, target)), f"whole-{tag}")


def _pack(target: ExportFormat) -> Serializer:
    def serialize(services: Services, snapshot: Snapshot, view: RecordView, audience: Audience) -> bytes:
        entries = embedded_files(snapshot, view, audience)
        publication = public_view(view, services.site, services.vocabularies, audience, entries)
        if target.tells_columns:
            publication = replace(publication, files=tables_among(snapshot, view, entries, publication.files))
        is_small = not publication.unlisted_files
        changes = f"{view.version.cache_version}.{view.files.preview_changes}"
        change = _SMALL if is_small else changes.encode()
        written = target.write(publication)
        text = written.encode("utf-8", "replace") if isinstance(written, str) else written
        return change + b"\n" + text

    return serialize


def _parts(services: Services, actor: Actor, record_id: int, target: ExportFormat) -> Iterator[str]:
    """Yield the document; nobody reads the files for a reply without a body."""
    assert target.write_whole is not None
    with services.database.snapshot(actor) as snapshot:
        view = resolve_record(snapshot, record_id)
        audience = audience_for(snapshot, view)
        entries = embedded_files(snapshot, view, audience)
        publication = public_view(view, services.site, services.vocabularies, audience, entries)
    with_columns = target.tells_columns
    yield from target.write_whole(publication, lambda: all_files(services, view, audience, with_columns=with_columns))


def in_blocks(parts: Iterable[str]) -> Iterator[bytes]:
    """Yield text in blocks of about `BLOCK` bytes: each is a piece of its own on the wire."""
    block = bytearray()
    for part in parts:
        block += part.encode("utf-8", "replace")
        if len(block) >= BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block)
