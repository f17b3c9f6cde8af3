"""The links of a dataset over HTTP."""

from collections.abc import Sequence

from flask import Blueprint, Response

from repository.core.clock import now
from repository.core.errors import FieldError
from repository.core.paging import Page
from repository.faces.credentials import LINK_ARGUMENT, PAGES
from repository.faces.pages.sharing.link_lines import LinkKind, link_lines, terms_of, usual_day
from repository.faces.pages.sharing.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import (
    asked_frame,
    csrf_token,
    own_page_reply,
    require_person,
    see_other,
)
from repository.faces.pages.shell.templating import reason_in, render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.faces.request_context import current_actor, current_services
from repository.sharing.links import links_page, make_link, release_link, revoke_link
from repository.sharing.name_warnings import name_warnings
from repository.sharing.queries import dataset_of, shared_dataset

pages = Blueprint(f"{PAGES}sharing", __name__)
WORDS = by_language(SHELL_WORDING, WORDING)
CONTROLS = ("kind", "expires", "description")
LISTED = 100


@pages.get("/uploads/<record:record_id>/share")
def links(record_id: int) -> Response:
    """List the links of a dataset, and offer a new one."""
    require_person()
    return _page(record_id, _empty_form())


@pages.post("/uploads/<record:record_id>/share")
def make(record_id: int) -> Response:
    """Make a link, and show its address this once, with what could betray the authors to referees."""
    require_person()
    services, frame = current_services(), asked_frame()
    try:
        terms = terms_of(services.site, posted("kind"), posted("expires"), posted("description").strip())
        with services.database.transaction(current_actor()) as unit:
            concept_id = dataset_of(unit, record_id)
            link, secret = make_link(unit, concept_id, terms)
            warnings = list(name_warnings(unit, concept_id)) if link.blinded else []
    except REFUSALS as refused:
        return _page(record_id, refused_form(refused, CONTROLS, frame.language), 400)
    address = f"{services.site.page(f'/uploads/{record_id}')}?{LINK_ARGUMENT}={secret}"
    return _page(record_id, _empty_form(), address=address, warnings=warnings)


@pages.post("/uploads/<record:record_id>/share/<record:link_id>/revoke")
def revoke(record_id: int, link_id: int) -> Response:
    """Make a link useless at once."""
    with current_services().database.transaction(current_actor()) as unit:
        revoke_link(unit, dataset_of(unit, record_id), link_id)
    return see_other(asked_frame().at(f"/uploads/{record_id}/share"))


@pages.post("/uploads/<record:record_id>/share/<record:link_id>/release")
def release(record_id: int, link_id: int) -> Response:
    """Let a link for referees name the authors: review is over."""
    with current_services().database.transaction(current_actor()) as unit:
        release_link(unit, dataset_of(unit, record_id), link_id)
    return see_other(asked_frame().at(f"/uploads/{record_id}/share"))


def _empty_form() -> PageForm:
    return PageForm({"kind": [LinkKind.REFEREE.value], "expires": [usual_day(current_services().site)]})


def _page(
    record_id: int, form: PageForm, status: int = 200, *, address: str = "", warnings: Sequence[FieldError] = ()
) -> Response:
    services, frame = current_services(), asked_frame()
    with services.database.snapshot(current_actor()) as snapshot:
        rows, total = links_page(snapshot, shared_dataset(snapshot, record_id), Page(1, LISTED))
        lines = link_lines(rows, now())
    explained = [
        (warning.field, [reason_in(message, frame.language) for message in warning.messages]) for warning in warnings
    ]
    html = render_page(
        "sharing/links.html",
        frame,
        services.site.name,
        WORDS,
        record_id=record_id,
        form=form,
        kinds=[kind.value for kind in LinkKind],
        lines=lines,
        total=total,
        address=address,
        warnings=explained,
        csrf_token=csrf_token(),
    )
    reply = own_page_reply(html, frame, status)
    reply.headers["Referrer-Policy"] = "no-referrer" if address else "same-origin"
    return reply
