"""Linksets: all links of a published record, written while its files are read, whatever their number."""

from collections.abc import Iterator
from dataclasses import dataclass

from repository.access.policy import Audience
from repository.core.actor import ANONYMOUS, Actor
from repository.core.errors import Gone
from repository.core.site import in_path
from repository.dataset.description import Publication
from repository.dataset.formats.registry import FORMATS
from repository.dataset.formats.signposting import LINKSET_JSON, Items, LinkedFile, linkset_json, linkset_text
from repository.engines.services import Services
from repository.files.queries import BATCH, listed_files_after
from repository.records.public_view import public_view
from repository.records.queries import audience_for, record_views, resolve_record

EXPORTS = tuple(FORMATS.values())


@dataclass(frozen=True, slots=True)
class Linkset:
    """The text of a linkset in parts; of a `withdrawn` record it holds what remains, and the reason."""

    text: Iterator[str]
    withdrawn: bool


def linkset(services: Services, actor: Actor, record_id: int, media_type: str) -> Linkset:
    """Return the version with this id, or its tombstone, as a linkset of `media_type`.

    The files that the actor may have are read in batches while the text is sent, each in a transaction of its own.
    Raises `MovedTo`, `NotFound`, `Forbidden`.
    """
    with services.database.snapshot(actor) as snapshot:
        try:
            view = resolve_record(snapshot, record_id)
        except Gone:  # for readers who may know of it
            view = record_views(snapshot, [record_id])[0]
        withdrawn = view.tombstone is not None
        audience = Audience.PUBLIC if withdrawn else audience_for(snapshot, view)
        publication = public_view(view, services.site, services.vocabularies, audience)
    write = linkset_json if media_type == LINKSET_JSON else linkset_text
    api_url = services.site.api(f"/records/{record_id}")
    set_id = view.files.id if audience.sees_files and not withdrawn else None
    return Linkset(write(publication, EXPORTS, api_url, _items(services, publication, set_id)), withdrawn)


def _items(services: Services, publication: Publication, set_id: int | None) -> Items:
    base = f"{publication.url}/files"

    def read() -> Iterator[LinkedFile]:
        if set_id is None:
            return
        after = ""
        while True:
            with services.database.snapshot(ANONYMOUS) as snapshot:  # a short one: the reader may be slow
                batch = listed_files_after(snapshot, set_id, after, BATCH)
            yield from (LinkedFile(f"{base}/{in_path(file.key)}?download=1", file.media_type) for file in batch)
            if len(batch) < BATCH:
                return
            after = batch[-1].key

    return read
