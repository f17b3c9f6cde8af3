"""The newest datasets, as the start page lists them."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.dataset.description import Publication
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.plain_text import one_line
from repository.faces.pages.shell.passages import titles_in

MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class NewestDataset:
    """A line of the list; `language` is the tag of the title, `doi` is bare, `more`: there are other creators."""

    title: str
    language: str | None
    url: str
    creators: Sequence[str]
    more: bool
    date: str
    doi: str | None


def newest_dataset(publication: Publication, language: str) -> NewestDataset:
    """Return the line of a dataset on a page in `language`, with its first `MOST_NAMES` creators."""
    title = titles_in(publication.description, language)[0]
    creators = publication.description.creators
    return NewestDataset(
        title=one_line(title.text),
        language=title.language,
        url=publication.url,
        creators=[person_names.display_name(agent) for agent in creators[:MOST_NAMES]],
        more=len(creators) > MOST_NAMES,
        date=publication.created[:10],
        doi=publication.doi,
    )
