"""Check the body of a draft before a transaction is open: no writer waits while somebody's metadata are read."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from types import MappingProxyType
from typing import Any

import orjson

from repository.access.access_terms import AccessTerms
from repository.core.errors import SENT, FieldError, TooLarge, bounded
from repository.core.site import Site
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.draft_identifiers import faults_of_schemes
from repository.deposits.metadata.json_sanitize import Unstorable, storable
from repository.deposits.metadata.loading import load_metadata
from repository.deposits.metadata.organisation_names import OrganisationNames
from repository.deposits.rules import WRITABLE, FilesOptions, read_body

JsonObject = dict[str, Any]
StoredFault = dict[str, Any]
MOST_BYTES = 8 << 20
"""JSON of one draft: more than one body can have, because formatted texts may grow when they are cleaned"""


@dataclass(frozen=True, slots=True)
class CheckedBody:
    """A checked body; None is a part that it does not mention. `faults` are as every database can keep them.

    `pids` are as they were sent, but storable: only the database knows which of them are free.
    """

    metadata: JsonObject | None
    terms: AccessTerms | None
    files: FilesOptions | None
    custom_fields: JsonObject | None
    pids: object
    mentioned: frozenset[str]
    faults: Sequence[StoredFault]

    def without_metadata(self) -> "CheckedBody":
        """Return a body that says of the metadata that there are none."""
        return replace(self, metadata={}, mentioned=self.mentioned | {"metadata"})


def read_draft_body(
    site: Site,
    vocabularies: Vocabularies,
    raw: Mapping[str, Any],
    names: OrganisationNames = MappingProxyType({}),
) -> CheckedBody:
    """Return `raw` with its faults; raise `TooLarge` if a draft cannot hold so much.

    `names` are those of organisations that it names by their ids alone.
    """
    body = read_body(raw, site.today())
    faults = list(body.errors)
    metadata = None
    if "metadata" in raw:
        loaded = load_metadata(raw["metadata"], vocabularies, names)
        metadata = loaded.metadata
        faults += loaded.errors
    pids, unstorable = _storable_pids(raw.get("pids"))
    faults += (*unstorable, *faults_of_schemes(site, pids))
    stored = stored_faults(faults)
    require_room(metadata, body.custom_fields, stored)
    return CheckedBody(
        metadata=metadata,
        terms=body.terms,
        files=body.files,
        custom_fields=body.custom_fields,
        pids=pids,
        mentioned=frozenset(name for name in WRITABLE if raw.get(name) is not None) | ({"metadata"} & raw.keys()),
        faults=stored,
    )


def stored_faults(faults: Iterable[FieldError]) -> list[StoredFault]:
    """Return a bounded number of faults, each once, as a draft keeps them."""
    return _each_once(map(_keepable, bounded(faults, WRITABLE)))


def joined_faults(
    stored: Sequence[StoredFault], new: Sequence[FieldError], old: Iterable[StoredFault]
) -> list[StoredFault]:
    """Return all faults as a draft keeps them; those that are `new` keep nothing but what is storable."""
    storable_news = (storable(replace(fault, sent=None).as_json()) | _sent_with(fault) for fault in new)
    every = (FieldError.from_json(fault) for fault in chain(stored, storable_news, old))
    return _each_once(fault.as_json() for fault in bounded(every, WRITABLE))


def _sent_with(fault: FieldError) -> JsonObject:
    return {} if fault.sent is None else {SENT: fault.sent}


def _each_once(faults: Iterable[StoredFault]) -> list[StoredFault]:
    """Return the faults without repetitions: two names that no database can keep may be one by now."""
    return list({(fault["field"], *fault["messages"]): fault for fault in faults}.values())


def _storable_pids(raw: object) -> tuple[object, list[FieldError]]:
    """Return the identifiers of a body as they can be kept, and a fault for each without such a form."""
    if not isinstance(raw, Mapping):
        return raw, []
    kept: JsonObject = {}
    faults = []
    for scheme, value in raw.items():
        try:
            kept |= storable({scheme: value})
        except Unstorable as error:
            faults.append(FieldError.of(f"pids.{storable(scheme)}", str(error)))
    return kept, faults


def require_room(*parts: object) -> None:
    """Raise `TooLarge` if the parts of a draft have together more bytes of JSON than it may keep."""
    if sum(len(orjson.dumps(part)) for part in parts if part) > MOST_BYTES:
        raise TooLarge(f"A draft may have at most {MOST_BYTES} bytes.")


def merge(current: Any, patch: Any) -> Any:
    """Merge as in RFC 7396: objects merge member by member, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return patch
    result = dict(current) if isinstance(current, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merge(result.get(name), value)
    return result


def _keepable(fault: FieldError) -> StoredFault:
    """Return the fault as every database can keep it; what was sent may have no such form."""
    try:
        kept: StoredFault = storable(fault.as_json())
    except Unstorable:
        kept = storable(replace(fault, sent=None).as_json())
    return kept


def is_kept(fault: StoredFault, mentioned: Iterable[str]) -> bool:
    """Return whether an earlier fault still stands when a body has come that mentions these parts.

    Of the files those stand that keep what was sent: the list of files shows their other faults.
    """
    part = str(fault["field"]).partition(".")[0]
    return part in WRITABLE and part not in mentioned and (SENT in fault or part != "files")
