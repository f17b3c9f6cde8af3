"""Access tokens and linked identities over HTTP."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, Response

from repository.access.policy import Action, Resource, must
from repository.core.actor import GRANTABLE, TokenScope
from repository.core.errors import Invalid, RepositoryError
from repository.core.web.call_kinds import CallKind, counted_as
from repository.engines.sign_in.port import ProviderProfile
from repository.faces.credentials import PAGES, current_session
from repository.faces.pages.settings.settings_pages import HOME, back_to, settings_reply, words_in
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, posted_list, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person
from repository.faces.provider_flows import begin_at_provider, give_flow_secret, provider_of
from repository.faces.request_context import current_actor, current_services
from repository.people.access_tokens import issue_token, revoke_token
from repository.people.identity_queries import identities_of
from repository.people.linked_identities import unlink
from repository.people.model import AccessToken, Person
from repository.people.queries import tokens_of
from repository.people.token_scopes import SCOPE_WORDS, scopes_of, words_of

pages = Blueprint(f"{PAGES}access", __name__, url_prefix=HOME)
DAYS = (30, 90, 180, 365)
USUAL_DAYS = 180
CONTROLS = ("name", "scopes", "days")


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token in the list: what it may do in words, its days as text."""

    id: int
    name: str
    may: list[str]
    expires: str
    used: str


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """A linked identity in the list."""

    id: int
    name: str
    subject: str


@pages.get("/applications")
def applications() -> Response:
    """Show one's tokens, without their secrets, and a form for a new one."""
    require_person()
    return _tokens_page(PageForm({"days": [str(USUAL_DAYS)], "scopes": [TokenScope.READ.value]}))


@pages.post("/applications")
@counted_as(CallKind.SIGN_IN)
def make_token() -> Response:
    """Show the secret of a new token, this once and never again."""
    require_person()
    must(current_actor(), Action.MANAGE_TOKENS, Resource())
    services = current_services()
    try:
        scopes, days = _scopes(), _days()
        with services.database.transaction(current_actor()) as unit:
            person = unit.session.get_one(Person, current_actor().person_id)
            _, secret = issue_token(unit, person, scopes, posted("name"), timedelta(days=days))
    except REFUSALS as refused:
        return _tokens_page(refused_form(refused, CONTROLS, asked_frame().language), refused)
    return settings_reply("token_made", secret=secret, address=services.site.api("/user/records"))


@pages.post("/applications/<record:token_id>/revoke")
def revoke(token_id: int) -> Response:
    """Make a token useless from now on."""
    require_person()
    must(current_actor(), Action.MANAGE_TOKENS, Resource())
    with current_services().database.transaction(current_actor()) as unit:
        revoke_token(unit, token_id)
    return back_to(f"{HOME}/applications", "done_revoked")


@pages.get("/linked")
def linked() -> Response:
    """Show the identities by which one signs in, and the providers of the site."""
    require_person()
    return _linked_page(PageForm())


@pages.post("/linked")
@counted_as(CallKind.SIGN_IN)
def begin_link() -> Response:
    """Show the way to the provider; the identity is linked when the browser comes back.

    A link leads there, because the policy of our pages lets no form lead to another site.
    """
    person_id = require_person()
    must(current_actor(), Action.MANAGE_SIGN_IN, Resource())
    services = current_services()
    provider = provider_of(services, posted("provider"))
    address, secret = begin_at_provider(services, provider, f"{HOME}/linked", person_id)
    reply = _linked_page(PageForm(), go_to=address, go_name=_name(provider.profile))
    give_flow_secret(services.site, reply, secret)
    return reply


@pages.post("/linked/<record:identity_id>/remove")
def remove_identity(identity_id: int) -> Response:
    """End this way to sign in; the last way in stays."""
    person_id, services, session = require_person(), current_services(), current_session()
    must(current_actor(), Action.MANAGE_SIGN_IN, Resource())
    try:
        with services.database.transaction(current_actor()) as unit:
            unlink(unit, person_id, identity_id, services.sign_in_providers, session.id if session else 0)
    except REFUSALS as refused:
        return _linked_page(refused_form(refused, (), asked_frame().language), refused)
    return back_to(f"{HOME}/linked", "done_unlinked")


def _tokens_page(form: PageForm, refused: RepositoryError | None = None) -> Response:
    must(current_actor(), Action.MANAGE_TOKENS, Resource())
    language = asked_frame().language
    with current_services().database.snapshot(current_actor()) as snapshot:
        tokens = [_token_line(token, language) for token in tokens_of(snapshot, require_person())]
    scopes = [(scope.value, SCOPE_WORDS[scope][language]) for scope in _OFFERED]
    days = [(str(number), words_in(asked_frame())[f"days_{number}"]) for number in DAYS]
    return settings_reply("applications", refused, form=form, tokens=tokens, scopes=scopes, days=days)


_OFFERED = [scope for scope in (TokenScope.READ, TokenScope.WRITE, TokenScope.ACTIONS) if scope in GRANTABLE]


def _token_line(token: AccessToken, language: str) -> TokenLine:
    is_limited = token.limited_to is not None
    words = words_of(scopes_of(token.scopes, limited=is_limited), limited=is_limited)
    return TokenLine(
        token.id,
        token.name,
        [scope.get(language, scope["scope"]) for scope in words],
        token.expires.date().isoformat() if token.expires else "",
        token.last_used.date().isoformat() if token.last_used else "",
    )


def _scopes() -> list[TokenScope]:
    names = posted_list("scopes")
    if not names or not {*names} <= {scope.value for scope in _OFFERED}:
        raise Invalid.field("scopes", "Choose what the program may do.")
    return [TokenScope(name) for name in names]


def _days() -> int:
    if posted("days") not in {str(number) for number in DAYS}:
        raise Invalid.field("days", "Choose when the token ends.")
    return int(posted("days"))


def _linked_page(
    form: PageForm, refused: RepositoryError | None = None, go_to: str = "", go_name: str = ""
) -> Response:
    must(current_actor(), Action.MANAGE_SIGN_IN, Resource())
    providers = {name: _name(provider.profile) for name, provider in current_services().sign_in_providers.items()}
    with current_services().database.snapshot(current_actor()) as snapshot:
        identities = [
            IdentityLine(
                identity.id, providers.get(identity.provider, identity.provider), identity.orcid or identity.subject
            )
            for identity in identities_of(snapshot, require_person())
        ]
    return settings_reply(
        "linked", refused, form=form, identities=identities, providers=providers.items(), go_to=go_to, go_name=go_name
    )


def _name(profile: ProviderProfile) -> str:
    return profile.names.get(asked_frame().language, profile.name)
