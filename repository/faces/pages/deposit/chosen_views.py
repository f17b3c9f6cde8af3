"""Do something with several of one's datasets at once: a page asks first.

Each dataset is changed in a transaction of its own, and the answer says for which it was possible: one that somebody
has published or taken away meanwhile stops no other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, request

from repository.access.policy import Permission
from repository.core.errors import Invalid, NotFound, RepositoryError
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.drafts import discard_draft
from repository.faces.credentials import PAGES
from repository.faces.pages.deposit.own_datasets import AT_ONCE, own_titles
from repository.faces.pages.deposit.views import shown
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, posted_list, refused_form
from repository.faces.pages.shell.page_replies import asked_frame, require_person
from repository.faces.pages.shell.templating import PageReason, reason_in
from repository.faces.request_context import current_actor, current_services
from repository.sharing.find_subjects import found_subjects, subject_name
from repository.sharing.give import Gift, give_grants
from repository.sharing.queries import dataset_of
from repository.sharing.subjects import subjects_named

pages = Blueprint(f"{PAGES}chosen", __name__)
ADDRESS = "/me/uploads/chosen"
GIVEN = tuple(permission.value for permission in Permission if permission is not Permission.OWNER)
_MOST_DIGITS = 18
_CONTROLS = ("subject", "permission")


@dataclass(frozen=True, slots=True)
class DatasetOutcome:
    """What became of one dataset; `reasons` say why it was not possible."""

    title: str
    reasons: Sequence[PageReason] = ()


@pages.get(ADDRESS)
def ask() -> Response:
    """Ask before something is done with the datasets that were ticked."""
    require_person()
    return _page(request.args.get("act", ""), _ids(request.args.getlist("id")), PageForm({"permission": ["view"]}))


@pages.post(ADDRESS)
def act() -> Response:
    """Do it, and tell for which datasets it was possible."""
    require_person()
    ids, name = _ids(posted_list("id")), posted("act")
    try:
        verb = _VERBS[name]() if name in _VERBS else None
    except REFUSALS as refused:
        form = refused_form(refused, _CONTROLS, asked_frame().language)
        return _page(name, ids, form, status=400)
    if verb is None or not ids:
        return _page(name, ids, PageForm(), status=400)
    titles = own_titles(current_services(), current_actor(), ids)
    outcomes = [_outcome(record_id, titles, verb) for record_id in ids]
    return shown(
        "chosen_done.html",
        done=[outcome for outcome in outcomes if not outcome.reasons],
        refused=[outcome for outcome in outcomes if outcome.reasons],
    )


def _deletion() -> Callable[[UnitOfWork, int], None]:
    return discard_draft


def _gift() -> Callable[[UnitOfWork, int], None]:
    """Return what shares a dataset as the form says; raise `Invalid`."""
    name, permission = subject_name(posted("subject")), posted("permission")
    if permission not in GIVEN:
        raise Invalid.field("permission", f"Must be one of: {', '.join(GIVEN)}.")

    def give(unit: UnitOfWork, record_id: int) -> None:
        [subject] = subjects_named(unit, [name])
        give_grants(unit, dataset_of(unit, record_id), [Gift(subject, Permission(permission), notify=True)])

    return give


_VERBS: dict[str, Callable[[], Callable[[UnitOfWork, int], None]]] = {"delete": _deletion, "share": _gift}


def _outcome(record_id: int, titles: dict[int, str], verb: Callable[[UnitOfWork, int], None]) -> DatasetOutcome:
    title = titles.get(record_id) or f"#{record_id}"
    try:
        with current_services().database.transaction(current_actor()) as unit:
            verb(unit, record_id)
    except (*REFUSALS, NotFound) as refused:
        return DatasetOutcome(title, [reason_in(reason, asked_frame().language) for reason in _sentences(refused)])
    return DatasetOutcome(title)


def _sentences(refused: RepositoryError) -> list[str]:
    return [message for fault in refused.errors for message in fault.messages] or [refused.reason]


def _page(act_name: str, ids: Sequence[int], form: PageForm, status: int = 200) -> Response:
    services, actor = current_services(), current_actor()
    search = (request.args.get("find") or (posted("find") if request.method == "POST" else ""))[:200]
    titles = own_titles(services, actor, ids)
    with services.database.snapshot(actor) as snapshot:
        subjects = found_subjects(snapshot, search) if act_name == "share" else []
    return shown(
        "chosen.html",
        status,
        act=act_name if act_name in _VERBS and titles else "",
        chosen=titles,
        form=form,
        subjects=subjects,
        search=search,
        given=GIVEN,
    )


def _ids(texts: Sequence[str]) -> list[int]:
    """Return the ids that were ticked, each once, at most a page of the list."""
    numbers = [int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS]
    return list(dict.fromkeys(numbers))[:AT_ONCE]
