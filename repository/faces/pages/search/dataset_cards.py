"""A dataset in a list of datasets, kept for each audience and language until the dataset changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repository.access.policy import Audience
from repository.core.actor import Actor
from repository.core.unit_of_work import Snapshot
from repository.dataset.description import Description, Publication
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.name_choice import agent_in
from repository.dataset.formats.plain_text import language_of, one_line, plain
from repository.engines.services import Services
from repository.faces.pages.search.wording import WORDING
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import by_language, counted_phrase, in_language
from repository.faces.pages.shell.page_frame import PageFrame
from repository.faces.pages.shell.passages import (
    Passage,
    id_of,
    language_ids,
    passage_of,
    titles_in,
    translated_first,
)
from repository.faces.pages.shell.templating import render_part
from repository.records.cached_representations import cached_representations
from repository.records.public_view import public_view
from repository.records.queries import RecordView

MOST_NAMES = 3
LONGEST_SUMMARY = 240
"""characters"""
LONGEST_NAME = 300
"""characters of a title or a person's name in a list"""
_REGISTERED = frozenset({"", "registered", "updating", "external"})
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
_WORDS = by_language(WORDING)


@dataclass(frozen=True, slots=True)
class DatasetCard:
    """What a list tells of a dataset; `title` comes first in the reader's language, `other_title` is the next one."""

    title: Passage
    other_title: Passage | None
    url: str
    creators: Sequence[str]
    more: bool
    year: str
    kind: str
    access: str
    access_word: str
    licence: str
    files: str
    doi: str
    doi_url: str
    summary: Passage


def cards(services: Services, actor: Actor, frame: PageFrame, record_ids: Sequence[int]) -> dict[int, str]:
    """Return, by id, the cards of those datasets that the actor may read, as HTML."""
    if not record_ids:
        return {}
    query = PageFrame(frame.language, frame.chosen).query()

    def write(services: Services, _snapshot: Snapshot, view: RecordView, audience: Audience) -> bytes:
        publication = public_view(view, services.site, services.vocabularies, audience)
        return _html(publication, frame.language, query).encode()

    texts = cached_representations(services, actor, record_ids, f"card {frame.language}{query}", write)
    return {record_id: card.text.decode() for record_id, card in texts.items()}


def _html(publication: Publication, language: str, query: str) -> str:
    words = in_language(_WORDS, language)
    card = dataset_card(publication, language)
    return render_part("search/card.html", language, card=card, texts=words, query=query)


def dataset_card(publication: Publication, language: str) -> DatasetCard:
    """Return what a list tells of a dataset to readers of a language."""
    description, words = publication.description, in_language(_WORDS, language)
    titles = [title for title in titles_in(description, language) if title.text.strip()]
    first = titles[0] if titles else Passage(words["no_title"], "", language)
    creators = [agent_in(agent, language) for agent in description.creators[: MOST_NAMES + 1]]
    return DatasetCard(
        title=_shortened(first, LONGEST_NAME),
        other_title=_shortened(titles[1], LONGEST_NAME) if len(titles) > 1 else None,
        url=publication.url,
        creators=[_clipped(person_names.display_name(agent), LONGEST_NAME) for agent in creators[:MOST_NAMES]],
        more=len(creators) > MOST_NAMES,
        year=description.year,
        kind=description.resource_type.name(language),
        access=publication.access_status,
        access_word=words.get(f"access_{publication.access_status}", publication.access_status),
        licence=_licence(description),
        files=_files(publication, words),
        doi=publication.doi or "",
        doi_url=_doi_url(publication),
        summary=_summary(description, language),
    )


def _summary(description: Description, language: str) -> Passage:
    """Return the beginning of the abstract, in the reader's language if there is one."""
    text = plain(description.description)
    main = Passage(text, "", language_of(text, language_ids(description)))
    others = [passage_of(other, language) for other in description.additional_descriptions]
    abstracts = [id_of(other.type) == "abstract" for other in description.additional_descriptions]
    first = translated_first(main, "", others, abstracts, language)[0]
    return _shortened(Passage(plain(first.text), "", first.language), LONGEST_SUMMARY)


def _shortened(passage: Passage, most: int) -> Passage:
    return Passage(_clipped(one_line(passage.text), most), "", passage.language)


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _licence(description: Description) -> str:
    """Return the short name of the first licence: a controlled one has a name that people know by its letters."""
    for licence in description.licences:
        return licence.id.upper() if licence.id else _clipped(one_line(licence.title), 40)
    return ""


def _files(publication: Publication, words: Mapping[str, str]) -> str:
    if not publication.file_count:
        return ""
    size = human_size(publication.total_bytes)
    return counted_phrase(words, "card_files", publication.file_count, size=size)


def _doi_url(publication: Publication) -> str:
    """Return the address of the DOI; one that no registrar knows yet leads nowhere."""
    if publication.doi and publication.doi_state in _REGISTERED:
        return identifier_urls.doi_url(publication.doi)
    return ""
