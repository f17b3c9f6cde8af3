"""Resumption tokens: what was asked and how far the answer got, as text that means nothing to a harvester.

They are not signed: whoever makes one up asks a question that could be asked without it.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import orjson

from repository.oai.rules import FORMATS, Code, Refused, Verb, span_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 500
_LARGEST = 1 << 62


@dataclass(frozen=True, slots=True)
class Token:
    """The list that was asked for, its last item given (`updated`, `id`) and how many were given (`cursor`)."""

    verb: Verb
    prefix: str
    start: str | None
    end: str | None
    updated: datetime
    id: int
    cursor: int

    def written(self) -> str:
        position = ((self.updated - _EPOCH) // _MICROSECOND, self.id, self.cursor)
        said = orjson.dumps((self.verb, self.prefix, self.start, self.end, *position))
        return base64.urlsafe_b64encode(said).decode().rstrip("=")


def read_token(text: str, verb: Verb) -> Token:
    """The token of a list by `verb`; raises `Refused` for whatever was not written here."""
    try:
        token = _parsed(text)
        sound = token.written() == text and token.verb == verb
    except (ValueError, TypeError, OverflowError, binascii.Error, Refused):
        sound = False
    if not sound:
        raise Refused.by(Code.BAD_TOKEN, "The resumption token is not one of this list.")
    return token


def _parsed(text: str) -> Token:
    if len(text) > _LONGEST:
        raise ValueError("too long")
    said = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    verb, prefix, start, end, microseconds, number, cursor = said
    if not all(type(each) is int and 0 <= each <= _LARGEST for each in (number, cursor)) or prefix not in FORMATS:
        raise ValueError("made up")
    span_of(start, end)
    return Token(Verb(verb), prefix, start, end, _EPOCH + microseconds * _MICROSECOND, number, cursor)
