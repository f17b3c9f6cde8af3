"""What every metadata schema shares: null, fields that only responses have, references to controlled terms.

A reference is stored as ``{"id": …}`` alone.  Its shape is checked with the rest of a description; membership is
checked afterwards on the normal form, against the vocabularies that a caller passes.

The schemas check a value of the wire and return its normal form.  They know no vocabulary and no
database, keep no state between calls, and many threads may use them at once.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, pre_load
from marshmallow.validate import Length, Regexp, Validator

from repository.core.errors import FieldError
from repository.dataset.edtf import MESSAGE, PATTERN, PATTERN_WITH_TIME, parse_edtf
from repository.dataset.schemes import normalise
from repository.dataset.vocabularies import DEPOSITABLE, Vocabularies
from repository.deposits.metadata.html_texts import sanitise, tidy
from repository.deposits.metadata.inline_text import without_inline_markup

LINE = 10_000
NAME = 1_000
ID = 255
HTML = 1_000_000
COMPOSED = 4
"""Characters that may become one when a text is composed, and by which it may be longer before."""

BLANK: tuple[Any, ...] = ("", {})
"""Values without content, which the normal form omits."""

REQUIRED = "Missing data for required field."


class Shape(Schema):
    """An object whose members are all known.

    null for a member that is not required means that it is absent, and so does blank text where
    blank text is allowed.  Members that are declared `dump_only` are those that responses add; a
    request may repeat them and they have no effect, so that a body of GET is a body for PUT.
    """

    @pre_load
    def without_response_fields(self, data: Any, **_: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if not self._means_nothing(name, value)}

    def _means_nothing(self, name: str, value: Any) -> bool:
        field = self.fields.get(name)
        return field is not None and (field.dump_only or (value is None and not field.required))

    @post_load
    def in_normal_form(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return self.settle({name: data[name] for name in data if data[name] not in BLANK})

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the normal form of an object whose members are valid; raise `ValidationError`."""
        return data


class Plain(fields.String):
    """Plain text kept as it is; `least` and `most` count characters after trimming."""

    def __init__(self, *rules: Validator, least: int = 0, most: int = LINE, **kwargs: Any) -> None:
        self._limit = Length(max=most)
        self._most_typed = COMPOSED * most
        # two rules, because one with both ends would answer with neither message
        lengths = (Length(min=least), Length(max=most)) if least else (Length(max=most),)
        super().__init__(validate=[*lengths, *rules], **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip()
        if len(text) > self._most_typed:
            self._limit(text)
        try:
            # the length is checked before the cleaning as well, because cleaning costs time
            return self.clean(self._limit(tidy(text)))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean(self, text: str) -> str:
        """Return the normal form of tidy text; raise `ValueError` with a message."""
        return text


class InlineText(Plain):
    """Plain text, in which inline markup becomes what it means in Unicode."""

    def clean(self, text: str) -> str:
        return without_inline_markup(text)


class Html(Plain):
    """Formatted text, sanitised."""

    def __init__(self, *, least: int = 0, **kwargs: Any) -> None:
        super().__init__(least=least, most=HTML, **kwargs)

    def clean(self, text: str) -> str:
        return sanitise(text)


class Kept(fields.Raw):
    """A value that other repositories give and no format needs; it is kept as it was sent."""

    def __init__(self) -> None:
        super().__init__(metadata={"description": "kept as it was sent"})


class EdtfField(Plain):
    """A date or interval, EDTF level 0; with `times` a day may have a time."""

    def __init__(self, *, times: bool = False, **kwargs: Any) -> None:
        self._times = times
        about = {
            "description": f"EDTF level 0 date{', date and time' if times else ''} or interval",
            "pattern": PATTERN_WITH_TIME if times else PATTERN,
        }
        super().__init__(most=ID, metadata=about, **kwargs)

    def clean(self, text: str) -> str:
        if "T" in text and not self._times:
            raise ValueError(MESSAGE)
        return parse_edtf(text).text


class Link(Plain):
    """An http(s) or ftp address."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(most=2_000, metadata={"format": "uri"}, **kwargs)

    def clean(self, text: str) -> str:
        try:
            return normalise("url", text) if text else text
        except ValueError:
            raise ValueError("Not a valid URL.") from None


class Several(fields.List[Any]):
    """A list of at most `most` items, which are counted before the first is loaded."""

    def __init__(self, item: fields.Field[Any] | type[Schema], *, most: int, **kwargs: Any) -> None:
        self._limit = Length(max=most)
        inner = item if isinstance(item, fields.Field) else fields.Nested(item)
        super().__init__(inner, validate=self._limit, **kwargs)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list):
            self._limit(value)
        return super()._deserialize(value, attr, data, **kwargs)


class Translations(fields.Dict):
    """Text by language tag, as in ``{"en": "…", "zh": "…"}``."""

    _TAG = Regexp(r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\Z", error="Not a valid locale.")
    _SIZE = Length(max=100)

    def __init__(self, *, most: int = LINE) -> None:
        super().__init__(
            keys=fields.String(validate=self._TAG),
            values=Plain(least=1, most=most),
            metadata={"description": 'text by language tag, as in {"en": "…"}'},
        )

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, dict):
            self._SIZE(value)
            # other repositories write an absent text as an empty one
            value = {tag: text for tag, text in value.items() if not _is_blank(text)}
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            raise ValidationError(_by_tag(error.messages)) from error


def _is_blank(text: Any) -> bool:
    return text is None or (isinstance(text, str) and not text.strip())


def _by_tag(messages: Any) -> Any:
    """Join the messages of key and value, which the library separates: a depositor sees one member."""
    if not isinstance(messages, dict):
        return messages
    return {tag: [*parts.get("key", ()), *parts.get("value", ())] for tag, parts in messages.items()}


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
            if "id" not in reference or _has_words(reference):
                continue
            if reference["id"] not in vocabulary:
                yield FieldError.of(f"{place}.id", f"Invalid value {reference['id']}.")
            elif path == ("resource_type",) and DEPOSITABLE not in vocabularies[name].tags_of(reference["id"]):
                yield FieldError.of(f"{place}.id", f"A {reference['id']} cannot be deposited.")


def _has_words(reference: Mapping[str, Any]) -> bool:
    """Return whether a keyword or a licence has words beside its id, which may then be of a list elsewhere."""
    return bool(reference.get("subject") or reference.get("title"))


def _references(value: Any, path: tuple[str, ...], place: str) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _references(item, path, f"{place}.{index}")
    elif path:
        if path[0] in value:
            yield from _references(value[path[0]], path[1:], f"{place}.{path[0]}")
    else:
        yield place, value
