"""The page of a search while the engine does not answer: the newest datasets, and a field for identifiers."""

from markupsafe import Markup

from repository.core.actor import ANONYMOUS
from repository.engines.services import Services
from repository.faces.pages.search.dataset_cards import cards
from repository.faces.pages.search.search_page import WORDS
from repository.faces.pages.search.search_params import SearchParams
from repository.faces.pages.shell.templating import render_page
from repository.records.public_lists import newest_ids

NEWEST = 10


def engine_away(services: Services, params: SearchParams) -> str:
    """Return the page, with what works without an engine."""
    with services.database.snapshot(ANONYMOUS) as snapshot:
        newest = newest_ids(snapshot, NEWEST)
    written = cards(services, ANONYMOUS, params, newest)
    return render_page(
        "search/away.html",
        params,
        services.site.name,
        WORDS,
        asked=params.q,
        newest=[Markup(written[number]) for number in newest if number in written],
    )
