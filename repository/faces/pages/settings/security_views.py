"""Password, address, authenticator and sessions over HTTP."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response

from repository.access.policy import Action, Resource, must
from repository.core.errors import FieldError, Invalid, RepositoryError
from repository.core.web.call_kinds import CallKind, counted_as
from repository.faces.credentials import PAGES, browser, current_session, give_session, guesser
from repository.faces.pages.settings.settings_pages import HOME, back_to, settings_reply
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person
from repository.faces.request_context import current_actor, current_services
from repository.people.model import Person
from repository.people.own_sign_in import ask_email_change, change_password, confirm_own_factor, remove_own_factor
from repository.people.second_factors import has_second_factor, start_second_factor
from repository.people.sessions import end_session, end_sessions, sessions_of

pages = Blueprint(f"{PAGES}security", __name__, url_prefix=f"{HOME}/security")
HERE = f"{HOME}/security"
CONTROLS = ("current", "new", "email", "password", "proof", "code")


@pages.get("")
def security() -> Response:
    """Show how one signs in, and where one is signed in."""
    _require_own()
    return _page(PageForm())


@pages.post("/password")
@counted_as(CallKind.SIGN_IN)
def set_password() -> Response:
    """Set another password; all sessions are over, and a new one begins here, with a new cookie."""
    _require_own()
    services = current_services()
    try:
        secret = change_password(
            services.database, guesser(services), current_actor(), posted("current"), posted("new"), browser(services)
        )
    except REFUSALS as refused:
        return _refused(refused, {"password": "new"})
    reply = back_to(HERE, "done_password")
    give_session(services.site, reply, secret)
    return reply


@pages.post("/email")
@counted_as(CallKind.SIGN_IN)
def ask_for_address() -> Response:
    """Let a message be sent to the address, whose link makes it one's own."""
    _require_own()
    services = current_services()
    try:
        ask_email_change(services.database, guesser(services), current_actor(), posted("email"), posted("password"))
    except REFUSALS as refused:
        return _refused(refused)
    return back_to(HERE, "done_asked")


@pages.post("/authenticator")
@counted_as(CallKind.SIGN_IN)
def start_authenticator() -> Response:
    """Show a secret for an authenticator, this once; it counts when a code of it was confirmed."""
    _require_own()
    services = current_services()
    try:
        with services.database.transaction(current_actor()) as unit:
            person = unit.session.get_one(Person, current_actor().person_id)
            enrolment = start_second_factor(unit, person, services.site.name)
    except REFUSALS as refused:
        return _refused(refused)
    return settings_reply("authenticator", form=PageForm(), secret=enrolment.secret, uri=enrolment.address, codes=())


@pages.post("/authenticator/confirm")
@counted_as(CallKind.SIGN_IN)
def confirm_authenticator() -> Response:
    """Show recovery codes, this once; from now on a password alone is not enough."""
    _require_own()
    services, session = current_services(), current_session()
    try:
        codes = confirm_own_factor(
            services.database,
            guesser(services),
            current_actor(),
            session.id if session else 0,
            posted("code").strip(),
        )
    except REFUSALS as refused:
        form = refused_form(refused, ("code",), asked_frame().language)
        return settings_reply("authenticator", refused, form=form, secret="", uri="", codes=())
    return settings_reply("authenticator", form=PageForm(), secret="", uri="", codes=codes)


@pages.post("/authenticator/remove")
@counted_as(CallKind.SIGN_IN)
def remove_authenticator() -> Response:
    """Let a password alone be enough again; needs the password, or a code."""
    _require_own()
    services = current_services()
    try:
        remove_own_factor(
            services.database, guesser(services), current_actor(), posted("proof"), posted("code").strip()
        )
    except REFUSALS as refused:
        return _refused(refused, {"password": "proof"})
    return back_to(HERE, "done_removed")


@pages.post("/sessions/<record:session_id>/end")
def end_one_session(session_id: int) -> Response:
    """End a session of one's own at once, wherever it is."""
    person_id = _require_own()
    with current_services().database.transaction(current_actor()) as unit:
        end_session(unit, person_id, session_id)
    return back_to(HERE, "done_ended")


@pages.post("/sessions/end-others")
def end_other_sessions() -> Response:
    """End every session but this one."""
    person_id, current = _require_own(), current_session()
    with current_services().database.transaction(current_actor()) as unit:
        end_sessions(unit, person_id, but=current.id if current else 0)
    return back_to(HERE, "done_ended")


def _require_own() -> int:
    person_id = require_person()
    must(current_actor(), Action.MANAGE_SIGN_IN, Resource())
    return person_id


def _refused(refused: RepositoryError, names: Mapping[str, str] | None = None) -> Response:
    """Show the page with what is wrong; `names` are the controls of fields that two forms have."""
    known = names or {}
    errors = [replace(fault, field=known.get(fault.field, fault.field)) for fault in refused.errors]
    form = refused_form(_renamed(refused, errors), CONTROLS, asked_frame().language)
    return _page(form, refused)


def _renamed(refused: RepositoryError, errors: list[FieldError]) -> RepositoryError:
    return Invalid(refused.reason, errors) if errors else refused


def _page(form: PageForm, refused: RepositoryError | None = None) -> Response:
    person_id, session = require_person(), current_session()
    with current_services().database.snapshot(current_actor()) as snapshot:
        person = snapshot.session.get_one(Person, person_id)
        has_factor = has_second_factor(snapshot, person_id)
        sessions = sessions_of(snapshot, person_id)
    return settings_reply(
        "security",
        refused,
        form=form,
        email=person.email,
        has_password=person.password_hash is not None,
        has_factor=has_factor,
        sessions=sessions,
        current=session.id if session else 0,
    )
