"""Put the reasons of errors into the language of the reader."""

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain

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
LONGEST = 2_000
"""Characters of a reason that is looked at; a longer one holds what somebody sent, and stays as it is."""


def reader_language() -> str:
    """Return the language that the address or the browser of the request wants."""
    chosen = request.args.get("lang", "")
    return chosen if chosen in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def in_chinese(reason: str) -> str | None:
    """Return a reason in Chinese, None for a kind of reason that is not known."""
    if reason in _WHOLE:
        return _WHOLE[reason]
    if len(reason) > LONGEST:
        return None
    for pattern, chinese in _PATTERNS:
        if match := pattern.fullmatch(reason):
            return chinese.format(**{name: _inner(name, text) for name, text in match.groupdict().items()})
    return None


def translated(reason: str, language: str) -> str:
    """Return a reason in the language, in English if its kind is not known."""
    return (in_chinese(reason) or reason) if language == "zh" else reason


def translated_problem(problem: ProblemDetails) -> ProblemDetails:
    """Return an error in the language of its reader, with the headers that tell caches of it."""
    language = reader_language()
    details = [translated_fault(fault, language) for fault in problem.details]
    headers = {**problem.headers, "Vary": VARY_BY_LANGUAGE, "Content-Language": language}
    return replace(problem, message=translated(problem.message, language), details=details, headers=headers)


def translated_fault(fault: FieldError, language: str) -> FieldError:
    return replace(fault, messages=tuple(translated(message, language) for message in fault.messages))


def _inner(name: str, text: str) -> str:
    return (in_chinese(text) or text) if name == _NESTED else text


def _pattern(reason: str) -> re.Pattern[str]:
    parts = _PLACE.split(reason)
    texts = (re.escape(part) if number % 2 == 0 else f"(?P<{part}>.+?)" for number, part in enumerate(parts))
    return re.compile("".join(texts), re.DOTALL)


_CHINESE: Mapping[str, str] = dict(chain.from_iterable(table.items() for table in _TABLES))
_WHOLE = {english: chinese.format() for english, chinese in _CHINESE.items() if not _PLACE.search(english)}
# the longest words first: a reason that says more must not be taken for one with a place for anything
_PATTERNS = [
    (_pattern(english), _CHINESE[english])
    for english in sorted(_CHINESE, key=lambda english: -len(_PLACE.sub("", english)))
    if _PLACE.search(english)
]
