"""Wire shapes of notices and of what people want by mail."""

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import Links, NoQuery, WholeNumber

DIGESTS = ("none", "daily")


class NoticeQuery(NoQuery):
    """`unread` for those that were not read; `before` is the id after which the list goes on."""

    unread = fields.Boolean(load_default=False)
    before = WholeNumber(load_default=None, validate=validate.Range(min=1, max=(1 << 63) - 1))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=100))


class NoticeText(Schema):
    title = fields.String(required=True)
    text = fields.String(required=True)


class NoticeTexts(Schema):
    """The notice in words, by language."""

    en = fields.Nested(NoticeText, required=True)
    zh = fields.Nested(NoticeText, required=True)


class NoticeShape(Schema):
    """One notice; its dataset, if it is about one, has the id `concept`."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True)
    concept = fields.String(required=True, allow_none=True)
    created = fields.DateTime(required=True)
    read = fields.DateTime(required=True, allow_none=True)
    message = fields.Nested(NoticeTexts, required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class NoticeHits(Schema):
    hits = fields.List(fields.Nested(NoticeShape), required=True)
    unread = fields.Integer(required=True, metadata={"description": "All that were not read, to 1000."})


class NoticeListShape(Schema):
    hits = fields.Nested(NoticeHits, required=True)
    links = fields.Nested(Links, required=True)


class PreferenceRequest(Schema):
    """All that a person wants: what is not named is mailed."""

    digest = fields.String(required=True, validate=validate.OneOf(DIGESTS))
    muted = fields.List(
        fields.String(validate=validate.Length(max=40)), required=True, validate=validate.Length(max=100)
    )


class KindShape(Schema):
    """A kind of notice and what one wants of it."""

    kind = fields.String(required=True)
    may_be_muted = fields.Boolean(required=True)
    muted = fields.Boolean(required=True)


class PreferenceShape(Schema):
    digest = fields.String(required=True)
    muted = fields.List(fields.String(), required=True)
    kinds = fields.List(fields.Nested(KindShape), required=True)
