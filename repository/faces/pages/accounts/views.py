"""Sign in and out over HTTP."""

from flask import Blueprint, Response, request

from repository.core.errors import Invalid, NotSignedIn
from repository.core.web.call_kinds import CallKind, counted_as
from repository.core.web.local_paths import local_path
from repository.faces.credentials import (
    PAGES,
    browser,
    current_session,
    give_session,
    guesser,
    session_secret,
    take_session,
)
from repository.faces.pages.accounts.account_pages import WORDS, told_page, words_in
from repository.faces.pages.shell.kept_forms import KEPT_FIELD, form_of_text
from repository.faces.pages.shell.page_forms import (
    REFUSALS,
    FormFault,
    PageForm,
    posted,
    refused_form,
    refused_reply,
    typed_form,
)
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.page_replies import asked_frame, kept_form_reply, own_page_reply, see_other
from repository.faces.pages.shell.templating import PageReason, render_page
from repository.faces.request_context import current_actor, current_services
from repository.people.identity_sessions import sign_out_address
from repository.people.model import Person
from repository.people.rules import SignUp
from repository.people.second_factors import CODE_WRONG
from repository.people.sessions import csrf_token, end_session
from repository.people.sign_in import Credentials, sign_in_by_step, sign_in_in_steps

pages = Blueprint(f"{PAGES}accounts", __name__)


@pages.get("/login")
def login_form() -> Response:
    """Show the ways to sign in, or that somebody is signed in already."""
    frame, services = asked_frame(), current_services()
    next_path = _harmless(request.args.get("next", "/"))
    person_id = current_actor().person_id
    if person_id is None or current_session() is None:
        return own_page_reply(_login_page(frame, PageForm(), next_path), frame)
    words = words_in(frame)
    with services.database.snapshot(current_actor()) as snapshot:
        email = snapshot.session.get_one(Person, person_id).email
    texts = [words["already_lead"].format(email=email)]
    links = [(words["go_to"], next_path)]
    return own_page_reply(told_page(frame, services.site.name, words["already_in"], texts, links), frame)


@pages.post("/login")
@counted_as(CallKind.SIGN_IN)
def login() -> Response:
    """Begin a session and lead to the page in ``next``, or show the form that waited for the sign-in.

    With an authenticator a second page asks for its code.
    """
    frame, next_path, kept = asked_frame(), _harmless(posted("next") or "/"), posted(KEPT_FIELD)
    if kept:
        form_of_text(kept)
    if kept and not (posted("email") or posted("step")):
        return own_page_reply(_login_page(frame, PageForm(), next_path, kept=kept), frame)
    try:
        secret, step = _begin()
    except REFUSALS as refused:
        is_step_wrong = isinstance(refused, NotSignedIn) and refused.code == CODE_WRONG
        form = refused_form(refused, ("email", "password", "code"), frame.language)
        if is_step_wrong:
            form = PageForm(form.values, [FormFault("code", fault.reason) for fault in form.faults])
        elif isinstance(refused, NotSignedIn) and not posted("step"):
            form = PageForm(form.values, [FormFault("email", PageReason(words_in(frame)["wrong_pair"]))])
        step = posted("step") if is_step_wrong else ""
        return refused_reply(_login_page(frame, form, next_path, step, kept), frame, refused)
    if step:
        return own_page_reply(_login_page(frame, typed_form(), next_path, step, kept), frame)
    waiting = form_of_text(kept) if kept else None
    reply = kept_form_reply(waiting, frame, token=csrf_token(secret)) if waiting else see_other(next_path)
    give_session(current_services().site, reply, secret)
    return reply


@pages.post("/logout")
def logout() -> Response:
    """End the session of the cookie; where it began at a provider, offer to sign out there too."""
    services, session, frame = current_services(), current_session(), asked_frame()
    words, elsewhere = words_in(frame), ""
    if session is not None and session.actor.person_id is not None:
        with services.database.transaction(session.actor) as unit:
            end_session(unit, session.actor.person_id, session.id)
            elsewhere = sign_out_address(unit, session_secret(services.site) or "", services.site.page("/"))
    links = [(words["sign_in_title"], frame.at("/login"))]
    if elsewhere:
        links.insert(0, (words["signed_out_there"].format(name=words["signed_out_provider"]), elsewhere))
    html = told_page(frame, services.site.name, words["signed_out_title"], [words["signed_out_lead"]], links)
    reply = own_page_reply(html, frame)
    take_session(services.site, reply)
    return reply


def _begin() -> tuple[str, str]:
    """Return the secret of a new session, or the mark of the second step."""
    services = current_services()
    database, replaced = services.database, session_secret(services.site) or ""
    if step := posted("step"):
        code = posted("code").strip() or "-"
        return sign_in_by_step(database, guesser(services), step, code, browser(services), replaced)[1], ""
    credentials = Credentials(posted("email"), posted("password"))
    return sign_in_in_steps(database, guesser(services), credentials, browser(services), replaced)


def _login_page(frame: PageFrame, form: PageForm, next_path: str, step: str = "", kept: str = "") -> str:
    services = current_services()
    site, language = services.site, frame.language
    providers = [
        (provider.profile.names.get(language, provider.profile.name), _provider_address(provider.profile.id, next_path))
        for provider in services.sign_in_providers.values()
    ]
    return render_page(
        "accounts/login.html",
        frame,
        site.name,
        WORDS,
        form=form,
        next=next_path,
        step=step,
        kept=kept,
        providers=providers,
        may_sign_up=site.sign_up == SignUp.OPEN,
    )


def _provider_address(provider_id: str, next_path: str) -> str:
    return PageFrame().at(f"/oauth/{provider_id}/login", next=next_path)


def _harmless(path: str) -> str:
    """Return a path of this site; the start page instead of any other address."""
    try:
        return local_path(path)
    except Invalid:
        return "/"
