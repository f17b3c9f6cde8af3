"""Further titles and texts of a dataset, its subjects, dates and rights."""

from collections.abc import Container, Mapping
from typing import Any

from marshmallow import ValidationError, fields

from repository.dataset.vocabularies import Vocabularies
from repository.deposits.metadata.fields import (
    ID,
    NAME,
    EdtfField,
    Html,
    InlineText,
    Kept,
    Link,
    Plain,
    Several,
    Shape,
    Translations,
    term,
)
from repository.deposits.metadata.html_limits import has_few_tags
from repository.deposits.metadata.html_texts import TOO_MANY_TAGS


class AdditionalTitleSchema(Shape):
    """Another title, a subtitle, a translation."""

    title = InlineText(least=3, required=True)
    type = term("titletypes", required=True)
    lang = term("languages")


class AdditionalDescriptionSchema(Shape):
    """Methods, technical information and the like."""

    description = Html(least=3, required=True)
    type = term("descriptiontypes", required=True)
    lang = term("languages")


class FormattedTexts(Several):
    """A list of formatted texts, which have together as many tags as one of them may have."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, list):
            texts = [item.get("description") for item in value if isinstance(item, Mapping)]
            if not has_few_tags(" ".join(text for text in texts if isinstance(text, str))):
                raise ValidationError(TOO_MANY_TAGS)
        return super()._deserialize(value, attr, data, **kwargs)


class SubjectSchema(Shape):
    """A keyword in free words, or a controlled term by its id; an id of a list elsewhere needs words."""

    id = Plain(most=ID)
    subject = InlineText(most=NAME)
    scheme = Kept()
    title = Kept()
    props = Kept()
    identifiers = Kept()
    synonyms = Kept()

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.keys() & {"id", "subject"}:
            raise ValidationError("An existing id or a free text subject must be present.", "subjects")
        return data


class DateSchema(Shape):
    """When something happened to the data, or what time they cover."""

    date = EdtfField(times=True, required=True)
    type = term("datetypes", required=True)
    description = InlineText()


def without_texts_of_licences(sent: Mapping[str, Any], vocabularies: Vocabularies) -> dict[str, Any]:
    """Return a description without the texts that answers add to a licence which the repository knows."""
    rights, licences = sent.get("rights"), vocabularies.get("licenses") or ()
    if not isinstance(rights, list):
        return dict(sent)
    return {**sent, "rights": [_bare_licence(right) if _is_known(right, licences) else right for right in rights]}


def _is_known(right: Any, licences: Container[str]) -> bool:
    return isinstance(right, dict) and isinstance(right.get("id"), str) and right["id"].strip().lower() in licences


def _bare_licence(right: Mapping[str, Any]) -> dict[str, Any]:
    return {name: right[name] for name in right if name not in ("title", "description", "link")}


class RightSchema(Shape):
    """A licence by its id, or terms in the depositor's own words."""

    id = Plain(most=ID, metadata={"description": "a term of the vocabulary licenses"})
    title = Translations()
    description = Translations()
    link = Link()
    icon = fields.Raw(dump_only=True)
    props = fields.Raw(dump_only=True)
    tags = fields.Raw(dump_only=True)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data.keys() & {"id", "title"}:
            raise ValidationError("An existing id or a free text title must be present", "rights")
        # SPDX compares its identifiers without regard to case (specification 2.3, annex D)
        return {**data, "id": data["id"].lower()} if "id" in data else data
