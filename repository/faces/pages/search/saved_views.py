"""One's saved searches over HTTP."""

from urllib.parse import parse_qs

from flask import Blueprint, Response, request

from repository.core.errors import RepositoryError
from repository.faces.credentials import PAGES
from repository.faces.pages.search.search_page import WORDS
from repository.faces.pages.search.search_params import SearchParams, search_params
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, refused_form, refused_reply
from repository.faces.pages.shell.page_replies import asked_frame, csrf_token, require_person, see_other
from repository.faces.pages.shell.templating import render_page
from repository.faces.request_context import current_actor, current_services
from repository.people.saved_searches import forget_search, own_searches, save_search

pages = Blueprint(f"{PAGES}saved-searches", __name__)
ADDRESS = "/me/searches"


@pages.get(ADDRESS)
def saved() -> Response:
    """List one's searches, and offer to save the one of the address."""
    require_person()
    params = _params(request.args.get("query", ""))
    form = PageForm({"title": [params.q], "query": [params.canonical()]})
    return _page(form, offers="query" in request.args)


@pages.post(ADDRESS)
def save() -> Response:
    """Save a search under a title."""
    require_person()
    try:
        with current_services().database.transaction(current_actor()) as unit:
            save_search(unit, posted("title").strip(), _params(posted("query")).canonical())
    except REFUSALS as refused:
        return _page(refused_form(refused, ("title", "query"), asked_frame().language), refused, offers=True)
    return see_other(asked_frame().at(ADDRESS))


@pages.post(f"{ADDRESS}/<record:search_id>/delete")
def forget(search_id: int) -> Response:
    """Delete a saved search."""
    require_person()
    with current_services().database.transaction(current_actor()) as unit:
        forget_search(unit, search_id)
    return see_other(asked_frame().at(ADDRESS))


def _params(query: str) -> SearchParams:
    """Return the search of a query, without what it does not know."""
    frame = asked_frame()
    return search_params(parse_qs(query.lstrip("?")), frame.language, chosen=False)


def _page(form: PageForm, refused: RepositoryError | None = None, *, offers: bool) -> Response:
    services, frame = current_services(), asked_frame()
    with services.database.snapshot(current_actor()) as snapshot:
        searches = [
            (one.id, one.title, _params(one.query), one.created.date().isoformat()) for one in own_searches(snapshot)
        ]
    html = render_page(
        "search/saved.html",
        frame,
        services.site.name,
        WORDS,
        searches=searches,
        form=form,
        offers=offers,
        csrf_token=csrf_token(),
    )
    return refused_reply(html, frame, refused)
