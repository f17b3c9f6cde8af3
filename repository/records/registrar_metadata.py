"""Metadata for registrars: the public view of versions and concepts, in the registrars' formats."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from repository.access.policy import Audience
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Database
from repository.dataset.description import Publication
from repository.dataset.formats.cstr.cstr_metadata import cstr_metadata
from repository.dataset.formats.datacite.datacite_json import datacite_json
from repository.engines.registrars.port import Registrar
from repository.engines.services import Services
from repository.identifiers.register import RegistrationTarget
from repository.records.model import Version
from repository.records.public_view import concept_views, public_view
from repository.records.queries import record_views

Document = Mapping[str, Any]
_DERIVED_BY_DATACITE = ("id", "identifiers")


def datacite_attributes(publication: Publication) -> Document:
    """Return the attributes for DataCite, without those that DataCite derives from the others."""
    attributes = datacite_json(publication)
    return {name: value for name, value in attributes.items() if name not in _DERIVED_BY_DATACITE}


DOCUMENTS: Mapping[str, Callable[[Publication], Document]] = {
    "datacite": datacite_attributes,
    "cstr": cstr_metadata,
}
"""By `Registrar.format`."""


# A concept is withdrawn when all its versions are.
_COUNTS = (func.count(Version.id), func.count(Version.withdrawn_at))


_BESIDE = aliased(Version)
_NEIGHBOURS = (
    select(_BESIDE.id)
    .join(
        Version,
        and_(_BESIDE.concept_id == Version.concept_id, _BESIDE.index.in_([Version.index - 1, Version.index + 1])),
    )
    .where(in_list(Version.id, "ids"))
)


def with_neighbours(database: Database, owners: Sequence[int]) -> list[int]:
    """Return the owners, and the previous and next versions of those that are versions: their documents name them."""
    with database.snapshot(SYSTEM) as snapshot:
        beside = snapshot.session.scalars(_NEIGHBOURS, {"ids": owners}).all()
    return sorted({*owners, *beside})


def registration_targets(services: Services, owners: Sequence[int]) -> dict[int, RegistrationTarget]:
    """Return, by owner, the targets of those that are published versions or their concepts."""
    if all(registrar.here for registrar in services.registrars.values()):
        return _targets(services, owners)
    # a registrar for all communities is listed under its scheme, too
    registrars = list(
        {registrar.name: registrar for registrar in services.registrars.values() if registrar.format}.values()
    )
    languages = {account.name: account.languages for account in services.site.accounts}
    with services.database.snapshot(SYSTEM) as snapshot:
        views = record_views(snapshot, owners)
        site, vocabularies = services.site, services.vocabularies
        publications = [(view.public, public_view(view, site, vocabularies, Audience.PUBLIC)) for view in views]
        concepts = set(owners) - {publication.id for _, publication in publications}
        publications += concept_views(snapshot, site, vocabularies, sorted(concepts))
    return {
        publication.id: _target(publication, registrars, languages, hidden=not public)
        for public, publication in publications
    }


_VERSIONS = select(Version.id, *_COUNTS).where(in_list(Version.id, "owners")).group_by(Version.id)


_CONCEPTS = (
    select(Version.concept_id, *_COUNTS).where(in_list(Version.concept_id, "owners")).group_by(Version.concept_id)
)


def _targets(services: Services, owners: Sequence[int]) -> dict[int, RegistrationTarget]:
    """Return where the owners lead and whether they are withdrawn: our own register takes nothing else."""
    with services.database.snapshot(SYSTEM) as snapshot:
        versions = snapshot.session.execute(_VERSIONS, {"owners": owners}).all()
        concepts = snapshot.session.execute(_CONCEPTS, {"owners": owners}).all()
    page = services.site.page
    return {
        owner: RegistrationTarget(page(f"/records/{owner}"), withdrawn=versions_of_it == withdrawn)
        for owner, versions_of_it, withdrawn in (*versions, *concepts)
    }


def _target(
    publication: Publication,
    registrars: Sequence[Registrar],
    languages: Mapping[str, Sequence[str]],
    *,
    hidden: bool,
) -> RegistrationTarget:
    documents = {
        registrar.name: in_languages(DOCUMENTS[registrar.format](publication), languages.get(registrar.name, ()))
        for registrar in registrars
        if not hidden
    }
    return RegistrationTarget(publication.url, documents, publication.withdrawn is not None, hidden)


def in_languages(document: Document, languages: Sequence[str]) -> Document:
    """Return the document with only the texts in `languages`, where a list of texts has one of them."""
    return {name: _in_languages(value, languages) for name, value in document.items()} if languages else document


def _in_languages(value: Any, languages: Sequence[str]) -> Any:
    if not isinstance(value, list) or not all(isinstance(text, Mapping) for text in value):
        return value
    texts = [text for text in value if str(text.get("lang", "")).partition("-")[0] in languages]
    return texts or value
