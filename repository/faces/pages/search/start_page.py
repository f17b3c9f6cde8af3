"""The start page, written once for every change of what is public."""

from collections.abc import Sequence
from datetime import datetime

from repository.access.policy import Audience
from repository.core.actor import ANONYMOUS
from repository.engines.services import Services
from repository.faces.pages.search.newest_datasets import NewestDataset, newest_dataset
from repository.faces.pages.search.wording import WORDING
from repository.faces.pages.shell.languages import by_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.templating import render_page
from repository.faces.pages.shell.wording import WORDING as SHELL_WORDING
from repository.records.public_lists import cache_key_of_lists, last_change, newest_ids
from repository.records.public_view import public_view
from repository.records.queries import record_views

NEWEST = 20
"""datasets on the start page"""
WORDS = by_language(SHELL_WORDING, WORDING)


def start_page(services: Services, frame: PageFrame) -> tuple[bytes, datetime | None]:
    """Return the start page and the time of the last change of any version, for which it is written again."""
    frame = PageFrame(frame.language, frame.chosen)
    with services.database.query(ANONYMOUS) as snapshot:
        changed = last_change(snapshot)
        key = ("start", cache_key_of_lists(snapshot, changed), frame)
    page = services.cache.get(key)
    if page is None:
        site, vocabularies = services.site, services.vocabularies
        with services.database.snapshot(ANONYMOUS) as snapshot:
            views = record_views(snapshot, newest_ids(snapshot, NEWEST))
        publications = [public_view(view, site, vocabularies, Audience.PUBLIC) for view in views]
        newest = [newest_dataset(publication, frame.language) for publication in publications]
        page = render_start(site.name, site.page("/"), frame, newest).encode()
        services.cache.put(key, page)
    return page, changed[0] if changed else None


def render_start(name: str, address: str, frame: PageFrame, newest: Sequence[NewestDataset]) -> str:
    """Return the start page at `address` of the repository `name`, with its `newest` datasets."""
    return render_page("search/start.html", frame, name, WORDS, address=address, newest=newest)
