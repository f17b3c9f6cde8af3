"""What registrars should have of versions and concepts: the public's view of them, in the registrars' formats."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from repository.dataset.description import Publication
from repository.engines.facilities import Facilities
from repository.foundation.actor import SYSTEM
from repository.identifiers.register import Wanted
from repository.records.publications import concept_publications, publication_of
from repository.records.queries import record_views

DOCUMENTS: Mapping[str, Callable[[Publication], Mapping[str, Any]]] = {}
"""By `Registrar.format`."""


def wanted_of(facilities: Facilities, owners: Sequence[int]) -> dict[int, Wanted]:
    """By owner, of those that are published versions or concepts of such."""
    formats = {each.format for each in facilities.registrars.values() if each.format}
    with facilities.works.reading(SYSTEM) as work:
        views = record_views(work, owners)
        site, vocabularies = facilities.site, facilities.vocabularies
        said = [(view.public, publication_of(view, site, vocabularies, files_allowed=False)) for view in views]
        rest = set(owners) - {each.id for _, each in said}
        said += concept_publications(work, site, vocabularies, sorted(rest))
    return {each.id: _wanted(each, formats, hidden=not public) for public, each in said}


def _wanted(publication: Publication, formats: Iterable[str], *, hidden: bool) -> Wanted:
    documents = {} if hidden else {each: DOCUMENTS[each](publication) for each in formats}
    return Wanted(publication.url, documents, publication.withdrawn is not None, hidden)
