"""The links of a dataset over HTTP."""

from flask import Blueprint, Response

from repository.faces.credentials import LINK_ARGUMENT, PAGES
from repository.faces.pages.sharing.link_lines import terms_of
from repository.faces.pages.sharing.sharing_page import sharing_page
from repository.faces.pages.shell.page_forms import REFUSALS, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person, see_other
from repository.faces.request_context import current_actor, current_services
from repository.sharing.links import make_link, release_link, revoke_link
from repository.sharing.queries import dataset_of

pages = Blueprint(f"{PAGES}sharing", __name__)
CONTROLS = ("kind", "expires", "description")


@pages.get("/uploads/<record:record_id>/share")
def links(record_id: int) -> Response:
    """List who has a part in a dataset, and its links; offer new ones."""
    require_person()
    return sharing_page(record_id)


@pages.post("/uploads/<record:record_id>/share")
def make(record_id: int) -> Response:
    """Make a link, and show its address this once, with what could betray the authors to referees."""
    require_person()
    services, frame = current_services(), asked_frame()
    try:
        terms = terms_of(services.site, posted("kind"), posted("expires"), posted("description").strip())
        with services.database.transaction(current_actor()) as unit:
            concept_id = dataset_of(unit, record_id)
            _, secret = make_link(unit, concept_id, terms)
    except REFUSALS as refused:
        return sharing_page(record_id, refused_form(refused, CONTROLS, frame.language), 400)
    address = f"{services.site.page(f'/uploads/{record_id}')}?{LINK_ARGUMENT}={secret}"
    return sharing_page(record_id, address=address)


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
