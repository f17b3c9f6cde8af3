"""Take along what is kept of oneself, or erase it, over HTTP."""

from flask import Blueprint, Response

from repository.access.policy import Action, Resource, must
from repository.core.errors import Invalid, NotFound, RepositoryError
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.file_responses import StreamedBody, stream_reply
from repository.core.web.responses import restrict_to_asker
from repository.faces.credentials import PAGES, guesser, take_session
from repository.faces.pages.settings.settings_pages import HOME, WORDS, back_to, settings_reply
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import NEVER_KEPT, asked_frame, own_page_reply, require_person
from repository.faces.pages.shell.templating import render_page
from repository.faces.request_context import current_actor, current_services
from repository.people.model import Person
from repository.people.own_exports import open_export, own_export, request_export
from repository.people.own_sign_in import prove_oneself
from repository.sharing.leaving import leave

pages = Blueprint(f"{PAGES}own-data", __name__, url_prefix=f"{HOME}/data")
HERE = f"{HOME}/data"
BLOCK = 1 << 16
CONTROLS = ("receiver", "discard_drafts", "password", "confirm")


@pages.get("")
def own_data() -> Response:
    """Show the state of one's export, and how to erase the account."""
    require_person()
    return _page(PageForm())


@pages.post("/export")
def ask_for_export() -> Response:
    """Let a job make the export; asking again within a day changes nothing."""
    require_person()
    with current_services().database.transaction(current_actor()) as unit:
        request_export(unit)
    return back_to(HERE, "done_export")


@pages.get("/export.zip")
def export_content() -> Response:
    """Send the ZIP of JSON files."""
    require_person()
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        source, size = open_export(snapshot, services.store)
    body = StreamedBody(source, iter(lambda: source.read(BLOCK), b""))
    reply = stream_reply(body, size, "my-data.zip", "application/zip", None)
    reply.headers["Cache-Control"] = NEVER_KEPT
    restrict_to_asker(reply)
    return reply


@pages.post("/erase")
@counted_as(CallKind.SIGN_IN)
def erase() -> Response:
    """Close the account at once; a job forgets the person and passes on datasets."""
    require_person()
    must(current_actor(), Action.ERASE_ME, Resource())
    services, frame = current_services(), asked_frame()
    try:
        receiver = _receiver()
        prove_oneself(services.database, guesser(services), current_actor(), posted("password"), posted("confirm"))
        with services.database.transaction(current_actor()) as unit:
            leave(unit, receiver, discards=posted("discard_drafts") == "yes")
    except REFUSALS as refused:
        return _page(refused_form(refused, CONTROLS, frame.language), refused)
    reply = own_page_reply(render_page("settings/erased.html", frame, services.site.name, WORDS), frame)
    take_session(services.site, reply)
    return reply


def _receiver() -> int | None:
    text = posted("receiver").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Invalid.field("receiver", "There is no account with this id.")
    return int(text)


def _page(form: PageForm, refused: RepositoryError | None = None) -> Response:
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        person = snapshot.session.get_one(Person, require_person())
        try:
            export = own_export(snapshot)
        except NotFound:
            export = None
    return settings_reply(
        "data",
        refused,
        form=form,
        email=person.email,
        has_password=person.password_hash is not None,
        is_ready=export is not None and export.made is not None,
        export_until=services.site.day_of(export.expires).isoformat() if export else "",
    )
