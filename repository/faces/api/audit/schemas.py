"""Wire shapes of the audit trail."""

from datetime import UTC, datetime

from marshmallow import Schema, fields, validate

from repository.core.web.shared_schemas import NoQuery, WholeNumber

LARGEST = (1 << 63) - 1
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC)
_ACTOR = r"(system|anonymous|[0-9]{1,19})\Z"
_KIND = r"[A-Za-z]{1,60}\Z"
_CREDENTIAL = r"[a-z]{1,20}(:[0-9]{1,19})?\Z"


class AuditMoment(fields.AwareDateTime):
    """A time with its offset that every database can compare."""

    def __init__(self, *, description: str) -> None:
        within = validate.Range(EARLIEST, LATEST, error="Must be a time from 1970 to 9998.")
        super().__init__(load_default=None, validate=within, metadata={"description": description})


class AuditQuery(NoQuery):
    """Facts by who did them, what, to which subject, by which credential and when; all that are given must hold."""

    person = fields.String(
        load_default=None,
        validate=validate.Regexp(_ACTOR, error="Must be the id of a person, system or anonymous."),
        metadata={"description": "The id of who did it, or ``system``, ``anonymous``."},
    )
    kind = fields.String(load_default=None, validate=validate.Regexp(_KIND, error="Must be the name of a kind."))
    subject = WholeNumber(load_default=None, validate=validate.Range(min=0, max=LARGEST))
    credential = fields.String(
        load_default=None,
        validate=validate.Regexp(_CREDENTIAL, error="Must be a credential, such as token:12."),
    )
    since = AuditMoment(description="From then on.")
    until = AuditMoment(description="Before then.")
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=1_000))
    cursor = fields.String(load_default=None, validate=validate.Length(max=100))


class PhraseShape(Schema):
    """The fact in words, to follow the name of who did it."""

    en = fields.String(required=True)
    zh = fields.String(required=True)


class AuditEntryShape(Schema):
    """A fact: who did what, when, by which credential and in which request."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    subject = fields.String(required=True, metadata={"description": "The id of what it happened to."})
    details = fields.Dict(required=True)
    phrase = fields.Nested(PhraseShape, required=True)
    actor = fields.String(required=True)
    credential = fields.String(required=True, allow_none=True)
    request_id = fields.String(required=True)
    at = fields.DateTime(required=True)
    seal = fields.Integer(
        required=True, allow_none=True, metadata={"description": "Its number in the chain; null until it is sealed."}
    )


class AuditHits(Schema):
    hits = fields.List(fields.Nested(AuditEntryShape), required=True)


class AuditListShape(Schema):
    hits = fields.Nested(AuditHits, required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
