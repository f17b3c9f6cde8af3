"""Lists that were pasted into a form: their lines become rows at the end of a list, none twice."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repository.faces.pages.deposit.form_paths import value_at
from repository.faces.pages.deposit.people_lines import orcids_of, people_of
from repository.faces.pages.deposit.work_lines import key_of, works_of

RELATION = "paste.relation"
"""The control with the relation of all works that are pasted."""
_PEOPLE = ("metadata.creators", "metadata.contributors")
_WORKS = "metadata.related_identifiers"
PASTED = (*_PEOPLE, _WORKS)
"""Lists that can be pasted; the control of one is named ``paste.`` and its path."""
_ROLE = "paste.role"


@dataclass(frozen=True, slots=True)
class PasteCount:
    """How many rows a paste has added, and how many were in the list already."""

    added: int = 0
    twice: int = 0


def with_pasted(document: dict[str, Any], typed: Mapping[str, str]) -> PasteCount:
    """Append to the lists of a document what was pasted for them, and return how many that were."""
    added = twice = 0
    for path in PASTED:
        text = typed.get(f"paste.{path}", "").strip()
        if not text:
            continue
        rows = _works(text, typed) if path == _WORKS else _people(path, text, typed)
        kept = value_at(document, path)
        known = {_mark(path, row) for row in kept or ()} if isinstance(kept, list) else set()
        new = [row for mark, row in ((_mark(path, row), row) for row in rows) if not _is_known(mark, known)]
        if new:
            document["metadata"][path.rpartition(".")[2]] = [*(kept if isinstance(kept, list) else ()), *new]
        added, twice = added + len(new), twice + len(rows) - len(new)
    return PasteCount(added, twice)


def _works(text: str, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    return works_of(text, typed.get(RELATION, ""))


def _people(path: str, text: str, typed: Mapping[str, str]) -> list[dict[str, Any]]:
    role = typed.get(_ROLE, "") if path == "metadata.contributors" else ""
    return [{**person, **({"role": {"id": role}} if role else {})} for person in people_of(text)]


def _mark(path: str, row: object) -> object:
    """Return what makes a row the same as another, None where nothing does."""
    return key_of(row) if path == _WORKS else next(iter(orcids_of([row])), None)


def _is_known(mark: object, known: set[object]) -> bool:
    """Return whether a row with this mark was there before, and note it."""
    if mark is None or mark not in known:
        known.add(mark)
        return False
    return True
