"""Converters of URL rules; a value that cannot name a record is refused."""

from werkzeug.routing import BaseConverter

UNKNOWN_RECORD_ID = 0


class RecordIdConverter(BaseConverter):
    """A record id: a decimal integer.

    Anything else becomes `UNKNOWN_RECORD_ID`, so that the route answers 404 in its own words.
    """

    regex = "[^/]+"
    MAX_DIGITS = 18

    def to_python(self, value: str) -> int:
        plain = value.isascii() and value.isdigit() and len(value) <= self.MAX_DIGITS
        return int(value) if plain and not value.startswith("0") else UNKNOWN_RECORD_ID

    def to_url(self, value: int) -> str:
        return str(value)
