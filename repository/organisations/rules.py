"""One entry of ROR as the repository keeps it, and the words by which it is found.

Source: the ROR schema, version 2.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.dataset.schemes import is_valid, normalise
from repository.dataset.vocabularies import fold

MOST_NAME = 500
MOST_NAMES = 200
LONGEST_WORD = 24
LONGEST_RUN = 8
"""characters of Chinese, Japanese or Korean that one word has"""
MOST_WORDS = 400
"""of one organisation"""
SHOWN = "ror_display"
FUNDER = "funder"
WITHDRAWN = "withdrawn"
FUNDER_PREFIX = "10.13039/"
_SCHEMES = {"grid": "grid", "isni": "isni", "fundref": "crossreffunderid", "wikidata": "wikidata"}
_IDEOGRAPHS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{_IDEOGRAPHS}]+|[^\W_{_IDEOGRAPHS}]+")
_IDEOGRAPH = re.compile(rf"[{_IDEOGRAPHS}]")


class BadEntry(ValueError):
    """An entry that is none of an organisation, with the reason."""


@dataclass(frozen=True, slots=True)
class OrganisationEntry:
    """An organisation: `identifiers` lead to it, `words` are those of its names with their weights."""

    ror: str
    name: str
    is_funder: bool
    body: Mapping[str, Any]
    identifiers: Sequence[str]
    words: Mapping[str, int]


def entry_of(raw: object) -> OrganisationEntry:
    """Return an entry of ROR's dump; raise `BadEntry` for one that cannot be kept."""
    if not isinstance(raw, dict) or not isinstance(raw.get("id"), str) or not is_valid("ror", raw["id"]):
        raise BadEntry("has no ROR id")
    names = list(_names(raw.get("names")))
    shown = next((name for name, types, _ in names if SHOWN in types), None)
    if shown is None:
        raise BadEntry("has no name that ROR shows")
    ror = normalise("ror", raw["id"])
    ids = _identifiers(raw.get("external_ids"), ror)
    types = sorted(_texts(raw.get("types")))
    funds = [entry["identifier"] for entry in ids if entry["scheme"] == "crossreffunderid"]
    status = raw.get("status") if raw.get("status") in ("active", "inactive", WITHDRAWN) else "active"
    acronyms = [name for name, kinds, _ in names if "acronym" in kinds]
    body = {
        "id": ror,
        "name": shown,
        "title": _titles(names, shown),
        "acronym": acronyms[0] if acronyms else None,
        "aliases": [name for name, kinds, _ in names if "alias" in kinds],
        "identifiers": ids,
        **_place(raw.get("locations")),
        "domains": sorted(_texts(raw.get("domains"))),
        "status": status,
        "types": types,
    }
    words = {} if status == WITHDRAWN else _weighted([*(name for name, _, _ in names), ror])
    kept = {name: value for name, value in body.items() if value}
    return OrganisationEntry(ror, shown, FUNDER in types or bool(funds), kept, [ror, *funds], words)


def _names(raw: object) -> Iterator[tuple[str, Sequence[str], str | None]]:
    """Yield text, types and language of each name that can be kept."""
    for entry in _objects(raw)[:MOST_NAMES]:
        text = _text(entry.get("value"))
        if text:
            language = entry.get("lang")
            yield text, sorted(_texts(entry.get("types"))), language if isinstance(language, str) else None


def _titles(names: Iterable[tuple[str, Sequence[str], str | None]], shown: str) -> dict[str, str]:
    """Return the labels by language; the name that ROR shows stands for English if there is no English one."""
    titles: dict[str, str] = {}
    for name, types, language in names:
        if language and ("label" in types or SHOWN in types) and (language not in titles or SHOWN in types):
            titles[language[:20]] = name
    return {"en": titles.get("en", shown), **titles}


def _identifiers(raw: object, ror: str) -> list[dict[str, str]]:
    ids = [{"identifier": ror, "scheme": "ror"}]
    for entry in _objects(raw)[:20]:
        scheme = _SCHEMES.get(str(entry.get("type")))
        preferred, every = _text(entry.get("preferred")), sorted(_texts(entry.get("all")))
        for text in dict.fromkeys([*([preferred] if preferred else []), *every][:50]):
            if scheme and is_valid(scheme, text):
                ids.append({"identifier": normalise(scheme, text), "scheme": scheme})
    return ids


def _place(raw: object) -> dict[str, str]:
    """Return country and place of the first location."""
    details: object = next((entry.get("geonames_details") for entry in _objects(raw)), None)
    if not isinstance(details, dict):
        return {}
    return {
        "country": _text(details.get("country_code"))[:2].upper(),
        "country_name": _text(details.get("country_name")),
        "location_name": _text(details.get("name")),
    }


def _objects(raw: object) -> list[Mapping[str, Any]]:
    return [entry for entry in raw if isinstance(entry, dict)] if isinstance(raw, list) else []


def _texts(raw: object) -> set[str]:
    return {text for entry in raw if (text := _text(entry))} if isinstance(raw, list) else set()


def _text(raw: object) -> str:
    """Return a text that every database can keep, in one line; empty for anything else."""
    if not isinstance(raw, str) or "\x00" in raw or any("\ud800" <= character <= "\udfff" for character in raw):
        return ""
    return " ".join(raw.split())[:MOST_NAME]


def words_of(text: str) -> Sequence[str]:
    """Return the folded words of a text; a run of ideographs is one."""
    return [_cut(word) for word in _RUN.findall(fold(text))]


def _cut(word: str) -> str:
    return word[:LONGEST_RUN] if _IDEOGRAPH.match(word) else word[:LONGEST_WORD]


def _weighted(names: Iterable[str]) -> dict[str, int]:
    """Return the words of all names with the length of the shortest name that has them.

    A run of ideographs is also found by what it has further on: each of its ends is a word.
    """
    weights: dict[str, int] = {}
    for name in names:
        runs = _RUN.findall(fold(name))
        weight = sum(len(run) if _IDEOGRAPH.match(run) else 1 for run in runs)
        for run in runs:
            ends = (run[start:] for start in range(len(run))) if _IDEOGRAPH.match(run) else (run,)
            for word in map(_cut, ends):
                if word in weights or len(weights) < MOST_WORDS:
                    weights[word] = min(weight, weights.get(word, weight))
    return weights
