"""The arguments of a harvester's request, and their faults (OAI-PMH 2.0, sections 2.7, 3.2 and 3.6)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from repository.harvest.setspecs import WORD

FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


class Verb(StrEnum):
    IDENTIFY = "Identify"
    LIST_METADATA_FORMATS = "ListMetadataFormats"
    LIST_SETS = "ListSets"
    LIST_IDENTIFIERS = "ListIdentifiers"
    LIST_RECORDS = "ListRecords"
    GET_RECORD = "GetRecord"


class Code(StrEnum):
    """The conditions of section 3.6 that can arise: every item has formats, and there is a set hierarchy."""

    BAD_VERB = "badVerb"
    BAD_ARGUMENT = "badArgument"
    BAD_TOKEN = "badResumptionToken"
    NO_FORMAT = "cannotDisseminateFormat"
    NO_ITEM = "idDoesNotExist"
    NO_RECORDS = "noRecordsMatch"


@dataclass(frozen=True, slots=True)
class ProtocolError:
    code: Code
    reason: str


class BadRequest(Exception):
    """The request has faults, which the reply lists in the terms of the protocol."""

    def __init__(self, *faults: ProtocolError) -> None:
        super().__init__("; ".join(fault.reason for fault in faults))
        self.faults = faults

    @classmethod
    def by(cls, code: Code, reason: str) -> "BadRequest":
        return cls(ProtocolError(code, reason))


@dataclass(frozen=True, slots=True)
class OaiRequest:
    """A request with allowed, complete and well-formed arguments, which may still name unknown things."""

    verb: Verb
    arguments: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.arguments.get(name)


@dataclass(frozen=True, slots=True)
class Span:
    """Instants from `start`, included, to `end`, excluded."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class _Arguments:
    """The arguments of a verb; an exclusive argument must be the only one."""

    required: Sequence[str] = ()
    optional: Sequence[str] = ()
    exclusive: str | None = None

    @property
    def all(self) -> tuple[str, ...]:
        alone = (self.exclusive,) if self.exclusive else ()
        return (*self.required, *self.optional, *alone)


TOKEN = "resumptionToken"
_LIST = _Arguments(("metadataPrefix",), ("from", "until", "set"), TOKEN)
_ARGUMENTS: Mapping[Verb, _Arguments] = {
    Verb.IDENTIFY: _Arguments(),
    Verb.LIST_METADATA_FORMATS: _Arguments(optional=("identifier",)),
    Verb.LIST_SETS: _Arguments(exclusive=TOKEN),
    Verb.LIST_IDENTIFIERS: _LIST,
    Verb.LIST_RECORDS: _LIST,
    Verb.GET_RECORD: _Arguments(("identifier", "metadataPrefix")),
}
_DAY, _SECOND = r"\d{4}-\d\d-\d\d", r"T\d\d:\d\d:\d\dZ"
# narrower than RFC 3986 in what follows `//`; all of it is a URI to the protocol's schema, so it can be repeated
_URI = (
    r"([A-Za-z][A-Za-z0-9+.\-]*:(//[A-Za-z0-9.\-]+(?=/|\Z))?|(?![^/?]*:))(?!//)"
    r"([A-Za-z0-9\-._~:/?!$&'()*+,;=@]|%[0-9A-Fa-f]{2})*"
)
_FORMS: Mapping[str, re.Pattern[str]] = {
    "identifier": re.compile(_URI),
    "metadataPrefix": re.compile(WORD),
    "set": re.compile(rf"{WORD}(:{WORD})*"),
    "from": re.compile(rf"{_DAY}({_SECOND})?", re.ASCII),
    "until": re.compile(rf"{_DAY}({_SECOND})?", re.ASCII),
}
_MAX_DIGITS = 18
LONGEST = 2_000
"""Characters of an argument."""
MOST_ARGUMENTS = 20


def read_request(pairs: Sequence[tuple[str, str]]) -> OaiRequest:
    """Return the request in `pairs` of name and value. Raise `BadRequest` with all its faults."""
    verb = _verb([value for name, value in pairs if name == "verb"])
    arguments = [pair for pair in pairs if pair[0] != "verb"]
    faults = [ProtocolError(Code.BAD_ARGUMENT, reason) for reason in _reasons(_ARGUMENTS[verb], arguments)]
    if faults:
        raise BadRequest(*faults)
    request = OaiRequest(verb, dict(arguments))
    span_of(request.get("from"), request.get("until"))
    return request


def _verb(values: Sequence[str]) -> Verb:
    if len(values) != 1:
        raise BadRequest.by(Code.BAD_VERB, "The verb is repeated." if values else "The verb is missing.")
    if values[0] not in set(Verb):
        raise BadRequest.by(Code.BAD_VERB, f"There is no verb {values[0][:80]!r}.")
    return Verb(values[0])


def _reasons(allowed: _Arguments, arguments: Sequence[tuple[str, str]]) -> Iterator[str]:
    names = [name for name, _ in arguments]
    if len(names) > MOST_ARGUMENTS:
        yield "The request has too many arguments."
        return
    for name in dict.fromkeys(names):
        if name not in allowed.all:
            yield f"The verb has no argument {name[:80]!r}."
        elif names.count(name) > 1:
            yield f"The argument {name!r} is repeated."
    if allowed.exclusive in names:
        if len(names) > 1:
            yield f"With {allowed.exclusive!r} no other argument may be given."
        return
    for name in allowed.required:
        if name not in names:
            yield f"The argument {name!r} is missing."
    for name, value in arguments:
        if name in allowed.all and not is_well_formed(name, value):
            yield f"The argument {name!r} is not well-formed."


def is_well_formed(name: str, value: str) -> bool:
    """Return whether the argument `name` can have this value."""
    return len(value) <= LONGEST and _FORMS[name].fullmatch(value) is not None


def span_of(start: str | None, end: str | None) -> Span:
    """Return the span of `from` and `until`, both with the whole second or day that they name.

    Raise `BadRequest`.
    """
    if start and end and len(start) != len(end):
        raise BadRequest.by(Code.BAD_ARGUMENT, "'from' and 'until' have different granularities.")
    span = Span(_instant("from", start) if start else FIRST, _end_of("until", end) if end else LAST)
    if span.start >= span.end:
        raise BadRequest.by(Code.BAD_ARGUMENT, "'from' is later than 'until'.")
    return span


def _instant(name: str, text: str) -> datetime:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        raise BadRequest.by(Code.BAD_ARGUMENT, f"The argument {name!r} is no date of the calendar.") from None


def _end_of(name: str, text: str) -> datetime:
    """Return the first instant after the second or day."""
    unit = timedelta(seconds=1) if "T" in text else timedelta(days=1)
    instant = _instant(name, text)
    return instant + unit if LAST - instant >= unit else LAST


def record_id_in(identifier: str, host: str) -> int | None:
    """Return the record id in ``oai:<host>:<id>``, None for an identifier of another repository."""
    digits = identifier.removeprefix(f"oai:{host}:")
    plain = digits != identifier and digits.isascii() and digits.isdigit() and not digits.startswith("0")
    return int(digits) if plain and len(digits) <= _MAX_DIGITS else None
