"""CSL-JSON 1.0.2, the form in which citation software reads a reference."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from repository.dataset import cstr
from repository.dataset.description import Agent, Licence, Publication, Text
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.name_choice import cited
from repository.dataset.formats.iso_dates import date_parts
from repository.dataset.formats.plain_text import language_of, language_tag, plain, printable
from repository.dataset.formats.type_mappings import kind_of

_MARKED_VERSION = re.compile(r"^[vV](?=\d)")


def csl_list(publication: Publication) -> list[dict[str, Any]]:
    """Return a list of one item: a file of CSL-JSON is a list (CSL 1.0.2, ``csl-data.json``)."""
    return [csl_json(publication)]


def csl_json(publication: Publication, accessed: date | None = None, *, to_print: bool = False) -> dict[str, Any]:
    """Return one CSL item, without the members that the description lacks.

    People have their names in parts, which readers take to tell them from organisations. `to_print` makes names of East
    Asian characters ``literal``, because styles would reorder and abbreviate them. CSL has no variable for a CSTR: it
    stands in ``note``, and without a DOI in ``URL``.
    """
    description = (publication if to_print else cited(publication)).description
    name = _printed_name if to_print else _name
    item: dict[str, Any] = {
        "id": publication.doi or str(publication.id),
        "type": kind_of(description.resource_type.id).csl,
        "title": printable(description.title),
        "author": [name(agent) for agent in description.creators],
        "editor": [name(agent) for agent in editors(description.contributors)],
        "issued": _date(description.publication_date),
        "accessed": _date(accessed.isoformat() if accessed else ""),
        "publisher": publisher(publication),
        "version": version(publication),
        "abstract": "\n".join(map(printable, plain(description.description).split("\n"))),
        "keyword": ", ".join(printable(subject.subject) for subject in description.subjects),
        "language": language(publication),
        "license": "" if to_print else "; ".join(filter(None, map(_licence, description.licences))),
        "DOI": publication.doi,
        "URL": address(publication),
        "note": cstr.parse(publication.cstr).curie if publication.cstr else None,
    }
    return {name: value for name, value in item.items() if value}


def address(publication: Publication) -> str:
    """Return the most lasting address: of the DOI, else of the CSTR, else of the page."""
    return identifier_urls.cited_at(publication.doi, publication.cstr, publication.url)


def language(publication: Publication) -> str | None:
    """Return the language of the title (BCP 47), None when it is unknown."""
    description = publication.description
    return language_of(description.title, [label.id for label in description.languages])


def version(publication: Publication) -> str:
    """Return the version on one line; none for a concept, which stands for all its versions."""
    return "" if publication.is_concept else printable(publication.description.version)


def bare_version(publication: Publication) -> str:
    """Return the version without the V that stands before a number."""
    return _MARKED_VERSION.sub("", version(publication), count=1)


def publisher(publication: Publication) -> str:
    """Return the publisher, or the repository if the description names none."""
    return printable(publication.description.publisher) or publication.repository_name


def languages(publication: Publication) -> Sequence[str]:
    """Return the languages of the data, else that of the title (BCP 47)."""
    declared = [tag for label in publication.description.languages if (tag := language_tag(label.id))]
    return declared or [tag for tag in [language(publication)] if tag]


def translated_title(publication: Publication) -> str:
    """Return the first title with the type of a translation, or an empty text."""
    titles = publication.description.additional_titles
    return next((t.text for t in titles if t.type and t.type.id == "translated-title"), "")


def other_abstracts(publication: Publication) -> Sequence[Text]:
    """Return abstracts beside the description, mostly in another language."""
    return [t for t in publication.description.additional_descriptions if t.type and t.type.id == "abstract"]


def editors(contributors: Sequence[Agent]) -> Sequence[Agent]:
    return [agent for agent in contributors if agent.role and agent.role.id == "editor"]


def _licence(licence: Licence) -> str:
    return identifier_urls.web_address(licence.url) or printable(licence.title)


def _date(edtf: str) -> dict[str, Any] | None:
    """Return a date, or an interval whose ends have the same number of parts: citeproc-js refuses others."""
    parts = date_parts(edtf)
    if not parts:
        return None
    shared = min(map(len, parts))
    return {"date-parts": [end[:shared] for end in parts]}


def _printed_name(agent: Agent) -> dict[str, str]:
    return {"literal": person_names.display_name(agent)} if person_names.is_indivisible(agent) else _name(agent)


def _name(agent: Agent) -> dict[str, str]:
    if not agent.personal:
        return {"literal": person_names.display_name(agent)}
    family_name, given_name = person_names.parts(agent)
    return {"family": family_name, "given": given_name} if given_name else {"family": family_name}
