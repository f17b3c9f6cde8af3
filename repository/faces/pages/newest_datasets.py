"""The newest datasets, as the start page lists them."""

from dataclasses import dataclass

from repository.dataset.description import Publication
from repository.dataset.formats.citation import csl, person_names
from repository.dataset.formats.plain_text import one_line

MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class NewestDataset:
    """A line of the list; `language` is the tag of the title, `doi` is bare."""

    title: str
    language: str | None
    url: str
    creators: str
    date: str
    doi: str | None


def newest_dataset(publication: Publication) -> NewestDataset:
    """Return the line of a dataset, with its first `MOST_NAMES` creators."""
    creators = publication.description.creators
    names = [person_names.display_name(agent) for agent in creators[:MOST_NAMES]]
    return NewestDataset(
        title=one_line(publication.description.title),
        language=csl.language(publication),
        url=publication.url,
        creators="; ".join(names) + ("; …" if len(creators) > MOST_NAMES else ""),
        date=publication.created[:10],
        doi=publication.doi,
    )
