"""YAML as plain values, and nothing else: no objects, no texts read as something that was not meant.

Words mean what YAML 1.2 says (its core schema, section 10.3.2): ``no`` and ``on`` are texts, and so is a date.  A
number keeps how it was written, so that version 1.10 does not become 1.1.
"""

import re
from collections.abc import Hashable, Iterator
from typing import Any, ClassVar

import yaml

from repository.crosswalks.source_fields import Unreadable

MOST_BYTES = 5_000_000
MOST_VALUES = 200_000
"""values, each alias counted as what it stands for"""
DEEPEST = 100


class _WrittenInt(int):
    text: str


class _WrittenFloat(float):
    text: str


class _PlainLoader(yaml.SafeLoader):  # type: ignore[misc]
    """Knows null, true, false and numbers."""

    yaml_implicit_resolvers: ClassVar[Any] = {}

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a key that stands twice: one of the two would be lost."""
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable) and key in seen:
                raise yaml.MarkedYAMLError(problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark)
            seen.add(key if isinstance(key, Hashable) else id(key_node))
        members: dict[Hashable, Any] = super().construct_mapping(node, deep)
        return members


def _number(kind: Any) -> Any:
    def construct(loader: _PlainLoader, node: yaml.ScalarNode) -> Any:
        text = str(loader.construct_scalar(node))
        number = kind(text)
        number.text = text
        return number

    return construct


for _tag, _pattern, _first in (
    ("null", r"|~|null|Null|NULL", ["", "~", "n", "N"]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]+", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)
_PlainLoader.add_constructor("tag:yaml.org,2002:int", _number(_WrittenInt))
_PlainLoader.add_constructor("tag:yaml.org,2002:float", _number(_WrittenFloat))


def read_yaml(text: str, name: str) -> Any:
    """Return the document as plain values; raise `Unreadable`, also for tags of other languages and for bombs."""
    if len(text) > MOST_BYTES:
        raise Unreadable(f"{name} has more than {MOST_BYTES} characters.")
    try:
        document = yaml.load(text, _PlainLoader)
        _require_bounded(document, name)
    except yaml.YAMLError as error:
        words = " ".join(str(error).split())
        raise Unreadable(f"{name} is no YAML that can be read: {words}") from error
    except (RecursionError, ValueError) as error:
        raise Unreadable(f"{name} is no YAML that can be read.") from error
    return document


def with_texts(value: Any, numbers_at: frozenset[str] = frozenset(), name: str = "") -> Any:
    """Return `value` with each number as it was written, but for those below members called as in `numbers_at`."""
    if isinstance(value, dict):
        return {
            key: with_texts(item, numbers_at, str(key)) if key not in numbers_at else item
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [with_texts(item, numbers_at, name) for item in value]
    return value.text if isinstance(value, _WrittenInt | _WrittenFloat) else value


def _require_bounded(document: Any, name: str) -> None:
    """Walk through all values, as JSON would write them."""
    walks: list[Iterator[Any]] = [iter((document,))]
    count = 0
    while walks:
        value = next(walks[-1], walks)
        if value is walks:
            walks.pop()
            continue
        count += 1
        if count > MOST_VALUES or len(walks) > DEEPEST:
            raise Unreadable(f"{name} has too many values, or too deep ones.")
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise Unreadable(f"{name} has a key that is no text.")
            walks.append(iter(value.values()))
        elif isinstance(value, list):
            walks.append(iter(value))
