"""Identifiers of related works in a pasted list, one a line, as rows of a form."""

import re
from collections.abc import Iterator
from typing import Any

from repository.dataset.schemes import OF_RELATED, detect, is_valid, normalise

MOST_LINES = 1_000
_BETWEEN = re.compile(r"[\n\t，；、]|[,;]\s")


def works_of(text: str, relation: str) -> list[dict[str, Any]]:
    """Return the works of a pasted text in a relation; what no scheme recognises stays as it was typed."""
    return [_work(line, relation) for line in _lines(text)][:MOST_LINES]


def key_of(row: object) -> tuple[str, str]:
    """Return what makes a row another than the rest: its identifier in the normal form, and its relation."""
    if not isinstance(row, dict):
        return "", ""
    text = str(row.get("identifier") or "")
    scheme = row.get("scheme") or detect(text, OF_RELATED)
    is_known = isinstance(scheme, str) and scheme in OF_RELATED and is_valid(scheme, text)
    normal = normalise(str(scheme), text) if is_known else text
    relation = row.get("relation_type")
    return normal.casefold(), str(relation.get("id") or "") if isinstance(relation, dict) else ""


def _lines(text: str) -> Iterator[str]:
    for line in _BETWEEN.split(text):
        plain = line.strip().rstrip(".,;")
        if plain:
            yield plain


def _work(text: str, relation: str) -> dict[str, Any]:
    scheme = detect(text, OF_RELATED)
    known = {"scheme": scheme, "identifier": normalise(scheme, text)} if scheme else {"identifier": text}
    return {**known, **({"relation_type": {"id": relation}} if relation else {})}
