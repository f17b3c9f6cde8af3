"""One search and its page: one call of the engine, and the kept cards of what was found."""

import re
from dataclasses import dataclass

from markupsafe import Markup

from repository.access.principals import visible_to
from repository.core.actor import Actor
from repository.core.errors import Invalid
from repository.engines.search.port import Search, SearchResults
from repository.engines.search.query_tree import Everything
from repository.engines.services import Services
from repository.faces.pages.search.dataset_cards import cards
from repository.faces.pages.search.marked_text import with_marks
from repository.faces.pages.search.pasted_query import address_elsewhere, orcid_in
from repository.faces.pages.search.search_contents import search_contents
from repository.faces.pages.search.search_params import FACET_OF, MOST_YEARS, SIZES, SORTS, SearchParams
from repository.faces.pages.search.wording import WORDING
from repository.faces.pages.shell.languages import by_language, in_language
from repository.faces.pages.shell.templating import PageReason, reason_in, render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.search.facets import FACETS, filters, selected
from repository.search.plain_words import plain_words
from repository.search.query_syntax import parse
from repository.search.results import find

WORDS = by_language(SHELL_WORDING, WORDING)
MOST_COUNTED = 60
"""buckets of a facet: a chart of years has more than a list of values"""
_POSITION = re.compile("position ([0-9]{1,5})")


@dataclass(frozen=True, slots=True)
class SearchPage:
    html: str
    status: int = 200


def search_page(services: Services, actor: Actor, params: SearchParams) -> SearchPage:
    """Return the page of a search; raise `Unavailable` while the engine is away."""
    try:
        search = search_of(services, actor, params)
    except Invalid as error:
        return SearchPage(_refused(services, params, error), 400)
    results = find(services, search)
    status = 200 if params.years() is not None else 400
    return SearchPage(_results(services, actor, params, results), status)


def search_of(services: Services, actor: Actor, params: SearchParams) -> Search:
    """Return what the page asks of the engine; raise `Invalid` for words that are not understood."""
    chosen = selected({FACET_OF[name]: params.values(name) for name in FACET_OF} | {"year": params.years() or ()})
    return Search(
        query=parse(params.q) if params.q else Everything(),
        scope=visible_to(actor),
        filters=filters(chosen, services.vocabularies),
        facets=[facet.field for facet in FACETS.values()],
        facet_size=MOST_COUNTED,
        sort=params.order,
        offset=(params.page - 1) * params.size,
        size=params.size,
        highlight=bool(params.q),
    )


def _results(services: Services, actor: Actor, params: SearchParams, results: SearchResults) -> str:
    words = in_language(WORDS, params.language)
    written = cards(services, actor, params, [hit.id for hit in results.hits])
    shown = [Markup(with_marks(written[hit.id], hit.highlights)) for hit in results.hits if hit.id in written]
    return render_page(
        "search/results.html",
        params,
        services.site.name,
        WORDS,
        asked=params.q,
        address=services.site.page(f"/search{params.canonical()}"),
        results=results,
        datasets=shown,
        view=search_contents(results, params, services.vocabularies, words),
        sorts=[sort.value for sort in SORTS if params.q or sort is not SORTS[0]],
        sizes=SIZES,
        most_years=MOST_YEARS,
        elsewhere=None if results.total else address_elsewhere(params.q),
        orcid=orcid_in(params.q),
    )


def _refused(services: Services, params: SearchParams, error: Invalid) -> str:
    """Return the page of a query that is not understood, with a mark where it ends to be."""
    messages = [message for fault in error.errors for message in fault.messages] or [error.reason]
    position = _POSITION.search(messages[0])
    place = min(int(position[1]) - 1, len(params.q)) if position else len(params.q)
    return render_page(
        "search/refused.html",
        params,
        services.site.name,
        WORDS,
        asked=params.q,
        reasons=_reasons(messages, params.language),
        before=params.q[:place],
        at=params.q[place : place + 1],
        after=params.q[place + 1 :],
        plain=plain_words(params.q),
    )


def _reasons(messages: list[str], language: str) -> list[PageReason]:
    return [reason_in(message, language) for message in messages]
