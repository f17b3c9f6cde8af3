"""Titles, descriptions and words of a resource in schema.org's terms.

Source: science-on-schema.org, guide Dataset 1.3, "Common Properties", whose SHACL shapes require name, description,
version and keywords of every dataset; JSON-LD 1.1, section 4.2.4 (string internationalization).
"""

from collections.abc import Sequence
from typing import Any

from repository.dataset.description import Affiliation, Agent, Description, Keyword, Label, Publication, Text
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation.name_choice import displayed_names
from repository.dataset.formats.citation.recommended import recommended
from repository.dataset.formats.geometries import schema_place
from repository.dataset.formats.plain_text import (
    language_by_script,
    language_of,
    language_tag,
    one_line,
    plain,
    printable,
)

Json = dict[str, Any]

LONGEST_DESCRIPTION = 5000
"""Characters; data set search engines refuse longer ones."""


def texts(publication: Publication) -> Json:
    """Return what the depositor wrote of the resource; of what is missing, what every dataset must have."""
    description = publication.description
    codes = [label.id for label in description.languages]
    title, abstract = one_line(description.title), plain(description.description)
    return {
        "name": _in_its_script(title, codes),
        "alternateName": [_added(text, codes) for text in description.additional_titles if text.text],
        "description": _in_its_script(_shorten(abstract), codes) if abstract else recommended(publication),
        **_translations(description, title, abstract, codes),
        **_other_descriptions(description, codes),
        "version": description.version or ("" if publication.is_concept else str(publication.index)),
        **_subjects(description, codes),
        "inLanguage": one_or_all([tag for code in codes if (tag := language_tag(code))]),
        "copyrightNotice": description.copyright,
        "size": one_or_all(description.sizes),
        "encodingFormat": one_or_all(description.formats),
        "spatialCoverage": [p for place in description.places if (p := schema_place(place))],
    }


def tagged(text: str, tag: str | None) -> Json | str:
    """Return `text` with its language; without one as it is."""
    return {"@language": tag, "@value": text} if tag else text


def alternate_names(named: Agent | Affiliation) -> list[Json | str]:
    """Return the names in other languages than the main one, each with its language."""
    return [tagged(text, tag) for tag, text in displayed_names(named)]


def one_or_all(values: Sequence[Any]) -> Any:
    """Return the only value, or a list of several."""
    return values[0] if len(values) == 1 else list(values)


def without_empty(members: Json) -> Json:
    """Return the members that say something; False does."""
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def printed(value: Any) -> Any:
    """Return the value with printable texts at any depth."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, list):
        return [printed(member) for member in value]
    if isinstance(value, dict):
        return {name: printed(member) for name, member in value.items()}
    return value


def _in_its_script(text: str, codes: Sequence[str]) -> Json | str:
    return tagged(text, language_by_script(text, codes))


def _added(text: Text, codes: Sequence[str]) -> Json | str:
    return tagged(text.text, language_tag(text.language) or language_by_script(text.text, codes))


def _translations(description: Description, title: str, abstract: str, codes: Sequence[str]) -> Json:
    """Return title and abstract with their languages, where there are translations beside them."""
    others = [text for text in description.additional_descriptions if _id(text.type) == "abstract" and text.text]
    abstracts = [tagged(abstract, language_of(abstract, codes)), *(_added(text, codes) for text in others)]
    return {
        "headline": tagged(title, language_of(title, codes)) if description.additional_titles else None,
        "abstract": abstracts if others and abstract else None,
    }


def _other_descriptions(description: Description, codes: Sequence[str]) -> Json:
    """Return methods, and every other kind of text as a comment that names its kind."""
    others = [text for text in description.additional_descriptions if _id(text.type) != "abstract" and text.text]
    return {
        "measurementTechnique": [_added(text, codes) for text in others if _id(text.type) == "methods"],
        "comment": [
            without_empty(
                {"@type": "Comment", "name": text.type.name() if text.type else "", "text": _added(text, codes)}
            )
            for text in others
            if _id(text.type) != "methods"
        ],
    }


def _subjects(description: Description, codes: Sequence[str]) -> Json:
    """Return keywords as texts, which most readers expect; a dataset without any has its kind for one."""
    words = [_in_its_script(subject.subject, codes) for subject in description.subjects if subject.subject]
    return {
        "keywords": words or [word for word in [description.resource_type.name()] if word],
        "about": [_term(subject, codes) for subject in description.subjects if subject.id],
    }


def _term(subject: Keyword, codes: Sequence[str]) -> Json:
    place = "@id" if identifier_urls.web_address(subject.id) else "termCode"
    return {"@type": "DefinedTerm", "name": _in_its_script(subject.subject, codes), place: subject.id}


def _id(label: Label | None) -> str:
    return label.id if label else ""


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 1] + "…"
