"""Titles and texts of a dataset in the language of the page, or marked with their own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from repository.dataset.description import Description, Label, Text
from repository.dataset.formats.plain_text import language_of, language_tag

_CHINESE = frozenset({"zh", "cmn", "yue", "wuu"})


@dataclass(frozen=True, slots=True)
class Passage:
    """A title or a description with its kind and the tag of its language; clean HTML is `Markup`."""

    text: str
    kind: str
    language: str | None


def titles_in(description: Description, language: str) -> list[Passage]:
    """Return all titles, first the one in the language of the page if there is one, else the main title."""
    main = Passage(description.title, "", language_of(description.title, language_ids(description)))
    others = [passage_of(title, language) for title in description.additional_titles]
    whole = [id_of(title.type) != "subtitle" for title in description.additional_titles]
    return translated_first(main, "", others, whole, language)


def language_ids(description: Description) -> list[str]:
    return [label.id for label in description.languages]


def translated_first(
    main: Passage, kind: str, others: Sequence[Passage], may_lead: Sequence[bool], language: str
) -> list[Passage]:
    """Return `main` and `others` with the first that `may_lead` in `language` before all, unless `main` is in it.

    A main text in another language follows as one of `kind`.
    """
    if not _speaks(main, language) and main.text:
        for number, other in enumerate(others):
            if may_lead[number] and other.language and _speaks(other, language):
                leading = replace(other, kind="")
                return [leading, replace(main, kind=kind), *others[:number], *others[number + 1 :]]
    return [main, *others]


def _speaks(passage: Passage, language: str) -> bool:
    """Return whether a text is in the language of a page; one of unknown language may be English."""
    tag = (passage.language or "en").partition("-")[0].lower()
    return tag in _CHINESE if language == "zh" else tag == language


def passage_of(text: Text, language: str) -> Passage:
    return Passage(text.text, name_of(text.type, language), language_tag(text.language) or language_of(text.text))


def id_of(label: Label | None) -> str:
    return label.id if label else ""


def name_of(label: Label | None, language: str) -> str:
    return label.name(language) if label else ""
