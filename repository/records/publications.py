"""A record as the outside may see it: the one access-filtered view that pages, citations and formats are made of."""

from collections.abc import Sequence

from repository.dataset.description import FileOf, Publication
from repository.dataset.reading import description_of
from repository.dataset.vocabularies import Vocabularies
from repository.files.model import FileEntry
from repository.foundation.clock import iso
from repository.foundation.site import Site, in_path
from repository.identifiers.queries import ByScheme
from repository.records.queries import RecordView


def publication_of(
    view: RecordView,
    site: Site,
    vocabularies: Vocabularies,
    *,
    files_allowed: bool,
    entries: Sequence[FileEntry] = (),
) -> Publication:
    """`entries` are those files that the reader may have; nothing of them shows without `files_allowed`."""
    version = view.version
    return Publication(
        id=version.id,
        concept_id=view.concept.id,
        description=description_of(version.description, vocabularies),
        url=site.page(f"/records/{version.id}"),
        repository_name=site.name,
        doi=_value(view.pids, "doi"),
        concept_doi=_value(view.concept_pids, "doi"),
        cstr=_value(view.pids, "cstr"),
        concept_cstr=_value(view.concept_pids, "cstr"),
        index=version.index,
        created=iso(version.created),
        updated=iso(version.updated),
        access_status=version.terms.status(version.files_enabled).value,
        files=files_of(entries, version.id, site) if files_allowed else (),
        file_count=view.files.count if files_allowed else 0,
        total_bytes=view.files.total_bytes if files_allowed else 0,
    )


def files_of(entries: Sequence[FileEntry], record_id: int, site: Site) -> list[FileOf]:
    """The committed files with absolute download addresses."""
    base = site.page(f"/records/{record_id}/files")
    return [
        FileOf(
            key=entry.key,
            size=entry.file.size,
            media_type=entry.file.media_type,
            md5=entry.file.md5,
            sha256=entry.file.sha256,
            url=f"{base}/{in_path(entry.key)}?download=1",
        )
        for entry in entries
        if entry.file is not None
    ]


def _value(pids: ByScheme, scheme: str) -> str | None:
    return pids[scheme].value if scheme in pids else None
