"""Oneself, and other people as they let themselves be seen."""

from flask import Response

from repository.core.actor import Role
from repository.core.paging import Page, PageLinks
from repository.core.web.responses import json_reply, redirect_to, restrict_to_asker
from repository.faces.api.people.schemas import (
    ManagedListShape,
    MeShape,
    MyChanges,
    PeopleFilterQuery,
    PeopleQuery,
    PersonListShape,
    PersonShape,
    changes_in,
)
from repository.faces.api.people.serializers import avatar_svg, managed_json, me_json, person_json
from repository.faces.api.routing import Api, ApiCall
from repository.people.finding import PeopleFilter, find_people, list_people
from repository.people.profiles import PersonView, change_profile, own_view, person_view

api = Api("people")
ME, USERS = "/me", "/users"
USER = f"{USERS}/<record:person_id>"
SVG = "image/svg+xml"


@api.route("GET", ME, "Read oneself", replies={200: MeShape}, errors=(403,))
def read_me(call: ApiCall) -> Response:
    """Return one's account, profile and preferences."""
    with call.snapshot() as snapshot:
        view = own_view(snapshot)
    return json_reply(me_json(view, call.services.site))


@api.route(
    "PATCH",
    ME,
    "Change one's profile and preferences",
    body=MyChanges,
    replies={200: MeShape},
    errors=(403, 409, 413, 415),
)
def change_me(call: ApiCall) -> Response:
    """Change the members that the body has; any other member of an account is refused."""
    with call.transaction() as unit:
        view = change_profile(unit, changes_in(call.body))
    return json_reply(me_json(view, call.services.site))


@api.route(
    "GET", USERS, "Find people who show themselves", query=PeopleQuery, replies={200: PersonListShape}, errors=(403,)
)
def search_users(call: ApiCall) -> Response:
    """Return public people and oneself by the beginning of a name, user name or ORCID iD."""
    text, page = call.query["q"] or call.query["suggest"], Page.of(call.query)
    with call.snapshot() as snapshot:
        views, total = find_people(snapshot, text, page)
    site = call.services.site
    links = PageLinks(site.api(USERS), {"q": text} if text else {}).numbered(page, total)
    hits = [person_json(view, site) for view in views]
    return json_reply({"hits": {"hits": hits, "total": total}, "links": links})


@api.route(
    "GET",
    f"{USERS}/all",
    "List all people, for administrators",
    query=PeopleFilterQuery,
    replies={200: ManagedListShape},
    errors=(403,),
)
def list_all_users(call: ApiCall) -> Response:
    """Return people in whatever state, with what they have in drafts."""
    role, blocked, page = call.query["role"], call.query["blocked"], Page.of(call.query)
    active = None if blocked is None else not blocked
    chosen = PeopleFilter(call.query["q"], Role(role) if role else None, active, call.query["after"])
    with call.snapshot() as snapshot:
        people, total = list_people(snapshot, chosen, page)
    site = call.services.site
    parameters = {name: call.query[name] for name in ("q", "role", "blocked", "after") if call.query[name]}
    links = PageLinks(site.api(f"{USERS}/all"), parameters).numbered(page, total)
    hits = [managed_json(listed, site) for listed in people]
    return json_reply({"hits": {"hits": hits, "total": total}, "links": links})


@api.route("GET", USER, "Read a person who shows themselves", replies={200: PersonShape, 302: None}, errors=(403, 404))
def read_user(call: ApiCall, person_id: int) -> Response:
    """Return the person; an account that was merged leads to the other one."""
    view = _person(call, person_id)
    site = call.services.site
    if view.person.id != person_id:
        return redirect_to(site.api(f"{USERS}/{view.person.id}"))
    return json_reply(person_json(view, site))


@api.route("GET", f"{USER}/avatar.svg", "A picture of a person's initials", replies={200: SVG}, errors=(403, 404))
def read_avatar(call: ApiCall, person_id: int) -> Response:
    """Return a picture that is no more than two letters and a colour, and that runs nothing."""
    view = _person(call, person_id)
    reply = Response(avatar_svg(view), mimetype=SVG)
    reply.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    reply.headers["Content-Disposition"] = 'inline; filename="avatar.svg"'
    restrict_to_asker(reply)
    return reply


def _person(call: ApiCall, person_id: int) -> PersonView:
    with call.snapshot() as snapshot:
        return person_view(snapshot, person_id)
