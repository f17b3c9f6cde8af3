"""URL rules that refuse what can name nothing."""

from werkzeug.routing import BaseConverter

NO_RECORD = 0


class RecordIdConverter(BaseConverter):
    """A record id: a decimal integer.  Anything else names no record (`NO_RECORD`), which is a 404 in its own words."""

    regex = "[^/]+"
    MAX_DIGITS = 18

    def to_python(self, value: str) -> int:
        plain = value.isascii() and value.isdigit() and len(value) <= self.MAX_DIGITS
        return int(value) if plain and not value.startswith("0") else NO_RECORD

    def to_url(self, value: int) -> str:
        return str(value)
