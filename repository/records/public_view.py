"""The public view of a record: the one access-filtered value that pages, citations and formats are made of."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from sqlalchemy import select

from repository.access.policy import Audience
from repository.core.actor import ANONYMOUS
from repository.core.clock import iso
from repository.core.site import Site, in_path
from repository.core.unit_of_work import Snapshot
from repository.dataset.blinding import blinded, blinded_file
from repository.dataset.description import ColumnOf, FileOf, Label, Publication, Sibling, Withdrawal
from repository.dataset.file_words import words_of_file
from repository.dataset.from_json import description_of
from repository.dataset.vocabularies import Vocabularies
from repository.engines.services import Services
from repository.files.model import FileEntry
from repository.files.queries import BATCH, streamed_entries
from repository.identifiers.model import Identifier, RegistrationState
from repository.identifiers.queries import ByScheme, identifiers_of
from repository.inspection.queries import columns_of
from repository.records.model import Tombstone, Version
from repository.records.queries import IN_PUBLIC, Neighbour, RecordView, label_of, record_views


def public_view(
    view: RecordView,
    site: Site,
    vocabularies: Vocabularies,
    audience: Audience,
    entries: Sequence[FileEntry] = (),
) -> Publication:
    """Return the version as `audience` may see it, with those files that `entries` are."""
    publication = _whole_view(view, site, vocabularies, audience, entries)
    return blinded(publication) if audience is Audience.BLINDED else publication


def _whole_view(
    view: RecordView, site: Site, vocabularies: Vocabularies, audience: Audience, entries: Sequence[FileEntry]
) -> Publication:
    version, concept = view.version, view.concept
    shows_files = audience.sees_files and view.tombstone is None
    file_count, total_bytes = view.files.totals(hidden=False) if shows_files else (0, 0)
    return Publication(
        id=version.id,
        concept_id=concept.id,
        description=description_of(version.description, vocabularies),
        url=site.page(f"/records/{version.id}"),
        repository_name=site.name,
        repository_url=site.base_url,
        **_identity(view.pids),
        oai_id=f"oai:{site.host}:{version.id}",
        concept_doi=_value(view.concept_pids, "doi"),
        concept_cstr=_value(view.concept_pids, "cstr"),
        concept_url=site.page(f"/records/{concept.id}"),
        index=version.index,
        created=iso(version.created),
        updated=iso(version.updated),
        access_status=version.terms.status(version.files_enabled).value,
        embargo_until=version.embargo_until.isoformat() if version.embargo_until else "",
        embargo_reason=(version.terms.embargo_reason or "") if version.embargo_until else "",
        files_url=site.api(f"/records/{version.id}/files") if shows_files else "",
        archive_url=site.api(f"/records/{version.id}/files-archive") if shows_files else "",
        files=files_of(entries, version.id, site) if shows_files else (),
        file_count=file_count,
        total_bytes=total_bytes,
        previous=_sibling(view.neighbours.get(version.index - 1), site),
        following=_sibling(view.neighbours.get(version.index + 1), site),
        withdrawn=_withdrawal(view.tombstone, vocabularies),
    )


def concept_views(
    snapshot: Snapshot, site: Site, vocabularies: Vocabularies, concept_ids: Sequence[int]
) -> list[tuple[bool, Publication]]:
    """Return concepts, each described as its newest version, and whether the public may know of them.

    A concept is public while one of its versions is public; it is withdrawn when all its versions are.
    """
    representatives = _representatives(snapshot, concept_ids)
    views = {view.concept.id: view for view in record_views(snapshot, list(representatives.values()))}
    siblings = _siblings(snapshot, site, list(views))
    return [
        (
            view.public,
            replace(
                public_view(view, site, vocabularies, Audience.PUBLIC),
                id=concept_id,
                url=site.page(f"/records/{concept_id}"),
                concept_doi=None,
                concept_cstr=None,
                **_identity(view.concept_pids),
                is_concept=True,
                oai_id="",
                previous=None,
                following=None,
                siblings=siblings.get(concept_id, ()),
            ),
        )
        for concept_id, view in views.items()
    ]


def files_of(entries: Sequence[FileEntry], record_id: int, site: Site) -> list[FileOf]:
    """Return the committed and verified files with absolute download addresses."""
    base = site.page(f"/records/{record_id}/files")
    return [file for entry in entries if (file := _file_of(entry, base)) is not None]


def _file_of(entry: FileEntry, base: str) -> FileOf | None:
    """Return the file, None if none is committed and verified."""
    if entry.file is None or (digests := entry.file.digests) is None:
        return None
    return FileOf(
        key=entry.key,
        size=entry.file.size,
        media_type=entry.file.media_type,
        md5=digests.md5,
        sha256=digests.sha256,
        url=f"{base}/{in_path(entry.key)}?download=1",
        words=words_of_file(entry.about),
        damaged=bool(entry.file.fault),
    )


def all_files(
    services: Services, view: RecordView, audience: Audience, *, with_columns: bool = False
) -> Iterator[FileOf]:
    """Yield all files of the version as `audience` may see them, while they are read, at constant memory."""
    if not audience.sees_files or view.tombstone is not None:
        return
    base = services.site.page(f"/records/{view.version.id}/files")
    entries = streamed_entries(services.database, view.files.id, hidden=False)
    while batch := list(islice(entries, BATCH)):
        files = [file for entry in batch if (file := _file_of(entry, base)) is not None]
        if with_columns:
            with services.database.snapshot(ANONYMOUS) as snapshot:
                files = tables_among(snapshot, view, batch, files)
        yield from map(blinded_file, files) if audience is Audience.BLINDED else files


def tables_among(
    snapshot: Snapshot, view: RecordView, entries: Sequence[FileEntry], files: Sequence[FileOf]
) -> list[FileOf]:
    """Return files of the version, with the columns of those that are tables."""
    ids = [entry.file_id for entry in entries if entry.file_id and entry.file and entry.file.previewed]
    columns = columns_of(snapshot, view.files.id, ids) if ids else {}
    return [
        replace(file, columns=[ColumnOf(column.name, column.type) for column in columns[file.key]])
        if file.key in columns
        else file
        for file in files
    ]


def _representatives(snapshot: Snapshot, concept_ids: Sequence[int]) -> dict[int, int]:
    """Return, by concept, the version that stands for it: the newest public one, else the newest."""
    rows = snapshot.session.execute(
        select(Version.concept_id, Version.id)
        .where(Version.concept_id.in_(concept_ids))
        .order_by(Version.concept_id, IN_PUBLIC, Version.index)
    )
    return {row[0]: row[1] for row in rows}


def _siblings(snapshot: Snapshot, site: Site, concept_ids: Sequence[int]) -> Mapping[int, Sequence[Sibling]]:
    """Return the public versions of each concept, oldest first."""
    rows = snapshot.session.execute(
        select(Version.concept_id, Version.id, Version.index, Version.description)
        .where(Version.concept_id.in_(concept_ids), IN_PUBLIC)
        .order_by(Version.concept_id, Version.index)
    ).all()
    pids = identifiers_of(snapshot, [row[1] for row in rows])
    siblings: dict[int, list[Sibling]] = {}
    for concept_id, version_id, index, description in rows:
        neighbour = Neighbour(version_id, index, label_of(description, index), pids[version_id])
        siblings.setdefault(concept_id, []).append(_sibling_of(neighbour, site))
    return siblings


def _sibling(neighbour: Neighbour | None, site: Site) -> Sibling | None:
    return _sibling_of(neighbour, site) if neighbour is not None else None


def _sibling_of(neighbour: Neighbour, site: Site) -> Sibling:
    return Sibling(
        index=neighbour.index,
        url=site.page(f"/records/{neighbour.id}"),
        doi=_value(neighbour.pids, "doi"),
        cstr=_value(neighbour.pids, "cstr"),
        label=neighbour.label,
    )


def _withdrawal(tombstone: Tombstone | None, vocabularies: Vocabularies) -> Withdrawal | None:
    if tombstone is None:
        return None
    reason = Label(tombstone.reason, vocabularies.title("removalreasons", tombstone.reason) or {})
    return Withdrawal(reason, tombstone.at.date().isoformat(), tombstone.note, tombstone.citation)


def _identity(pids: ByScheme) -> dict[str, Any]:
    return {
        "doi": _value(pids, "doi"),
        "cstr": _value(pids, "cstr"),
        "handle": _value(pids, "handle"),
        "doi_state": _state(pids.get("doi")),
        "cstr_state": _state(pids.get("cstr")),
    }


def _state(pid: Identifier | None) -> str:
    """Return the state that a reader needs: an identifier that was registered once resolves, whatever failed since."""
    if pid is None:
        return ""
    return (
        RegistrationState.REGISTERED.value
        if pid.registered is not None and pid.state != RegistrationState.WITHDRAWN.value
        else pid.state
    )


def _value(pids: ByScheme, scheme: str) -> str | None:
    return pids[scheme].value if scheme in pids else None
