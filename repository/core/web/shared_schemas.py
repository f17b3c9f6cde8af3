"""Schemas that several routes share."""

import re
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, validate

_DIGITS = re.compile("-?[0-9]{1,19}")


class WholeNumber(fields.Integer):
    """An integer of JSON, or its digits (ASCII, without exponent) in a query string.

    A fraction, also one of nothing such as ``1.0``, is refused rather than cut off, and so is a truth value.
    """

    def _validated(self, value: Any) -> int:
        is_digits = not self.strict and isinstance(value, str) and _DIGITS.fullmatch(value) is not None
        if type(value) is not int and not is_digits:
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class FieldErrorShape(Schema):
    field = fields.String(required=True)
    messages = fields.List(fields.String(), required=True)
    code = fields.String(metadata={"description": "what the first message says, for programs; it never changes"})
    codes = fields.List(fields.String(), metadata={"description": "of each message, where there are several"})
    severity = fields.String(metadata={"description": "``warning`` for a fault of a draft that stops nothing"})


class ProblemShape(Schema):
    """Every error."""

    status = fields.Integer(required=True)
    message = fields.String(required=True)
    code = fields.String(
        required=True,
        metadata={"description": "what the message says, for programs; it is the same in every language, and for ever"},
    )
    request_id = fields.String(required=True)
    errors = fields.List(fields.Nested(FieldErrorShape))


class NoQuery(Schema):
    """Unknown parameters are ignored, as the InvenioRDM contract wants."""

    class Meta:
        unknown = EXCLUDE


class PageQuery(NoQuery):
    """`page` from 1, `size` up to 1000; together at most the first 10,000."""

    page = WholeNumber(load_default=1, validate=validate.Range(min=1, max=10_000))
    size = WholeNumber(load_default=25, validate=validate.Range(min=1, max=1_000))


class Links(Schema):
    """Absolute URLs by name."""

    self = fields.Url(required=True, require_tld=False)

    class Meta:
        unknown = EXCLUDE
