"""A person's own notices over HTTP, and what they want of them by mail."""

from typing import Any

from flask import Response

from repository.access.policy import Action, Resource, must
from repository.core.clock import iso
from repository.core.errors import FieldError, Invalid
from repository.core.paging import PageLinks
from repository.core.site import Site
from repository.core.web.responses import json_reply, no_content
from repository.faces.api.notifications.schemas import (
    NoticeListShape,
    NoticeQuery,
    PreferenceRequest,
    PreferenceShape,
)
from repository.faces.api.routing import Api, ApiCall
from repository.notifications.inbox import mark_all_read, mark_read
from repository.notifications.notice_kinds import KINDS, MUTABLE
from repository.notifications.preferences import MailWish, set_wish, wish_of
from repository.notifications.queries import NEWEST, count_unread, own_notices
from repository.notifications.shown_notices import ShownNotice, shown_notices
from repository.notifications.wording import LANGUAGES

api = Api("notifications")
NOTICES = "/notifications"
PREFERENCES = "/me/notification-preferences"
NO_KIND = "There is no such kind of notice."
NOT_MUTABLE = "Notices of this kind cannot be muted."


@api.route(
    "GET", NOTICES, "List one's notices, newest first", query=NoticeQuery, replies={200: NoticeListShape}, errors=(403,)
)
def list_notices(call: ApiCall) -> Response:
    """Return a page of notices, and the link to the next one; titles are those that one may read now."""
    must(call.actor, Action.READ_NOTICES, Resource())
    assert call.actor.person_id is not None
    site, query = call.services.site, call.query
    size, before = query["size"], query["before"] or NEWEST
    with call.snapshot() as snapshot:
        rows = own_notices(snapshot, call.actor.person_id, unread=query["unread"], before=before, size=size + 1)
        shown = shown_notices(snapshot, site, call.actor, rows[:size], LANGUAGES)
        unread = count_unread(snapshot, call.actor.person_id)
    hits = [_notice_json(one, site) for one in shown]
    pages = PageLinks(site.api(NOTICES), {"size": size, **({"unread": "true"} if query["unread"] else {})})
    here = pages.at(before=query["before"]) if query["before"] else pages.at()
    links = {"self": here, **({"next": pages.at(before=rows[size - 1].id)} if len(rows) > size else {})}
    return json_reply({"hits": {"hits": hits, "unread": unread}, "links": links})


@api.route(
    "POST", f"{NOTICES}/<record:notice_id>/read", "Mark a notice as read", replies={204: None}, errors=(403, 404)
)
def read_notice(call: ApiCall, notice_id: int) -> Response:
    """Note that one has read a notice."""
    with call.transaction() as unit:
        mark_read(unit, notice_id)
    return no_content()


@api.route("POST", f"{NOTICES}/read-all", "Mark all one's notices as read", replies={204: None}, errors=(403,))
def read_all_notices(call: ApiCall) -> Response:
    """Note that one has read everything."""
    with call.transaction() as unit:
        mark_all_read(unit)
    return no_content()


@api.route("GET", PREFERENCES, "Tell what one wants by mail", replies={200: PreferenceShape}, errors=(403,))
def read_preferences(call: ApiCall) -> Response:
    """Return what is muted, and whether the rest comes once a day."""
    must(call.actor, Action.READ_NOTICES, Resource())
    assert call.actor.person_id is not None
    with call.snapshot() as snapshot:
        wish = wish_of(snapshot, call.actor.person_id)
    return json_reply(_preference_json(wish))


@api.route(
    "PUT",
    PREFERENCES,
    "Say what one wants by mail",
    body=PreferenceRequest,
    replies={200: PreferenceShape},
    errors=(403, 413, 415),
)
def change_preferences(call: ApiCall) -> Response:
    """Mute kinds of notices, or have them once a day; they stay in the list, whatever is muted."""
    must(call.actor, Action.MANAGE_NOTICES, Resource())
    assert call.actor.person_id is not None
    faults = [
        FieldError.of(f"muted.{place}", NOT_MUTABLE if kind in KINDS else NO_KIND)
        for place, kind in enumerate(call.body["muted"])
        if kind not in MUTABLE
    ]
    if faults:
        raise Invalid(errors=faults)
    wish = MailWish(frozenset(call.body["muted"]), call.body["digest"] == "daily")
    with call.transaction() as unit:
        set_wish(unit, call.actor.person_id, wish, KINDS)
    return json_reply(_preference_json(wish))


def _preference_json(wish: MailWish) -> dict[str, Any]:
    kinds = [
        {"kind": name, "may_be_muted": kind.may_be_muted, "muted": name in wish.muted and kind.may_be_muted}
        for name, kind in KINDS.items()
    ]
    muted = [kind["kind"] for kind in kinds if kind["muted"]]
    return {"digest": "daily" if wish.daily else "none", "muted": muted, "kinds": kinds}


def _notice_json(shown: ShownNotice, site: Site) -> dict[str, Any]:
    notice = shown.notice
    link = next(iter(shown.texts.values())).link
    return {
        "id": str(notice.id),
        "kind": notice.kind,
        "subject": str(notice.subject),
        "concept": None if notice.concept_id is None else str(notice.concept_id),
        "created": iso(notice.created),
        "read": iso(notice.read_at) if notice.read_at else None,
        "message": {
            language: {"title": words.title, "text": "\n\n".join(words.paragraphs)}
            for language, words in shown.texts.items()
        },
        "links": {
            "read": site.api(f"{NOTICES}/{notice.id}/read"),
            **({"self_html": link} if link else {}),
        },
    }
