"""Accounts over HTTP: find people, look at one, and what administrators do to them, each act with a reason."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from repository.access.policy import Action
from repository.core.actor import Role
from repository.core.errors import FieldError, Invalid, RepositoryError
from repository.core.unit_of_work import UnitOfWork
from repository.faces.credentials import PAGES
from repository.faces.pages.admin.admin_pages import HOME, TABS, asked_page, back_to, require_administrator, shown
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame
from repository.faces.request_context import current_actor, current_services
from repository.people.administration import (
    Limits,
    block_person,
    change_limits,
    change_role,
    managed_person,
    restore_person,
)
from repository.people.departures import NO_ACCOUNT, merge_people
from repository.people.finding import MOST, ListedPerson, PeopleFilter, list_people
from repository.people.model import DraftUse
from repository.people.queries import person_by_email
from repository.people.quotas import quota_of

pages = Blueprint(f"{PAGES}admin-people", __name__, url_prefix=HOME)
USERS = TABS["users"]
ACTS = "suspend,activate,role,quota,merge"
LONGEST_REASON = 500
_STATES: Mapping[str, bool] = {"active": True, "suspended": False}
_MOST_LIMIT = 1 << 62
CONTROLS = ("role", "drafts", "draft_bytes", "into", "reason")


@pages.get("/users")
def user_list() -> Response:
    """Find people by name, address, user name or ORCID iD, by role and state."""
    require_administrator(Action.READ_PEOPLE)
    text, role, state = (request.args.get(name, "") for name in ("q", "role", "state"))
    chosen = PeopleFilter(text, Role(role) if role in {*Role} else None, _STATES.get(state))
    page = asked_page()
    with current_services().database.snapshot(current_actor()) as snapshot:
        people, total = list_people(snapshot, chosen, page)
    form = PageForm({"q": [text], "role": [role], "state": [state]})
    return shown(
        "users",
        "users",
        people=[(view, quota_of(current_services().site, use)) for view, use in people],
        total=total,
        page=page,
        form=form,
        roles=[one.value for one in Role],
        most=MOST,
        human_size=human_size,
    )


@pages.get("/users/<record:person_id>")
def one_user(person_id: int) -> Response:
    """Show an account, what it has in drafts, and what can be done to it."""
    require_administrator(Action.READ_PEOPLE)
    view, use = _person(person_id)
    quota = quota_of(current_services().site, use)
    return shown("user", "users", view=view, quota=quota, human_size=human_size)


@pages.get(f"/users/<record:person_id>/<any({ACTS}):act>")
def act_form(person_id: int, act: str) -> Response:
    """Show what an act does to a person, and ask why."""
    require_administrator(Action.MANAGE_PEOPLE)
    listed = _person(person_id)
    return _act_page(listed, act, _form_of(listed))


@pages.post(f"/users/<record:person_id>/<any({ACTS}):act>")
def act_on(person_id: int, act: str) -> Response:
    """Do it; the audit trail keeps the reason."""
    require_administrator(Action.MANAGE_PEOPLE)
    try:
        with current_services().database.transaction(current_actor()) as unit:
            _DOES[act](unit, person_id, _reason())
    except REFUSALS as refused:
        form = refused_form(refused, CONTROLS, asked_frame().language)
        return _act_page(_person(person_id), act, form, refused)
    return back_to(f"{USERS}/{person_id}", f"done_{act}")


def _act_page(listed: ListedPerson, act: str, form: PageForm, refused: RepositoryError | None = None) -> Response:
    return shown("user_act", "users", refused, view=listed[0], act=act, form=form, roles=[one.value for one in Role])


def _person(person_id: int) -> ListedPerson:
    with current_services().database.snapshot(current_actor()) as snapshot:
        return managed_person(snapshot, person_id)


def _form_of(listed: ListedPerson) -> PageForm:
    """Return the form with what is so now; limits of the site are empty."""
    view, use = listed
    limits = (use.most_drafts, use.most_bytes) if isinstance(use, DraftUse) else (None, None)
    drafts, size = ("" if limit is None else str(limit) for limit in limits)
    return PageForm({"role": [view.person.role], "drafts": [drafts], "draft_bytes": [size]})


def _role(unit: UnitOfWork, person_id: int, reason: str) -> None:
    if posted("role") not in {*Role}:
        raise Invalid.field("role", "Choose a role.")
    change_role(unit, person_id, Role(posted("role")), reason)


def _quota(unit: UnitOfWork, person_id: int, reason: str) -> None:
    change_limits(unit, person_id, Limits(_limit("drafts"), _limit("draft_bytes")), reason)


def _merge(unit: UnitOfWork, person_id: int, reason: str) -> None:
    """Merge into the account that an address or an id names."""
    text = posted("into").strip()
    if text.isascii() and text.isdecimal() and len(text) < len(str(_MOST_LIMIT)):
        merge_people(unit, person_id, int(text), reason)
        return
    receiver = person_by_email(unit, text) if "@" in text else None
    if receiver is None:
        raise Invalid.field("into", NO_ACCOUNT)
    merge_people(unit, person_id, receiver.id, reason)


_DOES: Mapping[str, Callable[[UnitOfWork, int, str], None]] = {
    "suspend": block_person,
    "activate": restore_person,
    "role": _role,
    "quota": _quota,
    "merge": _merge,
}


def _limit(name: str) -> int | None:
    """Return a limit: None for that of the site, 0 for none."""
    text = posted(name).strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < len(str(_MOST_LIMIT))):
        raise Invalid.field(name, "Not a valid integer.")
    return int(text)


def _reason() -> str:
    """Return why; raise `Invalid` for what the API refuses too."""
    text = posted("reason").replace("\r\n", "\n").strip()
    if not text:
        raise Invalid(errors=[FieldError.of("reason", "Say why.")])
    if len(text) > LONGEST_REASON:
        raise Invalid.field("reason", f"Length must be between 1 and {LONGEST_REASON}.")
    if "\x00" in text:
        raise Invalid.field("reason", "NUL cannot be kept.")
    return text
