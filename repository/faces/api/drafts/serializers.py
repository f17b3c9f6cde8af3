"""Drafts as JSON (InvenioRDM contract, section 1.1)."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from repository.core.clock import iso, iso_or_none, now
from repository.core.errors import FieldError, bounded
from repository.core.site import Site
from repository.dataset.blinding import blinded_metadata
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.expiry import expires_at
from repository.deposits.model import DraftKind
from repository.deposits.queries import DraftView
from repository.deposits.rules import WRITABLE
from repository.faces.api.draft_files.serializers import summary_json
from repository.faces.api.records.serializers import (
    access_json,
    doi_links,
    expand_terms,
    parent_json,
    pids_json,
    without_reason,
    without_words,
)
from repository.faces.reasons.in_words import translated_fault
from repository.files.model import FileEntry

_STATUS = {
    DraftKind.NEW: "draft",
    DraftKind.NEW_VERSION: "new_version_draft",
    DraftKind.EDIT: "published",
}


def draft_json(
    view: DraftView, site: Site, vocabularies: Vocabularies, language: str, entries: Iterable[FileEntry] = ()
) -> dict[str, Any]:
    """Return the whole draft, with its faults under `errors`, of which the reasons are in the `language`."""
    draft, concept = view.draft, view.concept
    base = site.api(f"/records/{draft.id}/draft/files")
    return {
        "id": str(draft.id),
        "created": iso(draft.created),
        "updated": iso(draft.updated),
        "expires_at": iso_or_none(expires_at(site, draft, now())),
        "revision_id": draft.revision,
        "is_published": view.is_edit,
        "is_draft": True,
        "status": _STATUS[DraftKind(draft.kind)],
        "versions": {
            "index": draft.index,
            "is_latest": view.is_edit and concept.latest_id == draft.id,
            "is_latest_draft": draft.index >= concept.versions,
        },
        "parent": parent_json(concept, view.concept_pids, view.communities),
        "pids": {**pids_json(site, draft.id, view.pids, published=view.is_edit), **draft.sent("pids")},
        "metadata": expand_terms(draft.description, vocabularies),
        "custom_fields": draft.custom_fields,
        "access": {**access_json(draft.terms, draft.files_enabled), **draft.sent("access")},
        "files": {
            **summary_json(
                view.files, draft.files_enabled, draft.default_preview, entries, base, hidden=True, language=language
            ),
            **draft.sent("files"),
        },
        "media_files": {"enabled": False, "order": [], "count": 0, "total_bytes": 0, "entries": {}},
        "errors": _faults_json(draft.errors, language),
        "links": draft_links(view, site),
    }


def blinded_draft_json(
    view: DraftView, site: Site, vocabularies: Vocabularies, entries: Iterable[FileEntry] = ()
) -> dict[str, Any]:
    """Return the draft without anything that tells who makes it, for a referee (see `dataset.blinding`).

    Its faults stay with its makers: they say how many creators there are, and repeat what was written.
    """
    draft = view.draft
    whole = draft_json(view, site, vocabularies, "en")
    base = site.api(f"/records/{draft.id}/draft/files")
    files = summary_json(view.files, draft.files_enabled, draft.default_preview, entries, base, hidden=False)
    return {
        **whole,
        "parent": {"id": whole["parent"]["id"]},
        "pids": {},
        "metadata": expand_terms(blinded_metadata(draft.description), vocabularies),
        "custom_fields": {},
        "access": without_reason(access_json(draft.terms, draft.files_enabled)),
        "files": without_words(files),
        "errors": [],
        "links": {name: whole["links"][name] for name in ("self", "self_html", "files", "archive")},
    }


def _faults_json(stored: Iterable[Mapping[str, Any]], language: str) -> list[dict[str, Any]]:
    """Return the faults without what was sent, which stands in its place in the draft."""
    faults = bounded((replace(FieldError.from_json(fault), sent=None) for fault in stored), WRITABLE)
    return [translated_fault(fault, language).as_json() for fault in faults]


def draft_links(view: DraftView, site: Site) -> dict[str, str]:
    """Return absolute URLs of the resources that exist."""
    draft = view.draft
    record = site.api(f"/records/{draft.id}")
    links = {
        "self": f"{record}/draft",
        "self_html": site.page(f"/uploads/{draft.id}"),
        "publish": f"{record}/draft/actions/publish",
        "reserve_doi": f"{record}/draft/pids/doi",
        "files": f"{record}/draft/files",
        "archive": f"{record}/draft/files-archive",
        "versions": f"{record}/versions",
        "record": record,
        "record_html": site.page(f"/records/{draft.id}"),
    }
    if view.concept.latest_id is not None:
        links["latest"] = site.api(f"/records/{view.concept.latest_id}")
        links["latest_html"] = site.page(f"/records/{view.concept.latest_id}")
    return links | doi_links(view.pids, view.concept_pids)
