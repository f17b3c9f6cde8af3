"""Resumption tokens: what was asked and how far the answer got, as text that means nothing to a harvester.

They are not signed: whoever makes one up asks a question that could be asked without it.
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
    """The list that was asked for and when it was `begun`.

    Then the place of the last item given (`position`, `id`) and how many were given (`cursor`).
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

    def moved(self, position: datetime, id: int, cursor: int) -> "ResumptionToken":  # noqa: A002 - the field's name
        """The same list, further on."""
        return replace(self, position=position, id=id, cursor=cursor)

    def written(self) -> str:
        asked = (self.verb, self.prefix, self.start, self.end, self.set)
        reached = (_number(self.begun), _number(self.position), self.id, self.cursor)
        return base64.urlsafe_b64encode(orjson.dumps((*asked, *reached))).decode().rstrip("=")


def read_resumption_token(text: str, verb: Verb) -> ResumptionToken:
    """The token of a list by `verb`; raises `BadRequest` for whatever was not written here."""
    try:
        token = _parsed(text)
        sound = token.written() == text and token.verb == verb
    except (ValueError, TypeError, OverflowError, binascii.Error, BadRequest):
        sound = False
    if not sound:
        raise BadRequest.by(Code.BAD_TOKEN, "The resumption token is not one of this list.")
    return token


def _parsed(text: str) -> ResumptionToken:
    if len(text) > _LONGEST:
        raise ValueError("too long")
    said = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    verb, prefix, start, end, chosen, begun, position, number, cursor = said
    if not all(type(each) is int and 0 <= each <= _LARGEST for each in (number, cursor)) or prefix not in FORMATS:
        raise ValueError("made up")
    if chosen is not None and not is_well_formed("set", chosen):
        raise ValueError("made up")
    span_of(start, end)
    return ResumptionToken(Verb(verb), prefix, start, end, chosen, _moment(begun), _moment(position), number, cursor)


def _number(moment: datetime) -> int:
    return (moment - _EPOCH) // _MICROSECOND


def _moment(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
