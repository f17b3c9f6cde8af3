"""People and teams with a part in a dataset, over HTTP."""

from collections.abc import Callable
from functools import partial

from flask import Blueprint, Response

from repository.access.model import GrantRow
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.faces.credentials import PAGES
from repository.faces.pages.sharing.grant_lines import permission_named
from repository.faces.pages.sharing.link_lines import end_of_day
from repository.faces.pages.sharing.sharing_page import sharing_page
from repository.faces.pages.shell.page_forms import REFUSALS, posted, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person, see_other
from repository.faces.request_context import current_actor, current_services
from repository.sharing.find_subjects import subject_name
from repository.sharing.give import Gift, change_grant, give_grants, take_grant
from repository.sharing.ownership.offer_ownership import offer_ownership
from repository.sharing.queries import dataset_of, grant_of_dataset
from repository.sharing.subjects import subject_numbered, subjects_named

pages = Blueprint(f"{PAGES}grants", __name__)
SHARE = "/uploads/<record:record_id>/share"
OFFERED = "/me/ownership-offers"
CONTROLS = ("subject", "permission", "until", "message")


@pages.post(f"{SHARE}/people")
def give(record_id: int) -> Response:
    """Give a person or a team a part in the dataset."""
    return _act(record_id, lambda unit: _give(unit, record_id))


@pages.post(f"{SHARE}/people/<record:grant_id>")
def change(record_id: int, grant_id: int) -> Response:
    """Change what somebody may do, or until when."""
    return _act(record_id, lambda unit: _change(unit, record_id, grant_id))


@pages.post(f"{SHARE}/people/<record:grant_id>/end")
def end(record_id: int, grant_id: int) -> Response:
    """Take a part away, at once and at every door."""
    return _act(record_id, lambda unit: take_grant(unit, dataset_of(unit, record_id), partial(_by_id, grant_id)))


@pages.post(f"{SHARE}/offer")
def offer(record_id: int) -> Response:
    """Offer the dataset to a person or a team, who becomes its owner by accepting."""
    return _act(record_id, lambda unit: _offer(unit, record_id), OFFERED)


def _act(record_id: int, act: Callable[[UnitOfWork], object], then: str = "") -> Response:
    require_person()
    frame = asked_frame()
    try:
        with current_services().database.transaction(current_actor()) as unit:
            act(unit)
    except REFUSALS as refused:
        form = refused_form(refused, CONTROLS, frame.language)
        return sharing_page(record_id, status=400, gift=form, search=posted("find"))
    return see_other(frame.at(then) if then else frame.at(f"/uploads/{record_id}/share") + "#people")


def _offer(unit: UnitOfWork, record_id: int) -> None:
    receiver = subject_numbered(*subject_name(posted("subject")))
    offer_ownership(unit, record_id, receiver, posted("message").strip(), stays_manager=posted("stays") == "yes")


def _give(unit: UnitOfWork, record_id: int) -> None:
    name, permission = subject_name(posted("subject")), permission_named(posted("permission"))
    expires = end_of_day(current_services().site, posted("until"), "until")
    [subject] = subjects_named(unit, [name])
    gift = Gift(subject, permission, expires, posted("message").strip() or None, notify=posted("notify") == "yes")
    give_grants(unit, dataset_of(unit, record_id), [gift])


def _change(unit: UnitOfWork, record_id: int, grant_id: int) -> None:
    changes = {
        "permission": permission_named(posted("permission")),
        "expires": end_of_day(current_services().site, posted("until"), "until"),
    }
    change_grant(unit, dataset_of(unit, record_id), partial(_by_id, grant_id), changes)


def _by_id(grant_id: int, snapshot: Snapshot, concept_id: int) -> GrantRow:
    return grant_of_dataset(snapshot, concept_id, grant_id)
