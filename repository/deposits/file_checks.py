"""What would become of files that somebody is about to send: told before the first byte, and nothing is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from repository.access.policy import Action
from repository.core.errors import Forbidden, OverQuota
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.deposits.queries import readable_draft
from repository.deposits.record_limits import limits_of, require_bytes
from repository.files.model import FileEntry, FileSet
from repository.files.name_clashes import Names, names_apart
from repository.files.queries import entries_named, file_set
from repository.files.rules import Declared, fault_of_key
from repository.files.uploads import names_near, require_open
from repository.people.quotas import person_quota
from repository.records.model import Concept


class CheckOutcome(StrEnum):
    """Of a file to come: `THERE` is one whose name the draft has already, whatever its bytes."""

    NEW = "new"
    THERE = "there"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CheckedName:
    """What would become of a file: `reason` says why it would be refused, `entry` is what has its name."""

    file: Declared
    outcome: CheckOutcome
    reason: str = ""
    entry: FileEntry | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """Files and bytes that the sender has in mind beside those that are asked about."""

    files: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class CheckedNames:
    """What would become of files, in their order; `fault` says why they cannot be taken all together, or is empty."""

    files: Sequence[CheckedName]
    fault: str = ""


def check_files(
    snapshot: Snapshot, site: Site, draft_id: int, coming: Sequence[Declared], beside: Expected
) -> CheckedNames:
    """Say of each file, whose size is known, what would become of it, and whether all fit, with those `beside`.

    Raises `NotFound` and `Forbidden`.
    """
    draft, concept = readable_draft(snapshot, draft_id, Action.CHANGE_DRAFT)
    if not draft.files_enabled:
        raise Forbidden("Files are not enabled.")
    files = file_set(snapshot, draft.file_set_id)
    require_open(files.state)
    checked = _checked(snapshot, files, coming, limits_of(concept).file_bytes(site))
    new = [planned.file.size or 0 for planned in checked if planned.outcome is CheckOutcome.NEW]
    more = Expected(beside.files + len(new), beside.bytes + sum(new))
    return CheckedNames(checked, _fault_of_all(snapshot, site, concept, files, more))


def _checked(snapshot: Snapshot, files: FileSet, coming: Sequence[Declared], most_bytes: int) -> Sequence[CheckedName]:
    sound = [file for file in coming if fault_of_key(file.key) is None]
    named = names_apart(sound)
    near = names_near(snapshot, files, named) if files.count and named.declared else ()
    entries = {entry.key: entry for entry in entries_named(snapshot, files.id, {file.key for file in sound})}
    names = Names(near)
    return [_outcome(file, entries.get(file.key), names, most_bytes) for file in coming]


def _outcome(file: Declared, entry: FileEntry | None, names: Names, most_bytes: int) -> CheckedName:
    reason = fault_of_key(file.key)
    if reason is None and file.size is not None and file.size > most_bytes:
        reason = f"A file has at most {most_bytes} bytes."
    if reason is None and entry is not None:
        return CheckedName(file, CheckOutcome.THERE, entry=entry)
    reason = reason or names.clash(file.key)
    if reason is not None:
        return CheckedName(file, CheckOutcome.REFUSED, reason)
    names.add(file.key)
    return CheckedName(file, CheckOutcome.NEW)


def _fault_of_all(snapshot: Snapshot, site: Site, concept: Concept, files: FileSet, more: Expected) -> str:
    limits = limits_of(concept)
    most = limits.files(site)
    if more.files and files.count + more.files > most:
        return f"A record holds at most {most} files."
    if not more.bytes:
        return ""
    try:
        require_bytes(snapshot, limits, files, more.bytes)
        is_own = concept.owner_id == snapshot.actor.person_id
        person_quota(snapshot, site, concept.owner_id).require_room(more.bytes, own=is_own)
    except OverQuota as refusal:
        return refusal.reason
    return ""
