"""Suggest organisations to a person who is still typing, in any language, at a bounded cost.

Each word of the text is the beginning of a word in a name, in any order.  For each at most `SCANNED` entries of the
index of words are read; the rarest word leads, and words so frequent that the index has more are looked up for those
organisations alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, select

from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.dataset.vocabularies import fold
from repository.organisations.model import Organisation, OrganisationWord
from repository.organisations.queries import organisation_at
from repository.organisations.rules import words_of

SCANNED = 1_000
MOST_SOUGHT = 8
"""words of a text that are looked up"""
MOST_LOADED = 200
AFTER_ALL = "\U0010ffff"


def _begins() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions that a word begins so; `_range` gives their parameters."""
    return OrganisationWord.word >= bindparam("first"), OrganisationWord.word < bindparam("end")


def _range(word: str) -> dict[str, str]:
    return {"first": word, "end": word + AFTER_ALL}


class Suggestions(NamedTuple):
    """Organisations, the likeliest first, and how many there are of which these are a page."""

    organisations: Sequence[Organisation]
    total: int


class _Scan(NamedTuple):
    """What the index has for the beginning of a word; `is_whole` says that there is no more."""

    first: str
    weights: Mapping[int, int]
    is_whole: bool


_LOADED = select(Organisation).where(in_list(Organisation.id, "ids"))


def suggestions(snapshot: Snapshot, text: str, offset: int, most: int, *, funders: bool) -> Suggestions:
    """Return a page of the organisations, or funders, whose names have all words of `text`, or which it identifies."""
    known = organisation_at(snapshot, text)
    if known is not None and (known.is_funder or not funders):
        return Suggestions([known][offset : offset + most], 1)
    words = list(dict.fromkeys(words_of(text)))[:MOST_SOUGHT]
    if not words:
        return Suggestions((), 0)
    weights = _having_all(snapshot, [_scan(snapshot, word, funders) for word in words])
    likely = sorted(weights, key=lambda number: (weights[number], number))[:MOST_LOADED]
    typed = fold(text)
    rows = snapshot.session.scalars(_LOADED, {"ids": likely}).all()
    ranked = sorted(rows, key=lambda row: (_rank(row, typed), weights[row.id], row.id))
    return Suggestions(ranked[offset : offset + most], len(likely))


_SCAN = (
    select(OrganisationWord.organisation_id, OrganisationWord.weight)
    .where(*_begins())
    .order_by(OrganisationWord.word, OrganisationWord.weight, OrganisationWord.organisation_id)
    .limit(SCANNED)
)
_OF_FUNDERS = _SCAN.where(OrganisationWord.is_funder)


def _scan(snapshot: Snapshot, word: str, funders: bool) -> _Scan:
    rows = snapshot.session.execute(_OF_FUNDERS if funders else _SCAN, _range(word)).all()
    weights: dict[int, int] = {}
    for number, weight in rows:
        weights[number] = min(weight, weights.get(number, weight))
    return _Scan(word, weights, len(rows) < SCANNED)


def _having_all(snapshot: Snapshot, scans: Sequence[_Scan]) -> Mapping[int, int]:
    """Return the organisations with all words, each with the weight of its rarest word."""
    leading, *others = sorted(scans, key=lambda scan: (not scan.is_whole, len(scan.weights), -len(scan.first)))
    numbers = set(leading.weights)
    for scan in others:
        numbers &= scan.weights.keys() if scan.is_whole else _among(snapshot, numbers, scan.first)
    return {number: leading.weights[number] for number in numbers}


_AMONG = select(OrganisationWord.organisation_id).where(in_list(OrganisationWord.organisation_id, "ids"), *_begins())


def _among(snapshot: Snapshot, numbers: Iterable[int], word: str) -> set[int]:
    return set(snapshot.session.scalars(_AMONG, {"ids": sorted(numbers), **_range(word)}))


def _rank(row: Organisation, typed: str) -> int:
    """Return how well an organisation answers: 0 best."""
    names = [fold(name) for name in (row.name, row.body.get("acronym") or "", *row.body["title"].values())]
    if typed in names:
        return 0
    return 1 if any(name.startswith(typed) for name in names) else 2
