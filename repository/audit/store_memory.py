"""What the store remembers of the chain: the number and the hash of a recent seal, outside of the database.

The mark ``audit`` moves on with the chain, and never over what does not fit: a chain that was cut or made anew leaves
it as it is, so that it goes on telling.  A restored database has such a chain too, until
`repository restore --advance` takes it as the one that holds.
"""

from dataclasses import dataclass
from enum import StrEnum

from repository.audit.queries import Head, hash_of, head_of
from repository.core.actor import SYSTEM
from repository.core.unit_of_work import Database, Snapshot
from repository.engines.store.port import StoreMarks

MARK = "audit"


class Agreement(StrEnum):
    """How the chain fits to what the store remembers."""

    SAME = "same"
    SHORTER = "shorter"
    """the end of the chain is missing"""
    OTHER = "other"
    """the chain is not the one that the store knew"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The seal that the store remembers, None for none, and whether the chain has it."""

    remembered: Head | None
    agreement: Agreement


def remembered_head(marks: StoreMarks) -> Head | None:
    """Return the seal that the store remembers; what is no mark of ours is one that no chain has."""
    content = marks.read(MARK)
    if content is None:
        return None
    number, _, digest = content.decode("utf-8", "replace").partition(" ")
    return Head(int(number) if number.isdecimal() else 0, digest)


def compare(snapshot: Snapshot, remembered: Head | None) -> Comparison:
    """Return whether the chain still has the seal that the store remembers."""
    if remembered is None:
        return Comparison(None, Agreement.SAME)
    here = hash_of(snapshot, remembered.number)
    if here is None:
        return Comparison(remembered, Agreement.SHORTER)
    return Comparison(remembered, Agreement.SAME if here == remembered.hash else Agreement.OTHER)


def remember_head(database: Database, marks: StoreMarks) -> Comparison:
    """Let the store remember the newest seal, if the chain has the former one; raises `Unavailable`."""
    remembered = remembered_head(marks)  # before the chain, which is never behind it then
    with database.snapshot(SYSTEM) as snapshot:
        comparison, head = compare(snapshot, remembered), head_of(snapshot)
    if comparison.agreement is Agreement.SAME and head.number and head != remembered:
        _write(marks, head)
    return comparison


def accept_head(database: Database, marks: StoreMarks) -> Head | None:
    """Let the store take the chain as the one that holds; return the seal that it forgets."""
    remembered = remembered_head(marks)
    with database.snapshot(SYSTEM) as snapshot:
        comparison, head = compare(snapshot, remembered), head_of(snapshot)
    if comparison.agreement is Agreement.SAME:
        return None
    _write(marks, head)
    return remembered


def _write(marks: StoreMarks, head: Head) -> None:
    marks.write(MARK, f"{head.number} {head.hash}".encode())
