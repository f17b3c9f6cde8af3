"""The audit trail over HTTP: who did what, to what and when, newest first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from flask import Blueprint, Response, request

from repository.access.policy import Action
from repository.audit.audit_position import position_of, position_text
from repository.audit.queries import AuditFilter, audit_trail, head_of
from repository.core.errors import Invalid
from repository.core.facts import Fact, FactRow, fact_of
from repository.core.unit_of_work import Snapshot
from repository.faces.credentials import PAGES
from repository.faces.pages.admin.admin_pages import AT_ONCE, HOME, require_administrator, shown
from repository.faces.pages.admin.alarm_lines import alarm_lines
from repository.faces.pages.shell.page_forms import FormFault, PageForm
from repository.faces.pages.shell.page_replies import asked_frame
from repository.faces.pages.shell.templating import reason_in
from repository.faces.request_context import current_actor, current_health, current_services
from repository.people.queries import person_by_email

pages = Blueprint(f"{PAGES}admin-audit", __name__, url_prefix=HOME)
CONTROLS = ("person", "kind", "subject", "since", "until")
_NOBODY = frozenset({"system", "anonymous"})
_LARGEST = (1 << 63) - 1
_PERSON = "person:"


@dataclass(frozen=True, slots=True)
class AuditLine:
    """A fact in words; `person_id` is 0 where no account did it, `seal` None until it is sealed."""

    row: FactRow
    phrase: str
    person_id: int
    seal: int | None


@pages.get("/audit")
def audit() -> Response:
    """Show facts by person, kind, subject and days, and whether the end of the trail is whole."""
    require_administrator(Action.READ_AUDIT)
    services, language = current_services(), asked_frame().language
    chosen = {name: request.args.get(name, "").strip() for name in CONTROLS}
    cursor = request.args.get("before", "")
    with services.database.snapshot(current_actor()) as snapshot:
        head = head_of(snapshot)
        try:
            before = position_of(cursor) if cursor else None
            rows, refused = audit_trail(snapshot, _filter(snapshot, chosen), AT_ONCE + 1, before), None
        except Invalid as invalid:
            rows, refused = (), invalid
    faults = [
        FormFault(fault.field if fault.field in CONTROLS else "", reason_in(message, language))
        for fault in (refused.errors if refused else ())
        for message in fault.messages
    ]
    conditions = {name: state for name, state in current_health().told()[1].items() if name == "audit"}
    return shown(
        "audit",
        "audit",
        refused,
        form=PageForm({name: [value] for name, value in chosen.items()}, faults),
        lines=[_line(row, seal, services.kinds, language) for row, seal in rows[:AT_ONCE]],
        older=position_text(rows[AT_ONCE - 1][0]) if len(rows) > AT_ONCE else "",
        chosen={name: value for name, value in chosen.items() if value},
        kinds=sorted(services.kinds),
        head=head,
        alarms=alarm_lines(conditions, language),
    )


def _line(row: FactRow, seal: int | None, kinds: Mapping[str, type[Fact]], language: str) -> AuditLine:
    fact = fact_of(row, kinds)
    person = row.actor.removeprefix(_PERSON) if row.actor.startswith(_PERSON) else ""
    return AuditLine(row, fact.phrase(language) if fact else row.kind, int(person or 0), seal)


def _filter(snapshot: Snapshot, chosen: Mapping[str, str]) -> AuditFilter:
    """Return the facts that are wanted; raise `Invalid` for a control that means nothing."""
    until = _day("until", chosen["until"])
    return AuditFilter(
        actor=_actor(snapshot, chosen["person"]),
        kind=chosen["kind"] or None,
        subject=_subject(chosen["subject"]),
        since=_day("since", chosen["since"]),
        until=until + timedelta(days=1) if until else None,
    )


def _actor(snapshot: Snapshot, text: str) -> str | None:
    """Return who did it: by id, by address, or `system` and `anonymous`."""
    if not text or text in _NOBODY:
        return text or None
    if text.isascii() and text.isdecimal() and int(text[:20]) <= _LARGEST:
        return f"{_PERSON}{int(text)}"
    person = person_by_email(snapshot, text) if "@" in text else None
    if person is None:
        raise Invalid.field("person", "Must be the id of a person, system or anonymous.")
    return f"{_PERSON}{person.id}"


def _subject(text: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and int(text[:20]) <= _LARGEST):
        raise Invalid.field("subject", "Not a valid integer.")
    return int(text)


def _day(name: str, text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        raise Invalid.field(name, "Not a valid date.") from None
    if day is not None and not 1970 <= day.year <= 9998:
        raise Invalid.field(name, "Not a valid date.")
    return datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
