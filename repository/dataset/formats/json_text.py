"""Documents as JSON text, whole or in parts."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson

from repository.dataset.description import FileOf

ReadFiles = Callable[[], Iterable[FileOf]]
"""Yields the files of a record from the first one, each time it is called."""

_SURROGATE = re.compile("[\ud800-\udfff]")


def as_json(value: Mapping[str, Any] | list[Any]) -> str:
    """Return JSON that UTF-8 can hold: half a surrogate pair, which no reader accepts, becomes U+FFFD."""
    try:
        return orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        return _SURROGATE.sub("\ufffd", json.dumps(value, ensure_ascii=False))


def with_lists(members: Mapping[str, Any], lists: Mapping[str, Iterable[Mapping[str, Any]]]) -> Iterator[str]:
    """Yield an object that is not empty, with more members: lists that are not, written as they are read."""
    yield as_json(members)[:-1]
    for name, items in lists.items():
        is_open = False
        for item in items:
            yield ("," if is_open else f',"{name}":[') + as_json(item)
            is_open = True
        yield "]" if is_open else ""
    yield "}"


def with_list(members: Mapping[str, Any], name: str, items: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield an object that is not empty, with one more member: a list, written as it is read."""
    yield f'{as_json(members)[:-1]},"{name}":['
    for number, item in enumerate(items):
        yield ("," if number else "") + as_json(item)
    yield "]}"
