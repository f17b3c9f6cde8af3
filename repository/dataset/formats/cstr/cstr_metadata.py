"""The metadata record of a CSTR: the template for scientific data of the platform's interface, version 3.

Sources: the platform's pages on its open interface (cstr.cn), the core metadata specification of science and technology
resource identification, and clients in use. Where these differ in spelling, the clients decide: keywords are ``{lang,
words}``, a creator is of type 1 (person) or 2 (organisation), and codes are texts.

Every text has its language, because the platform requires one: Chinese and English are never joined. Latin letters
whose language nobody tells count as English, other letters as undetermined (``und``, RFC 5646, section 4.1).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repository.dataset import cstr
from repository.dataset.cstr_types import SCIENTIFIC_DATA
from repository.dataset.description import (
    Affiliation,
    Agent,
    Description,
    Funding,
    Keyword,
    Licence,
    Publication,
    RelatedId,
    RelatedIdentifier,
    Sibling,
    Text,
)
from repository.dataset.formats import identifier_urls
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.name_choice import displayed_names
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import language_by_script, language_of, language_tag, one_line, plain
from repository.dataset.formats.scripts import LATIN, script_of

Json = dict[str, Any]

_RESOLVABLE, _FINDABLE = "1", "2"
_PERSON, _ORGANISATION = "1", "2"
_ONLINE = "1"
_CONDITIONAL, _FULL = "1", "2"
_TYPES = {"video": "2", "audio": "3"}
_DATASET = "1"
_DEFAULT_LANGUAGE = "en"
_UNDETERMINED = "und"

_OTHER_TITLES = frozenset({"subtitle", "other"})
"""Types of titles that do not name the whole dataset in another language."""

_SCHEMES = {
    "ads": "bibcode",
    "ark": "ARK",
    "arxiv": "arXiv",
    "crossreffunderid": "Crossref Funder ID",
    "cstr": "CSTR",
    "doi": "DOI",
    "handle": "Handle",
    "orcid": "ORCID",
    "other": "Other",
    "swhid": "SWHID",
    "wikidata": "Wikidata",
}
_OECD = re.compile(r"(?:.*oecd\.org/\S*\?|oecd[:/]|fos[:/])(?P<code>[0-9](?:\.[0-9]{1,2})?)", re.IGNORECASE)
_GBT = re.compile(r"gb/?t[ -]?13745(?:-[0-9]{4})?[:/](?P<code>[0-9]{3,7}(?:\.[0-9]{2,4})*)", re.IGNORECASE)
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def cstr_metadata(publication: Publication) -> Json:
    """Return the record of a version, or of a concept with all its versions, without empty members.

    ``resource_type`` is the type in the identifier itself. A publication without a CSTR (yet) has no ``identifier`` in
    it, and is scientific data.
    """
    description = publication.description
    members = {
        **_identity(publication),
        "titles": _titles(description),
        "creators": [_agent(agent, description) for agent in description.creators],
        "publisher": {"names": _names(description.publisher or publication.repository_name, description)},
        "publish_date": first_date(description.publication_date),
        **_texts(publication),
        "contributors": [_agent(agent, description) for agent in description.contributors],
        "alternative_identifiers": list(_alternatives(publication)),
        "related_identifiers": list(_relations(publication)),
        "share_method": {"channel": _ONLINE, "range": _FULL if _is_open(publication) else _CONDITIONAL},
        "rights": [*map(_right, description.licences), *_copyright(description)],
        "funders": [_funder(funding) for funding in description.funding],
    }
    return {name: _writable(value) for name, value in _without_empty(members).items()}


def _identity(publication: Publication) -> Json:
    general = publication.description.resource_type.id.partition("-")[0]
    return {
        "identifier": publication.cstr,
        "type": _TYPES.get(general, _DATASET),
        "cstr_state": _RESOLVABLE if publication.withdrawn else _FINDABLE,
        "urls": [publication.url],
        "resource_type": cstr.parse(publication.cstr).type_code if publication.cstr else SCIENTIFIC_DATA,
    }


def _texts(publication: Publication) -> Json:
    description = publication.description
    tags = [tag for label in description.languages if (tag := language_tag(label.id))]
    return {
        "descriptions": _descriptions(description),
        "keywords": _keywords(description),
        "subjects": [code for subject in description.subjects if (code := _subject_code(subject))],
        "language": tags[0] if tags else _language(description.title, description),
        "version": description.version or f"V{publication.index}",
    }


def _titles(description: Description) -> list[Json]:
    """Return the title, and its forms in another language or other words."""
    others = [title for title in description.additional_titles if not title.type or title.type.id not in _OTHER_TITLES]
    texts = [
        (_language(description.title, description), description.title),
        *((_language_of_added(text, description), text.text) for text in others),
    ]
    return [{"lang": language, "name": one_line(text)} for language, text in texts if text]


def _descriptions(description: Description) -> list[Json]:
    abstract = plain(description.description)
    texts = [
        (_language(abstract, description), abstract),
        *((_language_of_added(text, description), text.text) for text in description.additional_descriptions),
    ]
    return [{"lang": language, "description": text} for language, text in texts if text]


def _language(text: str, description: Description) -> str:
    return language_of(text, [label.id for label in description.languages]) or _unknown(text)


def _language_of_added(text: Text, description: Description) -> str:
    return language_tag(text.language) or _language_of_name(text.text, description)


def _unknown(text: str) -> str:
    """Return the language of a text of which only the script is known."""
    return _DEFAULT_LANGUAGE if script_of(text) in (LATIN, "") else _UNDETERMINED


def _keywords(description: Description) -> list[Json]:
    """Return keywords by language, in the order in which languages first occur."""
    words: dict[str, list[str]] = {}
    for subject in description.subjects:
        if subject.subject:
            words.setdefault(_language_of_name(subject.subject, description), []).append(one_line(subject.subject))
    return [{"lang": language, "words": list(dict.fromkeys(terms))} for language, terms in words.items()]


def _subject_code(subject: Keyword) -> Json | None:
    """Return the code of a subject in GB/T 13745 or OECD's fields of science, or None."""
    for name, pattern in (("standard_gbt", _GBT), ("standard_oecd", _OECD)):
        if match := pattern.fullmatch(subject.id or ""):
            return {name: match["code"]}
    return None


def _agent(agent: Agent, description: Description) -> Json:
    identifiers = [_identifier(identifier) for identifier in agent.identifiers]
    if not agent.personal:
        organisation = _without_empty({"names": _all_names(agent.name, agent, description), "identifiers": identifiers})
        return {"type": _ORGANISATION, "affiliation": organisation}
    person = {
        "names": _all_names(person_names.display_name(agent), agent, description),
        "identifiers": identifiers,
        "affiliations": [_affiliation(affiliation, description) for affiliation in agent.affiliations],
    }
    return {"type": _PERSON, "person": _without_empty(person)}


def _affiliation(affiliation: Affiliation, description: Description) -> Json:
    ror = identifier_urls.ror_url(affiliation.id)
    identifiers = [{"type": "ROR", "identifier": ror.rpartition("/")[2]}] if ror else []
    return _without_empty({"names": _all_names(affiliation.name, affiliation, description), "identifiers": identifiers})


def _all_names(name: str, named: Agent | Affiliation, description: Description) -> list[Json]:
    """Return the main name, and each other one with the language that the depositor gave."""
    others = [{"lang": tag, "name": one_line(text)} for tag, text in displayed_names(named)]
    return [*_names(name, description), *others]


def _names(name: str, description: Description) -> list[Json]:
    return [{"lang": _language_of_name(name, description), "name": one_line(name)}] if name else []


def _language_of_name(name: str, description: Description) -> str:
    return language_by_script(name, [label.id for label in description.languages]) or _unknown(name)


def _identifier(identifier: RelatedId) -> Json:
    return {"type": _scheme(identifier.scheme), "identifier": identifier.identifier}


def _scheme(scheme: str) -> str:
    return _SCHEMES.get(scheme.lower(), scheme.upper())


def _alternatives(publication: Publication) -> Iterator[Json]:
    """Yield DOI and Handle of the same thing first, so that the identifiers lead to each other."""
    if publication.doi:
        yield {"type": "DOI", "identifier": publication.doi}
    if publication.handle:
        yield {"type": "Handle", "identifier": publication.handle}
    for identifier in publication.description.identifiers:
        yield _identifier(identifier)


def _relations(publication: Publication) -> Iterator[Json]:
    """Yield concept and neighbours of a version, or all versions of a concept, then the depositor's relations."""
    if publication.is_concept:
        for sibling in publication.siblings:
            yield _version("HasVersion", sibling)
    else:
        concept = Sibling(0, publication.concept_url, publication.concept_doi, publication.concept_cstr)
        if concept.cstr or concept.doi or concept.url:
            yield _version("IsVersionOf", concept)
        if publication.previous:
            yield _version("IsNewVersionOf", publication.previous)
        if publication.following:
            yield _version("IsPreviousVersionOf", publication.following)
    for related in publication.description.related_identifiers:
        yield _related(related)


def _version(relation: str, sibling: Sibling) -> Json:
    """Return a relation to a version by its CSTR, else its DOI, else its page."""
    for scheme, identifier in (("CSTR", sibling.cstr), ("DOI", sibling.doi)):
        if identifier:
            return {"relation": relation, "type": scheme, "identifier": identifier}
    return {"relation": relation, "type": "URL", "identifier": sibling.url}


def _related(related: RelatedIdentifier) -> Json:
    """Return a relation; DataCite's name of it is its English title without blanks."""
    name = "".join(word.capitalize() for word in related.relation.name("en").split())
    return {"relation": name, "type": _scheme(related.scheme), "identifier": related.identifier}


def _is_open(publication: Publication) -> bool:
    return publication.access_status == "open" and publication.withdrawn is None


def _right(licence: Licence) -> Json:
    return _without_empty(
        {
            "license": one_line(licence.title),
            "description": identifier_urls.web_address(licence.url) or licence.description,
        }
    )


def _copyright(description: Description) -> Sequence[Json]:
    return [{"description": description.copyright}] if description.copyright else []


def _funder(funding: Funding) -> Json:
    return _without_empty(
        {
            "name": one_line(funding.funder),
            "proj_num": funding.award_number,
            "proj_name": one_line(funding.award_title),
        }
    )


def _without_empty(members: Mapping[str, Any]) -> Json:
    return {name: value for name, value in members.items() if value not in (None, "", [], {})}


def _writable(value: Any) -> Any:
    """Return the value without control characters and half characters, at any depth."""
    if isinstance(value, str):
        return _UNWRITABLE.sub("", value)
    if isinstance(value, list):
        return [_writable(member) for member in value]
    return {name: _writable(member) for name, member in value.items()}
