"""Controlled terms: small, read-only lists in memory, each term with titles in several languages.

The lists come as the JSON documents of `config.vocabularies`; this module checks them, finds a term by its id in
constant time, and searches them. A search compares *folded* texts: without case, accents and differences of width. They
are made at the first search of a vocabulary, so that a process that never searches never pays.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from repository.dataset.description import Label, Labels
from repository.dataset.unicode_forms import without_marks

ALTERNATIVE_IDS = ("alpha_2", "bibliographic")
"""Properties whose value names a term like its id, as ``zh`` and ``chi`` for ``zho``."""

DEPOSITABLE = "depositable"
"""Tag of the types of resources that may be deposited; other types only occur in relations."""

RECOMMENDED, DEPRECATED = "recommended", "deprecated"
"""Tags of terms that forms offer first, and of terms that remain only because descriptions name them."""

ID = re.compile(r"[a-z0-9][a-z0-9.+_-]*")
"""The form of an id, which stands in addresses and in stored metadata."""

_NOT_A_WORD = re.compile(r"[^\w\n]+|_+")
_FIELDS = frozenset({"id", "title", "description", "icon", "props", "tags"})


@dataclass(frozen=True, slots=True)
class VocabularyEntry:
    """One term.

    `title` and `description` map language tags to text; there is always an English title. They and `props` are plain
    dictionaries, because replies write them as JSON; do not change them.
    """

    id: str
    title: Labels
    description: Labels
    props: Mapping[str, str]
    tags: tuple[str, ...] = ()
    icon: str | None = None

    @property
    def label(self) -> Label:
        return Label(self.id, self.title)


def fold(text: str) -> str:
    """Return the form in which searches compare texts: one width, no accents, no case, single blanks."""
    if not text.isascii():
        text = without_marks(without_marks(text).casefold())
    return " ".join(text.casefold().split())


@dataclass(frozen=True, slots=True)
class _Key:
    """A term as searches see it: each folded name on its own line, between line breaks.

    `words` holds all names with a blank before each word and without punctuation.
    """

    entry: VocabularyEntry
    ids: str
    titles: str
    names: str
    words: str

    @classmethod
    def of(cls, entry: VocabularyEntry) -> "_Key":
        alternatives = (entry.props[name] for name in ALTERNATIVE_IDS if entry.props.get(name))
        ids = _lines((entry.id, *alternatives))
        titles = _lines(entry.title.values())
        names = ids + titles
        words = _NOT_A_WORD.sub(" ", names).replace("\n", "\n ")
        return cls(entry, ids, titles, names, words)


def _lines(names: Iterable[str]) -> str:
    return "\n" + "\n".join(fold(name) for name in names) + "\n"


def _keys_with(words: Iterable[str], keys: Sequence[_Key]) -> Sequence[_Key]:
    for word in words:
        keys = [key for key in keys if word in key.names]
    return keys


_RANKS = 6


@dataclass(frozen=True, slots=True)
class _Question:
    """The text of a search, folded once, in the forms that `rank` looks for."""

    words: Sequence[str]
    line: str
    start: str
    starts: Sequence[str]

    @classmethod
    def of(cls, text: str) -> "_Question":
        folded = fold(text)
        words = folded.split()
        starts = [" " + _NOT_A_WORD.sub(" ", word).lstrip() for word in words]
        return cls(words, f"\n{folded}\n", f"\n{folded}", starts)

    def rank(self, key: _Key) -> int:
        """Return how well a key with all words answers: 0 best, `_RANKS` - 1 worst."""
        if self.line in key.ids:
            return 0
        if self.line in key.titles:
            return 1
        if self.start in key.ids:
            return 2
        if self.start in key.titles:
            return 3
        return 4 if all(start in key.words for start in self.starts) else 5


class Vocabulary:
    """The terms of one type, in the order of their file."""

    def __init__(self, kind: str, entries: Iterable[VocabularyEntry]) -> None:
        self.type = kind
        self._entries = {entry.id: entry for entry in entries}

    def __contains__(self, term_id: object) -> bool:
        return term_id in self._entries

    def __iter__(self) -> Iterator[VocabularyEntry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, term_id: str) -> VocabularyEntry | None:
        """Return the term with exactly this id, or None."""
        return self._entries.get(term_id)

    def tags_of(self, term_id: str) -> tuple[str, ...]:
        """Return the tags of a term, none of an unknown one."""
        entry = self.get(term_id)
        return entry.tags if entry else ()

    def search(self, text: str | None = None, *, tag: str | None = None) -> list[VocabularyEntry]:
        """Return the terms whose ids and titles hold every word of `text`, sorted by English title.

        Without `text` return all terms, in the order of their file. `tag` keeps only terms that carry it.
        """
        entries = list(self) if text is None else self._with_words(text)
        return entries if tag is None else [entry for entry in entries if tag in entry.tags]

    def _with_words(self, text: str) -> list[VocabularyEntry]:
        return [key.entry for key in _keys_with(fold(text).split(), self._keys)]

    def suggest(self, text: str) -> list[VocabularyEntry]:
        """Return terms for a person who is still typing, the likeliest first.

        The order of groups: the id is `text`; a title is `text`; the id begins with it; a title begins with it; every
        word of `text` begins a word; every word occurs anywhere. In each group recommended terms come first and
        deprecated ones last; equals are sorted by English title.
        """
        question = _Question.of(text)
        groups: list[list[VocabularyEntry]] = [[] for _ in range(_RANKS)]
        for key in _keys_with(question.words, self._keys_by_preference):
            groups[question.rank(key)].append(key.entry)
        return [entry for group in groups for entry in group]

    @cached_property
    def _keys(self) -> Sequence[_Key]:
        ordered = sorted(self, key=lambda entry: (fold(entry.title["en"]), entry.id))
        return [_Key.of(entry) for entry in ordered]

    @cached_property
    def _keys_by_preference(self) -> Sequence[_Key]:
        return sorted(self._keys, key=lambda key: _preference(key.entry))


def _preference(entry: VocabularyEntry) -> int:
    return 0 if RECOMMENDED in entry.tags else 2 if DEPRECATED in entry.tags else 1


class Vocabularies:
    """All vocabularies by type, as in ``vocabularies["languages"]``."""

    def __init__(self, documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self._documents = documents
        self._by_type: dict[str, Vocabulary] = {}

    @classmethod
    def of(cls, documents: Mapping[str, Sequence[Mapping[str, Any]]]) -> "Vocabularies":
        """Return vocabularies from type -> list of terms as the files hold them.

        A type is looked up in `documents` and checked at its first use.  That use raises `ValueError`, naming file and
        id, for an id that is malformed or occurs twice and for any other departure from
        ``{"id", "title": {"en", …}, "description"?, "icon"?, "props"?, "tags"?}``.
        """
        return cls(documents)

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(self._documents)

    def __getitem__(self, kind: str) -> Vocabulary:
        vocabulary = self._by_type.get(kind)
        if vocabulary is None:
            # Two threads may both read it at first; all later ones get the same.
            vocabulary = self._by_type.setdefault(kind, _vocabulary(kind, self._documents[kind]))
        return vocabulary

    def get(self, kind: str) -> Vocabulary | None:
        return self[kind] if kind in self._documents else None

    def label(self, kind: str, term_id: str) -> Label:
        """Return the term as a description carries it. Raise `KeyError` when type or id is unknown."""
        entry = self[kind].get(term_id)
        if entry is None:
            raise KeyError(f"{kind}: {term_id}")
        return entry.label

    def title(self, kind: str, term_id: str) -> Labels | None:
        """Return the titles of a term, None when type or id is unknown."""
        vocabulary = self.get(kind)
        entry = vocabulary.get(term_id) if vocabulary is not None else None
        return entry.title if entry is not None else None


def _vocabulary(kind: str, terms: Sequence[Mapping[str, Any]]) -> Vocabulary:
    entries: dict[str, VocabularyEntry] = {}
    for term in terms:
        entry = _entry(kind, term)
        if entry.id in entries:
            raise ValueError(f"{kind}.json: {entry.id!r} occurs twice")
        entries[entry.id] = entry
    return Vocabulary(kind, entries.values())


def _entry(kind: str, term: Mapping[str, Any]) -> VocabularyEntry:
    fault = _fault(term)
    if fault:
        raise ValueError(f"{kind}.json: {term.get('id')!r} {fault}")
    return VocabularyEntry(
        id=term["id"],
        title=term["title"],
        description=term.get("description", {}),
        props=term.get("props", {}),
        tags=tuple(term.get("tags", ())),
        icon=term.get("icon"),
    )


def _fault(term: Mapping[str, Any]) -> str | None:
    """Return what is wrong with a term of a file, None when it is in order."""
    term_id, tags = term.get("id"), term.get("tags", [])
    if not isinstance(term_id, str) or not ID.fullmatch(term_id):
        return "is not an id"
    if not term.keys() <= _FIELDS:
        return f"has unknown fields: {', '.join(sorted(term.keys() - _FIELDS))}"
    for field in ("title", "description", "props"):
        if not _is_texts(term.get(field, {})):
            return f"has a {field} that does not map text to text"
    if not term.get("title", {}).get("en"):
        return "has no English title"
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        return "has tags that are not a list of texts"
    return None if isinstance(term.get("icon"), str | None) else "has an icon that is not text"


def _is_texts(value: object) -> bool:
    return isinstance(value, dict) and all(
        isinstance(name, str) and isinstance(text, str) for name, text in value.items()
    )
