"""A dataset for who came by a link: referees, to whom it names nobody, and readers of a draft.

A referee's frame is neutral, and everything comes from the one blinded view (`dataset.blinding`).  The page is made for
its reader, so it is kept nowhere; its addresses lead on with the secret of the link.
"""

from dataclasses import replace

from flask import Response, request

from repository.access.policy import Audience
from repository.core.clock import iso
from repository.core.site import Site, in_path
from repository.core.unit_of_work import Snapshot
from repository.dataset.blinding import blinded, blinded_file
from repository.dataset.description import FileOf, Publication
from repository.dataset.from_json import description_of
from repository.deposits.queries import DraftView
from repository.engines.services import Services
from repository.faces.credentials import LINK_ARGUMENT
from repository.faces.pages.landing.file_list import file_list
from repository.faces.pages.landing.listed_files import ListedFiles, listed_files, listed_of
from repository.faces.pages.landing.page_params import PageParams
from repository.faces.pages.landing.rendering import WORDS
from repository.faces.pages.landing.view_model import page_contents
from repository.faces.pages.shell.assets import assets
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import in_language
from repository.faces.pages.shell.link_secrets import carry_secret
from repository.faces.pages.shell.page_replies import own_page_reply
from repository.faces.pages.shell.templating import render_page
from repository.faces.request_context import current_actor, current_services
from repository.records.linksets import EXPORTS
from repository.records.public_view import public_view
from repository.records.queries import resolve_record
from repository.search.documents import sound_metadata


def draft_for_readers(
    services: Services, snapshot: Snapshot, view: DraftView, params: PageParams, *, blind: bool
) -> str:
    """Return the page of a draft, which names nobody if `blind`; raise `NotFound` for a folder that is not there."""
    listed = listed_of(snapshot, view.files, view.draft.id, params, services.site)
    files = [_draft_file(file, services.site, view.draft.id) for file in listed.files]
    publication = _draft_publication(services, view)
    if blind:
        publication, files = blinded(publication), list(map(blinded_file, files))
    return _html(services, publication, replace(listed, files=files), params, blind=blind, unpublished=True)


def record_for_referees(services: Services, snapshot: Snapshot, record_id: int, params: PageParams) -> str:
    """Return the page of a published version that names nobody."""
    view = resolve_record(snapshot, record_id)
    listed = listed_files(snapshot, view, Audience.BLINDED, params, services.site)
    publication = public_view(view, services.site, services.vocabularies, Audience.BLINDED)
    return _html(services, publication, listed, params, blind=True, unpublished=False)


def reader_reply(html: str, record_id: int, params: PageParams) -> Response:
    """Return a page whose addresses lead on with the secret that its reader came with."""
    return own_page_reply(lead_on(html, record_id), params)


def lead_on(html: str, record_id: int) -> str:
    """Return a page with the secret of the request's link in the addresses of the same dataset."""
    secret, site = request.args.get(LINK_ARGUMENT), current_services().site
    if not secret or not current_actor().links:  # another secret under this name, as that of a token, leads nowhere
        return html
    paths = [f"/{folder}/{record_id}" for folder in ("records", "uploads", "api/records")]
    return carry_secret(html, LINK_ARGUMENT, secret, [*paths, *(site.page(path) for path in paths)])


def _draft_publication(services: Services, view: DraftView) -> Publication:
    """Return a draft in the form of what is published, without what is faulty in it."""
    draft, site = view.draft, services.site
    count, total = view.files.totals(hidden=False)
    return Publication(
        id=draft.id,
        concept_id=view.concept.id,
        description=description_of(sound_metadata(draft.description, draft.errors), services.vocabularies),
        url=site.page(f"/uploads/{draft.id}"),
        repository_name=site.name,
        repository_url=site.base_url,
        index=draft.index,
        created=iso(draft.created),
        updated=iso(draft.updated),
        access_status=draft.terms.status(draft.files_enabled).value,
        archive_url=site.api(f"/records/{draft.id}/draft/files-archive"),
        file_count=count,
        total_bytes=total,
    )


def _draft_file(file: FileOf, site: Site, draft_id: int) -> FileOf:
    return replace(file, url=site.api(f"/records/{draft_id}/draft/files/{in_path(file.key)}/content"))


def _html(
    services: Services,
    publication: Publication,
    listed: ListedFiles,
    params: PageParams,
    *,
    blind: bool,
    unpublished: bool,
) -> str:
    words = in_language(WORDS, params.language)
    return render_page(
        "landing/review.html",
        params,
        services.site.name,
        WORDS,
        neutral=blind,
        blind=blind,
        unpublished=unpublished,
        publication=publication,
        view=page_contents(publication, words, "", services.site.today()),
        files=file_list(publication, listed, params, words, publication.archive_url, restricted=False),
        archive_url=publication.archive_url if publication.file_count else "",
        size=human_size(publication.total_bytes),
        coastlines=assets()["land.svg"].address,
        exports=() if unpublished else EXPORTS,
    )
