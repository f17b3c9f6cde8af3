"""A person's profile, and what they want to be told by mail, over HTTP."""

from typing import Any

from flask import Blueprint, Response

from repository.access.policy import Action, Resource, must
from repository.core.errors import Invalid
from repository.faces.credentials import PAGES
from repository.faces.pages.settings.settings_pages import HOME, back_to, settings_reply
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, posted_list, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person
from repository.faces.request_context import current_actor, current_services
from repository.notifications.notice_kinds import KINDS, MUTABLE
from repository.notifications.preferences import MailWish, set_wish, wish_of
from repository.notifications.wording import told_notice
from repository.people.profile_rules import LANGUAGES, PUBLIC, RESTRICTED
from repository.people.profiles import PersonView, change_profile, own_view

pages = Blueprint(f"{PAGES}settings", __name__, url_prefix=HOME)
CONTROLS = (
    "profile.full_name",
    "username",
    "identities.orcid",
    "profile.affiliations",
    "preferences.locale",
    "preferences.timezone",
    "preferences.visibility",
    "preferences.email_visibility",
)
DAILY, NOT_DAILY = "daily", "none"


@pages.get("")
def settings() -> Response:
    """Lead to the first of the pages."""
    require_person()
    return back_to(f"{HOME}/profile")


@pages.get("/profile")
def profile_form() -> Response:
    """Show what one says of oneself."""
    require_person()
    view = _own_view()
    return _profile_page(view, _form_of(view))


@pages.post("/profile")
def save_profile() -> Response:
    """Change what one says of oneself."""
    require_person()
    try:
        changes = _changes()
        with current_services().database.transaction(current_actor()) as unit:
            change_profile(unit, changes)
    except REFUSALS as refused:
        form = refused_form(refused, CONTROLS, asked_frame().language)
        return _profile_page(_own_view(), form, refused)
    return back_to(f"{HOME}/profile", "done_saved")


@pages.get("/notifications")
def wishes_form() -> Response:
    """Show what comes by mail."""
    person_id = require_person()
    must(current_actor(), Action.READ_NOTICES, Resource())
    services, language = current_services(), asked_frame().language
    with services.database.snapshot(current_actor()) as snapshot:
        wish = wish_of(snapshot, person_id)
    mailed = [kind for kind in MUTABLE if kind not in wish.muted]
    form = PageForm({"digest": [DAILY if wish.daily else NOT_DAILY], "mailed": mailed})
    values = {"site": services.site.name, "title": "…"}
    kinds = [(kind, told_notice(KINDS[kind].words, values, language).title) for kind in MUTABLE]
    return settings_reply("notifications", form=form, kinds=kinds)


@pages.post("/notifications")
def save_wishes() -> Response:
    """Mute the kinds that are not ticked, or have the rest once a day; they stay in the list."""
    person_id = require_person()
    must(current_actor(), Action.MANAGE_NOTICES, Resource())
    muted = frozenset(MUTABLE) - frozenset(posted_list("mailed"))
    with current_services().database.transaction(current_actor()) as unit:
        set_wish(unit, person_id, MailWish(muted, posted("digest") == DAILY), KINDS)
    return back_to(f"{HOME}/notifications", "done_saved")


def _own_view() -> PersonView:
    with current_services().database.snapshot(current_actor()) as snapshot:
        return own_view(snapshot)


def _profile_page(view: PersonView, form: PageForm, refused: Any = None) -> Response:
    return settings_reply("profile", refused, form=form, is_proved=view.profile.orcid_verified)


def _form_of(view: PersonView) -> PageForm:
    profile = view.profile
    affiliations = [
        f"https://ror.org/{entry['id']}" if "id" in entry else entry["name"] for entry in profile.affiliations
    ]
    return PageForm(
        {
            "profile.full_name": [view.person.name],
            "username": [profile.username or ""],
            "identities.orcid": [profile.orcid or ""],
            "profile.affiliations": ["\n".join(affiliations)],
            "preferences.locale": [profile.language],
            "preferences.timezone": [profile.time_zone],
            "preferences.visibility": [profile.visibility],
            "preferences.email_visibility": [profile.email_visibility],
        }
    )


def _changes() -> dict[str, Any]:
    """Return what the form says by the names of `people.profile_rules`; raise `Invalid` for a choice that is none."""
    lines = [line.strip() for line in posted("profile.affiliations").splitlines()]
    return {
        "name": posted("profile.full_name"),
        "username": posted("username") or None,
        "orcid": posted("identities.orcid").strip() or None,
        "affiliations": [_affiliation(line) for line in lines if line],
        "language": _choice("preferences.locale", *LANGUAGES),
        "time_zone": posted("preferences.timezone").strip(),
        "visibility": _choice("preferences.visibility", PUBLIC, RESTRICTED),
        "email_visibility": _choice("preferences.email_visibility", PUBLIC, RESTRICTED),
    }


def _affiliation(line: str) -> dict[str, str]:
    return {"id": line} if "ror.org/" in line else {"name": line}


def _choice(name: str, *choices: str) -> str:
    if posted(name) not in choices:
        raise Invalid.field(name, f"Must be one of: {', '.join(choices)}.")
    return posted(name)
