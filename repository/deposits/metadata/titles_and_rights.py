"""Further titles and texts of a dataset, its subjects, dates and rights."""

from typing import Any

from marshmallow import ValidationError, fields

from repository.deposits.metadata.fields import (
    ID,
    NAME,
    EdtfField,
    Html,
    Link,
    Plain,
    Shape,
    Tagless,
    Translations,
    term,
)


class AdditionalTitleSchema(Shape):
    """Another title, a subtitle, a translation."""

    title = Tagless(least=3, required=True)
    type = term("titletypes", required=True)
    lang = term("languages")


class AdditionalDescriptionSchema(Shape):
    """Methods, technical information and the like."""

    description = Html(least=3, required=True)
    type = term("descriptiontypes", required=True)
    lang = term("languages")


class SubjectSchema(Shape):
    """A keyword in free words, or a controlled term by its id."""

    implied_by_id = frozenset({"subject"})

    id = Plain(most=ID)
    subject = Plain(most=NAME)
    scheme = fields.Raw(dump_only=True)
    title = fields.Raw(dump_only=True)
    props = fields.Raw(dump_only=True)
    identifiers = fields.Raw(dump_only=True)
    synonyms = fields.Raw(dump_only=True)

    def settle(self, data: dict[str, Any]) -> dict[str, Any]:
        if not data:
            raise ValidationError("An existing id or a free text subject must be present.", "subjects")
        return data


class DateSchema(Shape):
    """When something happened to the data, or what time they cover."""

    date = EdtfField(times=True, required=True)
    type = term("datetypes", required=True)
    description = Plain()


class RightSchema(Shape):
    """A licence by its id, or terms in the depositor's own words."""

    implied_by_id = frozenset({"title", "description", "link"})

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
        return data
