"""References to controlled terms: their shape, and whether the terms exist.

A reference is stored as ``{"id": …}`` alone.  The shape is checked with the rest of a description;
membership is checked afterwards on the normal form, against the vocabularies that a caller passes.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import fields

from repository.core.errors import FieldError
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.metadata.fields import ID, Plain, Shape


class TermSchema(Shape):
    """A reference to a controlled term; answers add its names."""

    id = Plain(least=1, most=ID, required=True)
    title = fields.Dict(dump_only=True, metadata={"description": "names by language tag"})
    description = fields.Raw(dump_only=True)
    icon = fields.Raw(dump_only=True)
    props = fields.Dict(dump_only=True)
    tags = fields.List(fields.String(), dump_only=True)


def term(vocabulary: str, *, required: bool = False) -> fields.Nested:
    """Return a field that refers to a vocabulary."""
    about = {"description": f"a term of the vocabulary {vocabulary}"}
    return fields.Nested(TermSchema, required=required, metadata=about)


VOCABULARY_OF: Mapping[tuple[str, ...], str] = {
    ("resource_type",): "resourcetypes",
    ("creators", "role"): "creatorsroles",
    ("contributors", "role"): "contributorsroles",
    ("additional_titles", "type"): "titletypes",
    ("additional_titles", "lang"): "languages",
    ("additional_descriptions", "type"): "descriptiontypes",
    ("additional_descriptions", "lang"): "languages",
    ("subjects",): "subjects",
    ("languages",): "languages",
    ("dates", "type"): "datetypes",
    ("rights",): "licenses",
    ("related_identifiers", "relation_type"): "relationtypes",
    ("related_identifiers", "resource_type"): "resourcetypes",
}
"""Path of a reference -> vocabulary; a path leads through every item of a list."""


def unknown_terms(metadata: Mapping[str, Any], vocabularies: Vocabularies) -> Iterator[FieldError]:
    """Yield a fault for every reference that names no term, with the path of its ``id``."""
    for path, name in VOCABULARY_OF.items():
        vocabulary = vocabularies.get(name) or ()
        for place, reference in _references(metadata, path, "metadata"):
            # rights and subjects may be in the depositor's own words, without an id
            if "id" in reference and reference["id"] not in vocabulary:
                yield FieldError.of(f"{place}.id", f"Invalid value {reference['id']}.")


def _references(value: Any, path: tuple[str, ...], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references(item, path, f"{place}.{index}")
    elif path:
        if path[0] in value:
            yield from _references(value[path[0]], path[1:], f"{place}.{path[0]}")
    else:
        yield place, value
