"""Metadata as a draft keeps it, and what is wrong with it."""

from typing import Any

from repository.deposits.metadata.loading import load_metadata
from tests.features.samples import VOCABULARIES


def faults_of(metadata: object) -> dict[str, tuple[str, ...]]:
    """Its faults by path."""
    return {error.field: error.messages for error in load_metadata(metadata, VOCABULARIES).errors}


def stored(**metadata: Any) -> dict[str, Any]:
    """The normal form of faultless metadata, which loading again does not change."""
    loaded = load_metadata(metadata, VOCABULARIES)
    assert loaded.errors == ()
    assert load_metadata(loaded.metadata, VOCABULARIES) == loaded
    return loaded.metadata
