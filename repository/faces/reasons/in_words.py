"""Put the reasons of errors into the language of the reader, and tell programs their codes."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from flask import request

from repository.core.errors import FieldError
from repository.core.web.problems import ProblemDetails
from repository.core.web.responses import VARY_BY_LANGUAGE
from repository.faces.reasons.access_request_reasons import ACCESS_REQUEST_REASONS
from repository.faces.reasons.account_reasons import ACCOUNT_REASONS
from repository.faces.reasons.condition_reasons import CONDITION_REASONS
from repository.faces.reasons.description_reasons import DESCRIPTION_REASONS, VALUE_REASONS
from repository.faces.reasons.engine_reasons import ENGINE_REASONS
from repository.faces.reasons.file_reasons import FILE_REASONS
from repository.faces.reasons.group_reasons import GROUP_REASONS
from repository.faces.reasons.identifier_reasons import IDENTIFIER_REASONS
from repository.faces.reasons.identity_reasons import IDENTITY_REASONS
from repository.faces.reasons.import_reasons import IMPORT_REASONS
from repository.faces.reasons.request_reasons import LIBRARY_REASONS, REQUEST_REASONS

LANGUAGES = ("en", "zh")
"""The languages of the reader that we speak; the first is that of whoever names none."""
_PLACE = re.compile(r"\{(\w+)\}")
_NESTED = "reason"
BEGINNING = 3
"""First characters by which the patterns are found that a reason may have."""
_TABLES = (
    VALUE_REASONS,
    REQUEST_REASONS,
    ACCOUNT_REASONS,
    IDENTIFIER_REASONS,
    IDENTITY_REASONS,
    DESCRIPTION_REASONS,
    FILE_REASONS,
    ACCESS_REQUEST_REASONS,
    ENGINE_REASONS,
    CONDITION_REASONS,
    GROUP_REASONS,
    IMPORT_REASONS,
    LIBRARY_REASONS,
)
OTHER = "other"
"""The code of a reason that is not known here, such as one that was cut short."""
LONGEST = 2_000
"""Characters of a reason that is looked at; a longer one holds what somebody sent, and stays as it is."""


def reader_language() -> str:
    """Return the language that the address or the browser of the request wants."""
    chosen = request.args.get("lang", "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


@dataclass(frozen=True, slots=True)
class KnownReason:
    """A kind of reason: its `code` for programs, and its Chinese with the places of the English."""

    code: str
    chinese: str


def in_chinese(reason: str) -> str | None:
    """Return a reason in Chinese, None for a kind of reason that is not known."""
    kind, texts = _known(reason)
    if kind is None:
        return None
    return kind.chinese.format(**{name: _inner(name, text) for name, text in texts.items()})


def code_of(reason: str) -> str:
    """Return the code of a reason, `OTHER` for a kind of reason that is not known."""
    kind, _ = _known(reason)
    return kind.code if kind else OTHER


def codes_of(fault: FieldError) -> tuple[str, ...]:
    """Return the codes of what a fault says in English."""
    return tuple(code_of(message) for message in fault.messages)


def translated(reason: str, language: str) -> str:
    """Return a reason in the language, in English if its kind is not known."""
    return (in_chinese(reason) or reason) if language == "zh" else reason


def told_reason(reason: str, language: str, name: str = "reason") -> dict[str, str]:
    """Return members of JSON that tell a reason: in the language under `name`, and its code."""
    return {name: translated(reason, language), "code": code_of(reason)}


def translated_problem(problem: ProblemDetails) -> ProblemDetails:
    """Return an error with its codes in the language of its reader, and headers that tell caches of it."""
    language = reader_language()
    details = [translated_fault(fault, language) for fault in problem.details]
    headers = {**problem.headers, "Vary": VARY_BY_LANGUAGE, "Content-Language": language}
    more = {"code": code_of(problem.message), **problem.more}
    return replace(problem, message=translated(problem.message, language), details=details, more=more, headers=headers)


def translated_fault(fault: FieldError, language: str) -> FieldError:
    """Return an English fault in the language of its reader, with the codes of its messages."""
    messages = tuple(translated(message, language) for message in fault.messages)
    return replace(fault, messages=messages, codes=codes_of(fault))


def _inner(name: str, text: str) -> str:
    return (in_chinese(text) or text) if name == _NESTED else text


def _pattern(reason: str) -> re.Pattern[str]:
    parts = _PLACE.split(reason)
    texts = (re.escape(part) if number % 2 == 0 else f"(?P<{part}>.+?)" for number, part in enumerate(parts))
    return re.compile("".join(texts), re.DOTALL)


def _known(reason: str) -> tuple[KnownReason | None, Mapping[str, str]]:
    """Return the kind of a reason, and what stands in its places."""
    if kind := _WHOLE.get(reason):
        return kind, {}
    if len(reason) > LONGEST:
        return None, {}
    for pattern, kind in _PATTERNS.get(reason[:BEGINNING], _OPEN_PATTERNS):
        if match := pattern.fullmatch(reason):
            return kind, match.groupdict()
    return None, {}


def _by_beginning() -> Mapping[str, list[tuple[re.Pattern[str], KnownReason]]]:
    """Return the patterns that a reason may have, by its first characters; "" for one that begins like no other."""
    texts = {english: _PLACE.split(english)[0][:BEGINNING] for english in _LONGEST_FIRST}
    fixed = {text for text in texts.values() if len(text) == BEGINNING}
    return {
        begin: [
            (_pattern(english), _KINDS[english])
            for english, text in texts.items()
            if text == begin or len(text) < BEGINNING
        ]
        for begin in ("", *fixed)
    }


_CHINESE: Mapping[str, str] = dict(chain.from_iterable(table.items() for table in _TABLES))
CODES: Mapping[str, str] = tomllib.loads((Path(__file__).parent / "codes.toml").read_text("utf-8"))
"""A code -> its sentence in English, with its places."""
_CODE_OF = {english: code for code, english in CODES.items()}
_KINDS = {english: KnownReason(_CODE_OF.get(english, OTHER), chinese) for english, chinese in _CHINESE.items()}
_WHOLE = {english: kind for english, kind in _KINDS.items() if not _PLACE.search(english)}
# the longest words first: a reason that says more must not be taken for one with a place for anything
_LONGEST_FIRST = sorted(_KINDS.keys() - _WHOLE.keys(), key=lambda english: (-len(_PLACE.sub("", english)), english))
_PATTERNS = _by_beginning()
_OPEN_PATTERNS = _PATTERNS[""]
