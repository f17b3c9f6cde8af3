"""Resumption tokens: a request and the progress of its list, as text that is opaque to harvesters.

They are not signed: a forged token asks for nothing that a plain request could not ask for.
"""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import orjson

from repository.faces.oai.arguments import BadRequest, Code, Verb, is_well_formed, span_of
from repository.harvest.metadata_prefixes import FORMATS

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 1_000
_LARGEST = 1 << 62


@dataclass(frozen=True, slots=True)
class ResumptionToken:
    """A list and the time when it was `begun`.

    `position` and `id` are the place of the last item sent, `cursor` is the number of items sent.
    """

    verb: Verb
    prefix: str
    start: str | None
    end: str | None
    set: str | None
    begun: datetime
    position: datetime
    id: int
    cursor: int

    def advance(self, position: datetime, id: int, cursor: int) -> "ResumptionToken":  # noqa: A002 - the field's name
        """Return a token of the same list at a later place."""
        return replace(self, position=position, id=id, cursor=cursor)

    def encode(self) -> str:
        request = (self.verb, self.prefix, self.start, self.end, self.set)
        place = (_number(self.begun), _number(self.position), self.id, self.cursor)
        return base64.urlsafe_b64encode(orjson.dumps((*request, *place))).decode().rstrip("=")


def read_resumption_token(text: str, verb: Verb) -> ResumptionToken:
    """Return the token of a list by `verb`. Raise `BadRequest` for a token that is not ours."""
    try:
        token = _parse(text)
        is_valid = token.encode() == text and token.verb == verb
    except (ValueError, TypeError, OverflowError, binascii.Error, BadRequest):
        is_valid = False
    if not is_valid:
        raise BadRequest.by(Code.BAD_TOKEN, "The resumption token is not one of this list.")
    return token


def _parse(text: str) -> ResumptionToken:
    if len(text) > _LONGEST:
        raise ValueError("too long")
    members = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    verb, prefix, start, end, set_spec, begun, position, record_id, cursor = members
    if not all(type(value) is int and 0 <= value <= _LARGEST for value in (record_id, cursor)) or prefix not in FORMATS:
        raise ValueError("made up")
    if set_spec is not None and not is_well_formed("set", set_spec):
        raise ValueError("made up")
    span_of(start, end)
    return ResumptionToken(
        Verb(verb), prefix, start, end, set_spec, _moment(begun), _moment(position), record_id, cursor
    )


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
