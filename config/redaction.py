"""The last defence against secrets in logs: texts that look like one are masked before a line is written.

No code of ours logs a secret on purpose; libraries and messages of errors sometimes contain one.
"""

import re
from collections.abc import Mapping
from typing import Any

TOKEN_PREFIX = "sdr_"
"""The beginning of our own tokens."""
BLOT = "***"

_SECRET = r"password|passwd|authorization|signature|credential|security[_-]token|session_token|access_token"
_KEYS = rf"{_SECRET}|secret(?:_access)?_key|client_secret|api_key"
_SECRET_KEY = re.compile(_KEYS, re.IGNORECASE)
# A value in quotes, which are escaped in a text inside a text, or else everything up to the end of a value.
_VALUE = r"(?:(?P<quote>\\*[\"'])(?:(?!(?P=quote))(?:\\.|.))*(?P=quote)|[^\s\"'\\&,;}\])]+)"

_SUSPICIOUS = re.compile(rf"://|{TOKEN_PREFIX}|bearer |basic |{_KEYS}", re.IGNORECASE)
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(rf"\b{TOKEN_PREFIX}[A-Za-z0-9_-]+"), TOKEN_PREFIX + BLOT),
    (re.compile(r"(://[^:@/\s\"']*):[^@\s\"']*@"), rf"\1:{BLOT}@"),
    (re.compile(r"\b(Bearer|Basic|AWS4-HMAC-SHA256|ApiKey)(\s+)[^\s\"'\\,}\]]{6,}", re.IGNORECASE), rf"\1\2{BLOT}"),
    (re.compile(rf"((?:{_KEYS})[\"'\\]*\s*(?:=|:|%3d)\s*){_VALUE}", re.IGNORECASE), rf"\1{BLOT}"),
)


def redact(_logger: Any, _method: str, event: Any) -> Any:
    """Mask secrets at any depth of an event: a processor of structlog, to stand just before the renderer."""
    return _redacted_mapping(event)


def redacted(text: str) -> str:
    """Return `text` with credentials, signatures and passwords masked."""
    if not _SUSPICIOUS.search(text):
        return text
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def _redacted_mapping(mapping: Mapping[Any, Any]) -> dict[str, Any]:
    return {
        redacted(str(key)): BLOT if value and _SECRET_KEY.search(str(key)) else _redacted_value(value)
        for key, value in mapping.items()
    }


def _redacted_value(value: Any) -> Any:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Mapping):
        return _redacted_mapping(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted_value(item) for item in value]
    return redacted(value if isinstance(value, str) else repr(value))
