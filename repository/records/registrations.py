"""What registrars should have of versions and concepts: the public's view of them, in the registrars' formats."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from repository.dataset.description import Publication
from repository.dataset.formats.cstr_metadata import cstr_metadata
from repository.dataset.formats.datacite import datacite_json
from repository.engines.facilities import Facilities
from repository.engines.registrars.port import Registrar
from repository.foundation.actor import SYSTEM
from repository.identifiers.register import Wanted
from repository.records.publications import concept_publications, publication_of
from repository.records.queries import record_views

Document = Mapping[str, Any]
_GIVEN_BY_DATACITE = ("id", "identifiers")


def datacite_attributes(publication: Publication) -> Document:
    """What DataCite takes: without those attributes that it makes of the others."""
    attributes = datacite_json(publication)
    return {name: value for name, value in attributes.items() if name not in _GIVEN_BY_DATACITE}


DOCUMENTS: Mapping[str, Callable[[Publication], Document]] = {
    "datacite": datacite_attributes,
    "cstr": cstr_metadata,
}
"""By `Registrar.format`."""


def wanted_of(facilities: Facilities, owners: Sequence[int]) -> dict[int, Wanted]:
    """By owner, of those that are published versions or concepts of such."""
    registrars = [each for each in facilities.registrars.values() if each.format]
    languages = {node.name: node.languages for node in facilities.site.nodes.nodes}
    with facilities.works.reading(SYSTEM) as work:
        views = record_views(work, owners)
        site, vocabularies = facilities.site, facilities.vocabularies
        said = [(view.public, publication_of(view, site, vocabularies, files_allowed=False)) for view in views]
        rest = set(owners) - {each.id for _, each in said}
        said += concept_publications(work, site, vocabularies, sorted(rest))
    return {each.id: _wanted(each, registrars, languages, hidden=not public) for public, each in said}


def _wanted(
    publication: Publication,
    registrars: Sequence[Registrar],
    languages: Mapping[str, Sequence[str]],
    *,
    hidden: bool,
) -> Wanted:
    documents = {
        each.name: in_languages(DOCUMENTS[each.format](publication), languages.get(each.name, ()))
        for each in registrars
        if not hidden
    }
    return Wanted(publication.url, documents, publication.withdrawn is not None, hidden)


def in_languages(document: Document, languages: Sequence[str]) -> Document:
    """Of each list of texts with ``lang`` those in `languages`, all of them where there is none; all without a wish."""
    return {name: _chosen(value, languages) for name, value in document.items()} if languages else document


def _chosen(value: Any, languages: Sequence[str]) -> Any:
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return value
    kept = [each for each in value if str(each.get("lang", "")).partition("-")[0] in languages]
    return kept or value
