"""What registrars should have of versions and concepts: the public's view of them, in the registrars' formats."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select

from repository.access.audience import Audience
from repository.core.actor import SYSTEM
from repository.core.database.id_list import in_list
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


# Built once: composing a statement costs more than running it.  A concept is withdrawn when all its versions are.
_COUNTS = (func.count(Version.id), func.count(Version.withdrawn_at))
_VERSIONS = select(Version.id, *_COUNTS).where(in_list(Version.id, "owners")).group_by(Version.id)
_CONCEPTS = (
    select(Version.concept_id, *_COUNTS).where(in_list(Version.concept_id, "owners")).group_by(Version.concept_id)
)


def registration_targets(services: Services, owners: Sequence[int]) -> dict[int, RegistrationTarget]:
    """By owner, of those that are published versions or concepts of such."""
    if all(each.here for each in services.registrars.values()):
        return _targets(services, owners)
    # one that serves everybody stands under its scheme too
    registrars = list({each.name: each for each in services.registrars.values() if each.format}.values())
    languages = {account.name: account.languages for account in services.site.accounts}
    with services.database.snapshot(SYSTEM) as snapshot:
        views = record_views(snapshot, owners)
        site, vocabularies = services.site, services.vocabularies
        said = [(view.public, public_view(view, site, vocabularies, Audience.PUBLIC)) for view in views]
        rest = set(owners) - {each.id for _, each in said}
        said += concept_views(snapshot, site, vocabularies, sorted(rest))
    return {each.id: _wanted(each, registrars, languages, hidden=not public) for public, each in said}


def _targets(services: Services, owners: Sequence[int]) -> dict[int, RegistrationTarget]:
    """Where the owners lead and whether they are withdrawn, which is all that a register of our own takes."""
    with services.database.snapshot(SYSTEM) as snapshot:
        versions = snapshot.session.execute(_VERSIONS, {"owners": owners}).all()
        concepts = snapshot.session.execute(_CONCEPTS, {"owners": owners}).all()
    page = services.site.page
    return {
        number: RegistrationTarget(page(f"/records/{number}"), withdrawn=there == gone)
        for number, there, gone in (*versions, *concepts)
    }


def _wanted(
    publication: Publication,
    registrars: Sequence[Registrar],
    languages: Mapping[str, Sequence[str]],
    *,
    hidden: bool,
) -> RegistrationTarget:
    documents = {
        each.name: in_languages(DOCUMENTS[each.format](publication), languages.get(each.name, ()))
        for each in registrars
        if not hidden
    }
    return RegistrationTarget(publication.url, documents, publication.withdrawn is not None, hidden)


def in_languages(document: Document, languages: Sequence[str]) -> Document:
    """Of each list of texts with ``lang`` those in `languages`, all of them where there is none; all without a wish."""
    return {name: _chosen(value, languages) for name, value in document.items()} if languages else document


def _chosen(value: Any, languages: Sequence[str]) -> Any:
    if not isinstance(value, list) or not all(isinstance(each, Mapping) for each in value):
        return value
    kept = [each for each in value if str(each.get("lang", "")).partition("-")[0] in languages]
    return kept or value
