"""The start page, written once for every change of what is public."""

from collections.abc import Sequence
from datetime import datetime

from markupsafe import Markup

from repository.core.actor import ANONYMOUS
from repository.engines.services import Services
from repository.faces.pages.search.dataset_cards import cards
from repository.faces.pages.search.wording import WORDING
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.passages import Passage
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.records.public_lists import cache_key_of_lists, last_change, newest_ids
from repository.records.site_figures import SiteFigures, site_figures

NEWEST = 10
"""datasets on the start page"""
EXAMPLES = (Passage("climate", "", "en"), Passage("冻土", "", "zh"), Passage('"sea ice" OR permafrost', "", "en"))
"""Searches to begin with: a word, a Chinese one, and a phrase with an operator."""
WORDS = by_language(SHELL_WORDING, WORDING)


def start_page(services: Services, frame: PageFrame) -> tuple[bytes, datetime | None]:
    """Return the start page and the time of the last change of any version, for which it is written again."""
    frame = PageFrame(frame.language, frame.chosen)
    with services.database.query(ANONYMOUS) as snapshot:
        changed = last_change(snapshot)
        hour = snapshot.now.replace(minute=0, second=0, microsecond=0)  # figures are counted about once in one
        key = ("start", cache_key_of_lists(snapshot, changed), hour, frame)
    page = services.cache.get(key)
    if page is None:
        with services.database.snapshot(ANONYMOUS) as snapshot:
            ids = newest_ids(snapshot, NEWEST)
            figures = shown_figures(site_figures(snapshot))
        written = cards(services, ANONYMOUS, frame, ids)
        newest = [written[record_id] for record_id in ids if record_id in written]
        page = render_start(services.site.name, services.site.page("/"), frame, newest, figures).encode()
        services.cache.put(key, page)
    return page, changed[0] if changed else None


def shown_figures(figures: SiteFigures | None) -> Sequence[tuple[str, str]]:
    """Return the figures as names in the words of the page and texts; none before the first dataset."""
    if figures is None or not figures.datasets:
        return ()
    return (
        ("figure_datasets", f"{figures.datasets:,}"),
        ("figure_files", f"{figures.files:,}"),
        ("figure_bytes", human_size(figures.bytes)),
    )


def render_start(
    name: str, address: str, frame: PageFrame, newest: Sequence[str], figures: Sequence[tuple[str, str]] = ()
) -> str:
    """Return the start page at `address` of the repository `name`, with the cards of its `newest` datasets."""
    shown = [Markup(card) for card in newest]
    values = {"address": address, "newest": shown, "examples": EXAMPLES, "figures": figures}
    return render_page("search/start.html", frame, name, WORDS, **values)
