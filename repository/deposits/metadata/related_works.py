"""Identifiers of the dataset, its related works and its references."""

from collections.abc import Sequence
from typing import Any, ClassVar

from marshmallow import ValidationError
from marshmallow.validate import OneOf

from repository.dataset.schemes import (
    LONGEST,
    OF_RELATED,
    OF_THINGS,
    InvalidIdentifier,
    detect,
    is_valid,
    misspelt,
    normalise,
)
from repository.deposits.metadata.fields import ID, REQUIRED, InlineText, Plain, Several, Shape, term

NUMBER_ALONE = "A number alone may belong to many schemes. Please name its scheme."
UNKNOWN_SCHEME = "No valid scheme recognized for identifier."


class SchemeName(Plain):
    """The scheme of an identifier, in lower case; recognised from the identifier when absent."""

    def __init__(self, schemes: Sequence[str]) -> None:
        about = {"description": "recognised from the identifier when absent"}
        super().__init__(OneOf(schemes, error="Invalid scheme."), most=ID, metadata=about)

    def clean(self, text: str) -> str:
        return text.lower()


class Identified(Shape):
    """An identifier and its scheme, one of `schemes`, which a subclass declares."""

    identifier = Plain(required=True, most=LONGEST)
    written = Plain(most=LONGEST, metadata={"description": "an ISBN or GND number as it was written, if not normal"})
    schemes: ClassVar[tuple[str, ...]]

    def _means_nothing(self, name: str, value: Any) -> bool:
        return (name == "scheme" and value == "") or super()._means_nothing(name, value)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return `data` with an explicit scheme and a bare identifier."""
        if "identifier" not in data:
            raise ValidationError(REQUIRED, "identifier")
        scheme = data.get("scheme") or detect(data["identifier"], self.schemes)
        if scheme is None:
            number_alone = NUMBER_ALONE if data["identifier"].isdecimal() else ""
            reason = misspelt(data["identifier"], self.schemes) or number_alone
            raise ValidationError([UNKNOWN_SCHEME, reason] if reason else UNKNOWN_SCHEME, "scheme")
        try:
            normal = normalise(scheme, data["identifier"])
        except InvalidIdentifier as error:
            raise ValidationError(error.messages, "identifier") from error
        return {**data, "identifier": normal, "scheme": scheme, **_as_written(data, scheme, normal)}


_WRITTEN_IN_MANY_WAYS = ("isbn", "gnd")
_NOT_OF_SCHEME = "It is not another form of the identifier."
TWICE = "This identifier is in the list already."


def _as_written(data: dict[str, Any], scheme: str, normal: str) -> dict[str, str]:
    """Return the written form where librarians need it: the digits and hyphens that a book shows."""
    written = data.get("written") or data["identifier"]
    if "written" in data and not (is_valid(scheme, written) and normalise(scheme, written) == normal):
        raise ValidationError(_NOT_OF_SCHEME, "written")
    return {"written": written} if scheme in _WRITTEN_IN_MANY_WAYS and written != normal else {}


class Distinct(Several):
    """A list of identified things, each only once; a thing may be related in several ways."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        things = super()._deserialize(value, attr, data, **kwargs)
        known: set[tuple[str, ...]] = set()
        faults = {}
        for index, thing in enumerate(things):
            relation = (thing.get("relation_type") or {}).get("id", "")
            key = (thing["scheme"], thing["identifier"].casefold(), relation)
            if key in known:
                faults[index] = {"identifier": [TWICE]}
            known.add(key)
        if faults:
            raise ValidationError(faults)
        return things


class AlternateIdentifierSchema(Identified):
    """Another identifier of the dataset itself."""

    schemes = OF_THINGS
    scheme = SchemeName(OF_THINGS)


class RelatedIdentifierSchema(Identified):
    """Something that the dataset relates to: a work, an instrument, a sample, software, a project, people."""

    schemes = OF_RELATED
    scheme = SchemeName(OF_RELATED)
    relation_type = term("relationtypes", required=True)
    resource_type = term("resourcetypes")


class ReferenceSchema(Identified):
    """A cited work, in words and perhaps by an identifier.

    Identifiers in lists of references have many sources: one that no scheme recognises is kept
    without scheme, because the words count.
    """

    reference = InlineText(least=1, required=True)
    identifier = Plain(most=LONGEST)
    schemes = OF_THINGS
    scheme = SchemeName(OF_THINGS)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if "scheme" in data or detect(data.get("identifier", ""), self.schemes):
            return super().settle(data)
        return data
