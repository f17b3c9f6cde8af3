"""The files of a record as a list for download programs, as API and pages reply with it."""

from collections.abc import Iterator

from flask import Response
from marshmallow import fields, validate

from repository.core.actor import Actor
from repository.core.site import Site, in_path
from repository.core.web.file_responses import stream_reply
from repository.core.web.shared_schemas import NoQuery
from repository.engines.services import Services
from repository.files.archived_files import FileSelection, SelectedFile, archived_files, require_sound_files
from repository.files.manifests import MANIFESTS, ManifestEntry, ManifestFormat
from repository.records.queries import files_for_reading, sees_hidden_files

TEXT = "text/plain"
PORTION = 200
"""Files whose lines are sent as one."""


class ManifestQuery(NoQuery):
    """`format` is the program that will read the list."""

    format = fields.String(
        load_default="sha256sum",
        validate=validate.OneOf(list(MANIFESTS), error="Choose one of: {choices}."),
        metadata={"enum": list(MANIFESTS)},
    )


def manifest_reply(services: Services, actor: Actor, record_id: int, name: str) -> Response:
    """Return the files that the actor may have, by their stable addresses, in the format of this name.

    Raises what a download raises: `NotFound`, `Forbidden`, `Gone`, and `Damaged` before the first line.
    """
    with services.database.snapshot(actor) as snapshot:
        view = files_for_reading(snapshot, record_id)
        selection = FileSelection(view.files.id, record_id, sees_hidden_files(actor, view))
        require_sound_files(snapshot, selection)
    chosen = MANIFESTS[name]
    files = archived_files(services.database, selection)
    lines = _lines(services.site, record_id, chosen, files)
    reply = stream_reply(lines, None, f"{record_id}-{chosen.file_name}", TEXT, None)
    reply.headers["Content-Type"] = f"{TEXT}; charset=utf-8"
    return reply


def _lines(site: Site, record_id: int, chosen: ManifestFormat, files: Iterator[SelectedFile]) -> Iterator[bytes]:
    base = site.page(f"/records/{record_id}/files")
    portion: list[str] = []
    for file in files:
        file.require_whole()
        address = f"{base}/{in_path(file.key)}"
        portion.append(chosen.write(ManifestEntry(file.key, file.size, file.md5 or "", file.sha256 or "", address)))
        if len(portion) == PORTION:
            yield "".join(portion).encode()
            portion.clear()
    yield "".join(portion).encode()
