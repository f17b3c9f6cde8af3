"""Facets with their counts as JSON (InvenioRDM contract, section 1.5)."""

from collections.abc import Mapping, Sequence
from typing import Any

from repository.search.facets import FacetCounts, FacetTerm


def aggregations_json(counted: Mapping[str, FacetCounts], language: str) -> dict[str, Any]:
    """Return the `aggregations` object with labels in the reader's language."""
    return {name: _facet_json(counts, language) for name, counts in counted.items()}


def _facet_json(counts: FacetCounts, language: str) -> dict[str, Any]:
    def buckets(terms: Sequence[FacetTerm], nested: bool) -> list[dict[str, Any]]:
        return [bucket(term) | ({"inner": {"buckets": buckets(term.inner, False)}} if nested else {}) for term in terms]

    def bucket(term: FacetTerm) -> dict[str, Any]:
        return {
            "key": term.key,
            "doc_count": term.count,
            "label": term.label(language),
            "is_selected": term.key in counts.selected,
        }

    return {"label": counts.label(language), "buckets": buckets(counts.terms, counts.facet.nested)}
