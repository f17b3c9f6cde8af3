"""The members of a description in another form, and which of them nobody has read.

What is not read is told by its place, so that nothing is dropped in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

MOST_TOLD = 200
LONGEST_TOLD = 200
MOST_LEAVES = 1_000
"""of one member that nobody reads, before it is told as a whole"""
MORE = "more"


class Unreadable(ValueError):
    """A text is no description of its form, or costs more than it is worth; the sentence is for people."""


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A member that is not taken over: its place in the source, and how its value begins."""

    field: str
    value: str

    @classmethod
    def of(cls, place: str, value: object) -> "NotTaken":
        text = " ".join(str(value).split())
        return cls(place[:LONGEST_TOLD], text if len(text) <= LONGEST_TOLD else f"{text[: LONGEST_TOLD - 1]}…")


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """What a source says of a dataset, as metadata of a draft (InvenioRDM contract, section 2).

    `doi` and `cstr` are identifiers of the described thing itself; `kept_as` is the relation that a client gives them.
    """

    metadata: dict[str, Any]
    not_taken: Sequence[NotTaken] = ()
    doi: str = ""
    cstr: str = ""
    entries: int = 1
    """how many things the source describes; the first of them is taken"""


@dataclass(slots=True)
class SourceFields:
    """An object of the source, at a `place` in it; reading marks what is read."""

    document: Mapping[str, Any]
    place: str = ""
    _read: set[str] = field(default_factory=set)
    _items: dict[str, set[int]] = field(default_factory=dict)
    _inner: dict[tuple[str, int], "SourceFields"] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return the text or number of a member, trimmed; empty for anything else, which stays unread."""
        value = self.document.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        self._read.add(name)
        return str(value).strip()

    def first(self, *names: str) -> str:
        """Return the first member with a text; the others stay unread, unless they say the same."""
        first = next((text for name in names if (text := self.peek(name))), "")
        self._read.update(name for name in names if first and self.peek(name) == first)
        return first

    def peek(self, name: str) -> str:
        """Return the text of a member without reading it."""
        value = self.document.get(name)
        is_text = isinstance(value, str | int | float) and not isinstance(value, bool)
        return str(value).strip() if is_text else ""

    def texts(self, name: str) -> list[str]:
        """Return the texts of a list, or the one text."""
        value = self.document.get(name)
        if not isinstance(value, list):
            return list(filter(None, [self.text(name)]))
        self._items.setdefault(name, set()).update(i for i, item in enumerate(value) if _is_plain(item))
        return [text for item in value if _is_plain(item) and (text := str(item).strip())]

    def objects(self, name: str) -> list["SourceFields"]:
        """Return the objects of a list, or the one object."""
        value = self.document.get(name)
        items = value if isinstance(value, list) else [value]
        return [self._object(name, i, item) for i, item in enumerate(items) if isinstance(item, Mapping)]

    def skip(self, *names: str) -> None:
        """Mark members that say nothing about the dataset, or the same as others."""
        self._read.update(names)

    def not_taken(self) -> Iterator[NotTaken]:
        """Yield what nobody has read."""
        for name, value in self.document.items():
            if name in self._read:
                continue
            place = f"{self.place}.{name}" if self.place else str(name)
            if not isinstance(value, list):
                yield from self._rest_of(name, 0, value, place)
                continue
            for index, item in enumerate(value):
                if index not in self._items.get(name, ()):
                    yield from self._rest_of(name, index, item, f"{place}.{index}")

    def _rest_of(self, name: str, index: int, value: Any, place: str) -> Iterator[NotTaken]:
        inner = self._inner.get((name, index))
        yield from inner.not_taken() if inner is not None else leaves(value, place)

    def _object(self, name: str, index: int, item: Mapping[str, Any]) -> "SourceFields":
        path = f"{self.place}.{name}" if self.place else name
        place = f"{path}.{index}" if isinstance(self.document.get(name), list) else path
        return self._inner.setdefault((name, index), SourceFields(item, place))


def leaves(value: Any, place: str) -> Iterator[NotTaken]:
    """Yield every text below a value with its place."""
    walk: list[tuple[str, Any]] = [(place, value)]
    for _ in range(MOST_LEAVES):
        if not walk:
            return
        where, item = walk.pop()
        if isinstance(item, Mapping):
            walk += reversed([(f"{where}.{name}", inner) for name, inner in islice(item.items(), MOST_LEAVES)])
        elif isinstance(item, list):
            walk += reversed([(f"{where}.{i}", inner) for i, inner in enumerate(item[:MOST_LEAVES])])
        elif item not in (None, "", False) and str(item).strip():
            yield NotTaken.of(where, item)
    yield NotTaken.of(place, MORE)


def told(not_taken: Iterator[NotTaken]) -> Sequence[NotTaken]:
    """Return a bounded number of members; the last one counts the others."""
    listed = list(islice(not_taken, MOST_TOLD))
    others = sum(1 for _ in not_taken)
    return (*listed, NotTaken(MORE, str(others))) if others else tuple(listed)


def _is_plain(item: object) -> bool:
    return isinstance(item, str | int | float) and not isinstance(item, bool)
