"""Identifiers in the search field: those of a dataset here lead to it."""

from urllib.parse import quote

from repository.core.actor import SYSTEM
from repository.dataset.formats import identifier_urls
from repository.engines.services import Services
from repository.identifiers.queries import owner_of
from repository.records.queries import is_published
from repository.search.pasted_identifiers import identify

_OF_DATASETS = ("doi", "cstr", "handle")


def dataset_address(services: Services, q: str) -> str | None:
    """Return the page of the published dataset with the identifier `q`, None for other words.

    Whether its reader may see it, the page says itself, as it does for those who come from a resolver.
    """
    pasted = identify(q) if q else None
    if pasted is None or pasted[0] not in _OF_DATASETS:
        return None
    with services.database.snapshot(SYSTEM) as snapshot:
        owner = owner_of(snapshot, *pasted)
        if owner is None or not is_published(snapshot, owner):
            return None
    return services.site.page(f"/records/{quote(str(owner))}")


def address_elsewhere(q: str) -> str | None:
    """Return where an identifier of a dataset leads, None for other words."""
    pasted = identify(q) if q else None
    return identifier_urls.link_to(*pasted) if pasted and pasted[0] in _OF_DATASETS else None


def orcid_in(q: str) -> str | None:
    """Return the ORCID iD that the words are, None for others."""
    pasted = identify(q) if q else None
    return pasted[1].upper() if pasted and pasted[0] == "orcid" else None
