"""A restore: first the objects that the store lacks, then the database, which changes whole or not at all."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from repository.backup.manifest import Manifest, read_manifest, require_whole
from repository.backup.object_copies import (
    ObjectFate,
    Tally,
    bring_back,
    carry,
    listed_in,
    only_look,
    unknown_objects,
)
from repository.core.errors import Conflict, Unsuitable
from repository.engines.copies.port import DatabaseCopies
from repository.engines.store.port import ByteStore


@dataclass(frozen=True, slots=True)
class Younger:
    """Objects of the store that the restored database does not know: sent since the backup, or left over."""

    count: int = 0
    size: int = 0
    newest: datetime | None = None


@dataclass(frozen=True, slots=True)
class Restored:
    """`former` says in words where the database is that was there before."""

    manifest: Manifest
    objects: Tally
    younger: Younger
    former: str

    @property
    def filled(self) -> bool:
        """Whether the store has what the database refers to, as far as any backup could bring it back."""
        return self.manifest.included or not self.objects.bad

    @property
    def store_stayed(self) -> bool:
        """Whether the store had everything without this backup: then it was not lost with the database."""
        return self.manifest.included and not self.objects.counts[ObjectFate.COPIED]


def put_back(copies: DatabaseCopies, store: ByteStore, folder: Path, *, replace: bool) -> Restored:
    """Put the backup in `folder` in the place of database and store.

    Raises `Unsuitable` for what is no whole backup of this kind of database, and `Conflict` where a database is and
    none is to be replaced, or while a server works on it.
    """
    manifest = read_manifest(folder)
    if manifest.kind != copies.kind:
        raise Unsuitable(f"The backup is of {manifest.kind}, and the settings name a database of {copies.kind}.")
    database, objects = (require_whole(folder, file) for file in (manifest.database, manifest.objects))
    if not replace and not copies.is_empty():
        raise Conflict("There is a database already. To put the backup in its place say --replace.")
    copies.require_unused()
    store.prepare()
    if manifest.included:
        tally = carry(listed_in(objects), lambda listed: bring_back(store, listed, folder))
    else:
        tally = carry(listed_in(objects), lambda listed: only_look(store, listed))
    former = copies.put_back(database, manifest.rows)
    return Restored(manifest, tally, _younger(store, objects), former)


def _younger(store: ByteStore, objects: Path) -> Younger:
    younger = Younger()
    for stored in unknown_objects(store, listed_in(objects)):
        newest = max(filter(None, (younger.newest, stored.modified)))
        younger = Younger(younger.count + 1, younger.size + stored.size, newest)
    return younger
