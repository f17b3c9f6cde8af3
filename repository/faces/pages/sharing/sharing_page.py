"""The page of sharing: people and teams, links, and what could betray the authors to referees."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, request

from repository.access.policy import Action, Resource, may
from repository.access.queries import grants_of
from repository.core.clock import now
from repository.core.errors import FieldError
from repository.core.paging import Page
from repository.faces.pages.sharing.grant_lines import GIVEN, grant_lines
from repository.faces.pages.sharing.link_lines import LinkKind, link_lines, usual_day
from repository.faces.pages.sharing.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_forms import PageForm
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, own_page_reply
from repository.faces.pages.shell.templating import PageReason, reason_in, render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.faces.request_context import current_actor, current_services
from repository.sharing.find_subjects import found_subjects
from repository.sharing.links import links_page
from repository.sharing.name_warnings import name_warnings
from repository.sharing.queries import shared_dataset

WORDS = by_language(SHELL_WORDING, WORDING)
LISTED = 100
FILES, PREVIEWS = "files.entries.", "files.previews."


@dataclass(frozen=True, slots=True)
class Betrayal:
    """Where a name was found: a word of the page, the file's name if it is one, and the reasons."""

    place: str
    file: str
    reasons: Sequence[PageReason]


def sharing_page(
    record_id: int,
    form: PageForm | None = None,
    status: int = 200,
    *,
    address: str = "",
    gift: PageForm | None = None,
    search: str | None = None,
) -> Response:
    """Return the page with its forms; `gift` is that of a grant, `address` that of a link just made."""
    services, frame = current_services(), asked_frame()
    words = request.args.get("find", "")[:200] if search is None else search
    with services.database.snapshot(current_actor()) as snapshot:
        concept_id = shared_dataset(snapshot, record_id)
        links, _ = links_page(snapshot, concept_id, Page(1, LISTED))
        grants, grants_total = grant_lines(services.site, snapshot, concept_id)
        subjects = found_subjects(snapshot, words)
        warnings = name_warnings(snapshot, concept_id)
        may_offer = may(snapshot.actor, Action.OFFER_OWNERSHIP, Resource(grants_of(snapshot, concept_id)))
    html = render_page(
        "sharing/links.html",
        frame,
        services.site.name,
        WORDS,
        record_id=record_id,
        form=form or PageForm({"kind": [LinkKind.REFEREE.value], "expires": [usual_day(services.site)]}),
        gift=gift or PageForm({"permission": ["view"], "notify": ["yes"]}),
        given=[permission.value for permission in GIVEN],
        lines=link_lines(services.site, links, now()),
        grants=grants,
        grants_total=grants_total,
        subjects=subjects,
        may_offer=may_offer,
        search=words,
        address=address,
        warnings=[_betrayal(warning, frame.language) for warning in warnings],
        csrf_token=csrf_token(),
    )
    reply = own_page_reply(html, frame, status)
    reply.headers["Referrer-Policy"] = "no-referrer" if address else "same-origin"
    return reply


def _betrayal(warning: FieldError, language: str) -> Betrayal:
    reasons = [reason_in(message, language) for message in warning.messages]
    for beginning, place in ((FILES, "in_file_name"), (PREVIEWS, "in_file")):
        if warning.field.startswith(beginning):
            return Betrayal(place, warning.field.removeprefix(beginning), reasons)
    return Betrayal("in_title" if "title" in warning.field else "in_text", "", reasons)
