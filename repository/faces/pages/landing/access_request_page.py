"""Ask for access to the files of a dataset: a form for people with an account and for guests."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request
from markupsafe import Markup

from repository.access.request_settings import RequestSettings
from repository.core.errors import Conflict, FieldError, Forbidden, Invalid
from repository.core.web.problems import STATUS
from repository.faces.credentials import guesser
from repository.faces.pages.landing.rendering import WORDS
from repository.faces.pages.shell.languages import Translations, in_language
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, own_page_reply
from repository.faces.pages.shell.templating import PageReason, reason_in, render_page
from repository.faces.request_context import current_actor, current_services
from repository.records.queries import record_view
from repository.sharing.requests.ask import Application, GuestName, begin_guest_request, request_access

LONGEST = {"message": 3_000, "full_name": 200, "email": 254}
"""Characters of each text, as the API takes them."""
_LABELS = {
    "message": "ask_message",
    "full_name": "ask_name",
    "email": "ask_email",
    "consent_to_share_personal_data": "ask_consent",
    "accept_conditions": "ask_accept",
}


@dataclass(frozen=True, slots=True)
class RequestFault:
    """What is wrong with a control, whose name is `field`."""

    field: str
    label: str
    reasons: list[PageReason]


def access_form_page(record_id: int) -> Response:
    """Show the form."""
    return _page(record_id, {}, (), 200)


def send_access_request(record_id: int) -> Response:
    """Submit what the form says; show it again with what is wrong, and with all that was typed.

    Raises `NotFound`, `Forbidden`, `Conflict`, `TooManyTries`.
    """
    sent = {name: request.form.get(name, "") for name in _LABELS}
    try:
        _ask(record_id, sent)
    except Invalid as refusal:
        faults = [FieldError.of(fault.field.rpartition(".")[2], *fault.messages) for fault in refusal.errors]
        return _page(record_id, sent, faults or [FieldError.of("message", refusal.reason)], STATUS[Invalid])
    except (Conflict, Forbidden) as refusal:
        return _page(record_id, sent, [FieldError.of("message", refusal.reason)], STATUS[type(refusal)])
    return _page(record_id, sent, (), 200, done=True)


def _ask(record_id: int, sent: Mapping[str, str]) -> None:
    services, actor = current_services(), current_actor()
    _require_complete(sent, guest=actor.person_id is None)
    application = Application(sent["message"].strip(), accepts=bool(sent["accept_conditions"]))
    with services.database.transaction(actor) as unit:
        if actor.person_id is not None:
            request_access(unit, record_id, application)
        else:
            guest = GuestName(sent["full_name"].strip(), sent["email"].strip(), guesser(services).network)
            begin_guest_request(unit, record_id, application, guest)


def _require_complete(sent: Mapping[str, str], *, guest: bool) -> None:
    faults = []
    for name in ("full_name", "email", "message") if guest else ("message",):
        if not sent[name].strip():
            faults.append(FieldError.of(name, "Missing data for required field."))
        elif len(sent[name]) > LONGEST[name]:
            faults.append(FieldError.of(name, f"Length must be between 1 and {LONGEST[name]}."))
        elif "\x00" in sent[name]:
            faults.append(FieldError.of(name, "Control or unreadable characters are not allowed."))
    if guest and not sent["consent_to_share_personal_data"]:
        consent = "Nobody can decide without your name and address."
        faults.append(FieldError.of("consent_to_share_personal_data", consent))
    if faults:
        raise Invalid(errors=faults)


def _page(
    record_id: int, sent: Mapping[str, str], faults: "list[FieldError] | tuple[()]", status: int, *, done: bool = False
) -> Response:
    services, actor, frame = current_services(), current_actor(), asked_frame()
    words = in_language(WORDS, frame.language)
    with services.database.snapshot(actor) as snapshot:
        view = record_view(snapshot, record_id)
    settings = RequestSettings.of_json(view.concept.request_settings)
    html = render_page(
        "landing/access_request.html",
        frame,
        services.site.name,
        WORDS,
        title=str(view.version.description.get("title", "")),
        record_url=services.site.page(f"/records/{record_id}"),
        conditions=Markup(settings.conditions) if settings.conditions else "",
        guest=actor.person_id is None,
        csrf=csrf_token(),
        sent={name: sent.get(name, "") for name in _LABELS},
        faults={fault.field: _fault(fault, words) for fault in faults},
        longest=LONGEST,
        done=done,
    )
    return own_page_reply(html, frame, status)


def _fault(fault: FieldError, words: Translations) -> RequestFault:
    label = words[_LABELS.get(fault.field, "ask_message")]
    return RequestFault(fault.field, label, [reason_in(message, words["language"]) for message in fault.messages])
