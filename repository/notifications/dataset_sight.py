"""What a reader may see of the datasets that notices are about, in three statements for any number of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from repository.access.policy import Action, Resource, may
from repository.access.queries import grants_held, held_values
from repository.core.actor import Actor
from repository.core.database.id_list import in_list
from repository.core.unit_of_work import Snapshot
from repository.deposits.model import Draft, DraftKind
from repository.records.model import Concept, Version
from repository.records.queries import resource_of


@dataclass(frozen=True, slots=True)
class DatasetSight:
    """A dataset as its reader finds it: a title, and the path of its page."""

    title: str
    path: str


_CONCEPTS = select(Concept.id, Concept.latest_id, grants_held(Concept.id)).where(in_list(Concept.id, "ids"))
_VERSIONS = select(Version).where(in_list(Version.id, "ids"))
_DRAFTS = select(Draft).where(in_list(Draft.concept_id, "ids"), Draft.kind == DraftKind.NEW.value)


def dataset_sights(snapshot: Snapshot, reader: Actor, concept_ids: Iterable[int]) -> Mapping[int, DatasetSight]:
    """Return, by concept, what `reader` may see of it now; datasets that they may not read are left out."""
    concepts = snapshot.session.execute(_CONCEPTS, {"ids": set(concept_ids), **held_values(reader)}).all()
    latest = _by_id(snapshot.session.scalars(_VERSIONS, {"ids": {row.latest_id for row in concepts if row.latest_id}}))
    unpublished = {row.id for row in concepts if row.latest_id is None}
    drafts = {draft.concept_id: draft for draft in snapshot.session.scalars(_DRAFTS, {"ids": unpublished})}
    sights: dict[int, DatasetSight] = {}
    for row in concepts:
        version, draft = latest.get(row.latest_id), drafts.get(row.id)
        if version is not None and may(reader, Action.READ_RECORD, resource_of(version, row.grants)):
            sights[row.id] = DatasetSight(_title(version), f"/records/{version.id}")
        elif draft is not None and may(reader, Action.READ_DRAFT, Resource(row.grants)):
            sights[row.id] = DatasetSight(_title(draft), f"/uploads/{draft.id}")
    return sights


def _by_id(versions: Iterable[Version]) -> Mapping[int | None, Version]:
    return {version.id: version for version in versions}


def _title(described: Any) -> str:
    withdrawn = getattr(described, "withdrawn_at", None) is not None
    title = "" if withdrawn else str(described.description.get("title") or "")
    return title or f"#{described.concept_id}"
