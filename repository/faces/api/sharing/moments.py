"""Moments on the wire: a day, which stands for its beginning in UTC, or a date with time and offset."""

import re
from datetime import UTC, datetime
from typing import Any

from marshmallow import fields

from repository.core.clock import iso

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LONGEST = 40


class Moment(fields.Field[datetime]):
    """A moment (RFC 3339, section 5.6); a day alone is its beginning in UTC."""

    default_error_messages = {"invalid": "Not a valid date."}  # noqa: RUF012 - marshmallow's form

    def _serialize(self, value: datetime | None, attr: str | None, obj: Any, **options: Any) -> str | None:  # noqa: ARG002
        return None if value is None else iso(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> datetime:  # noqa: ARG002
        if not isinstance(value, str) or len(value) > _LONGEST or not value.isascii():
            raise self.make_error("invalid")
        try:
            moment = datetime.fromisoformat(value)
            day_alone = _DAY.fullmatch(value) is not None
            if moment.tzinfo is None and not day_alone:
                raise self.make_error("invalid")
            return moment.replace(tzinfo=UTC) if day_alone else moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None
