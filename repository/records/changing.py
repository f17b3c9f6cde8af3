"""A published version changes: the one place that dates it, so that whoever follows changes misses none.

The date is announced before it is taken (`foundation.horizon`), and the one before it is kept: a catalogue that walks a
list of all versions in the order of their datestamps gets each of them once, also those that change meanwhile.

Who calls this has locked the version's row and read it since.
"""

from repository.access.terms import PUBLIC
from repository.foundation.work import Work
from repository.records.model import PastDatestamp, Version


def note_change(work: Work, version: Version) -> None:
    """Readers, the index and catalogues notice that `version` is another than it was."""
    version.change += 1
    version.updated = work.dated()
    note_for_catalogues(work, version)


def note_for_catalogues(work: Work, version: Version) -> None:
    """Catalogues notice it, and nobody else: what they keep of `version` beside its description is another."""
    at = work.dated()
    if version.datestamp != at:
        work.session.add(PastDatestamp(datestamp=version.datestamp, version_id=version.id, until=at))
        version.datestamp = at


def note_exposure(version: Version) -> None:
    """Keep in mind what the public could read of `version` since its description or access was changed.

    The type of what is no longer public stays the one that the public knows.
    """
    public = version.record_access == PUBLIC
    if public or not version.exposed:
        term = version.description.get("resource_type")
        version.resource_type = term.get("id") if isinstance(term, dict) else None
    version.exposed = bool(version.exposed) or public
