"""What can be chosen in the form of a draft, in the language of the page."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.dataset.vocabularies import DEPOSITABLE, Vocabularies

LICENCES = ("cc-by-4.0", "cc0-1.0", "cc-by-nc-4.0", "mit", "apache-2.0")
"""Licences with a card of their own; others are named by their id."""
RELATIONS = (
    "issupplementto",
    "isdescribedby",
    "iscitedby",
    "cites",
    "isderivedfrom",
    "ispartof",
    "haspart",
    "isnewversionof",
)
"""Relations that people need most."""
LANGUAGES = ("zho", "eng", "rus", "uzb", "fra", "deu", "spa", "jpn")


@dataclass(frozen=True, slots=True)
class FormChoice:
    """One choice: the id that is kept, and its name."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class FormChoices:
    """All choices of the form."""

    types: Sequence[FormChoice]
    licences: Sequence[FormChoice]
    relations: Sequence[FormChoice]
    more_relations: Sequence[FormChoice]
    languages: Sequence[FormChoice]
    roles: Sequence[FormChoice]
    dates: Sequence[FormChoice]
    descriptions: Sequence[FormChoice]


def form_choices(vocabularies: Vocabularies, language: str) -> FormChoices:
    """Return what a person chooses from, with names in the language of the page."""
    return FormChoices(
        types=[
            FormChoice(term.id, term.label.name(language))
            for term in vocabularies["resourcetypes"]
            if DEPOSITABLE in term.tags
        ],
        licences=_named(vocabularies, "licenses", LICENCES, language),
        relations=_named(vocabularies, "relationtypes", RELATIONS, language),
        languages=_named(vocabularies, "languages", LANGUAGES, language),
        more_relations=_every(vocabularies, "relationtypes", language, without=RELATIONS),
        roles=_every(vocabularies, "contributorsroles", language),
        dates=_every(vocabularies, "datetypes", language),
        descriptions=_every(vocabularies, "descriptiontypes", language),
    )


def _every(vocabularies: Vocabularies, kind: str, language: str, *, without: Sequence[str] = ()) -> list[FormChoice]:
    terms = (term for term in vocabularies[kind] if term.id not in without)
    return [FormChoice(term.id, term.label.name(language)) for term in terms]


def _named(vocabularies: Vocabularies, kind: str, ids: Sequence[str], language: str) -> list[FormChoice]:
    return [FormChoice(term_id, vocabularies.label(kind, term_id).name(language)) for term_id in ids]
