"""Registrations over HTTP: which are not settled, why, and to try them again."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, request

from repository.access.policy import Action
from repository.core.errors import RepositoryError
from repository.core.unit_of_work import UnitOfWork
from repository.faces.credentials import PAGES
from repository.faces.pages.admin.admin_pages import (
    AT_ONCE,
    HOME,
    TABS,
    asked_number,
    back_to,
    require_administrator,
    shown,
)
from repository.faces.pages.admin.alarm_lines import alarm_lines
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, refused_form
from repository.faces.pages.shell.page_replies import asked_frame
from repository.faces.request_context import current_actor, current_health, current_services
from repository.identifiers.admin import (
    accept_registration,
    count_by_state,
    find_identifiers,
    retry_failed,
    retry_registration,
)
from repository.identifiers.model import RegistrationState

pages = Blueprint(f"{PAGES}admin-identifiers", __name__, url_prefix=HOME)
IDENTIFIERS = TABS["identifiers"]
SCHEMES = ("doi", "cstr", "handle")
MOST = 10_000
"""identifiers of a state that are counted"""


@pages.get("/identifiers")
def identifier_list() -> Response:
    """List identifiers that are not registered, or those in a state, with the cause and the next try."""
    require_administrator(Action.READ_REGISTRATIONS)
    return _identifiers_page(PageForm())


@pages.post("/identifiers/retry")
def retry_all() -> Response:
    """Try all failed registrations again."""
    require_administrator(Action.MANAGE_IDENTIFIERS)
    with current_services().database.transaction(current_actor()) as unit:
        count = retry_failed(unit)
    return back_to(IDENTIFIERS, "done_registrations", count=count)


@pages.post("/identifiers/<record:identifier_id>/retry")
def retry_one(identifier_id: int) -> Response:
    """Try a registration again before its time."""
    return _act("done_registration", lambda unit: retry_registration(unit, identifier_id))


@pages.post("/identifiers/<record:identifier_id>/accept")
def accept(identifier_id: int) -> Response:
    """Take an identifier that the registrar knew before as ours."""
    return _act("done_accepted", lambda unit: accept_registration(unit, identifier_id))


def _act(done: str, act: Callable[[UnitOfWork], object]) -> Response:
    require_administrator(Action.MANAGE_IDENTIFIERS)
    try:
        with current_services().database.transaction(current_actor()) as unit:
            act(unit)
    except REFUSALS as refused:
        return _identifiers_page(refused_form(refused, (), asked_frame().language), refused)
    return back_to(IDENTIFIERS, done)


def _identifiers_page(form: PageForm, refused: RepositoryError | None = None) -> Response:
    name, scheme = request.args.get("state", ""), request.args.get("scheme", "")
    state = RegistrationState(name) if name in {*RegistrationState} else None
    after, chosen = asked_number("after"), scheme if scheme in SCHEMES else None
    with current_services().database.snapshot(current_actor()) as snapshot:
        rows = find_identifiers(snapshot, state, after=after, limit=AT_ONCE + 1, scheme=chosen)
        counts = count_by_state(snapshot, MOST + 1)
    conditions = {name: condition for name, condition in current_health().told()[1].items() if name == "registrars"}
    return shown(
        "identifiers",
        "identifiers",
        refused,
        form=form,
        identifiers=rows[:AT_ONCE],
        older=rows[AT_ONCE - 1].id if len(rows) > AT_ONCE else 0,
        state=state.value if state else "",
        scheme=chosen or "",
        schemes=SCHEMES,
        states=[one.value for one in RegistrationState],
        counts=_by_scheme(counts),
        alarms=alarm_lines(conditions, asked_frame().language),
        most=MOST,
    )


def _by_scheme(counts: Mapping[tuple[str, str], int]) -> Mapping[str, Mapping[str, int]]:
    schemes = sorted({scheme for scheme, _ in counts})
    return {name: {state: counts.get((name, state), 0) for state in RegistrationState} for name in schemes}
