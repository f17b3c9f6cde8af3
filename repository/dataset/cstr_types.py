"""The resource type in a CSTR; the codes are configuration (``cstrtypes``, ``resourcetypes``)."""

from repository.dataset.vocabularies import Vocabularies

SCIENTIFIC_DATA = "11"


def cstr_type(vocabularies: Vocabularies, resource_type: str) -> str:
    """Return the two digits for the id of a resource type; types without a code are scientific data."""
    entry = vocabularies["resourcetypes"].get(resource_type)
    return entry.props.get("cstr_type", SCIENTIFIC_DATA) if entry else SCIENTIFIC_DATA
