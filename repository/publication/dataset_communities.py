"""Put a dataset into communities, take it out, and choose the default.

Catalogues harvest a community's datasets as a set, so its versions get a new datestamp.  Identifiers that are minted
from then on come from the registrars and the series of the default; what was minted before stays.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from repository.access.policy import Action, Resource, must
from repository.communities.facts import CommunityAssigned
from repository.communities.membership import assign, make_default, unassign
from repository.communities.model import Community
from repository.communities.queries import communities_named, communities_of
from repository.core.errors import Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.deposits.model import Draft
from repository.records.change_tracking import touch_for_harvesters
from repository.records.model import Concept, Version
from repository.records.queries import UNKNOWN

NOT_IN_IT = "The record is not in this community."
_IN_LIST, _DEFAULT = "communities.{}.id", "default"


def assign_communities(unit: UnitOfWork, record_id: int, names: Sequence[str]) -> Sequence[Community]:
    """Put the dataset of a draft or version into communities, named by ids or slugs; return them.

    Raises `NotFound` for the record, `Forbidden`, and `Invalid` for an unknown community; then nothing is changed.
    """
    concept = _concept_for_change(unit, record_id)
    communities = communities_named(unit, names, _IN_LIST)
    if assign(unit, concept.id, communities):
        _announce(unit, concept, for_harvesters=True)
    return communities


def unassign_communities(unit: UnitOfWork, record_id: int, names: Sequence[str]) -> Sequence[Community]:
    """Take the dataset of a draft or version out of communities; return them.

    Raises `NotFound` for the record, `Forbidden`, and `Invalid` for a community that it is not in.
    """
    concept = _concept_for_change(unit, record_id)
    communities = communities_named(unit, names, _IN_LIST)
    _require_member(unit, concept, communities, _IN_LIST)
    unassign(unit, concept.id, communities)
    _announce(unit, concept, for_harvesters=True)
    return communities


def set_default_community(unit: UnitOfWork, record_id: int, name: str) -> Community:
    """Choose the default among the communities that a dataset is in; sets of harvesters do not change by it.

    Raises `NotFound` for the record, `Forbidden`, and `Invalid` for a community that it is not in.
    """
    concept = _concept_for_change(unit, record_id)
    [community] = communities_named(unit, [name], _DEFAULT)
    _require_member(unit, concept, [community], _DEFAULT)
    if make_default(unit, concept.id, community):
        _announce(unit, concept, for_harvesters=False)
    return community


_CONCEPT_OF = [select(table.concept_id).where(table.id == bindparam("id")) for table in (Version, Draft)]


def _concept_for_change(unit: UnitOfWork, record_id: int) -> Concept:
    """Return the concept of a draft or version, locked: its row is the turnstile of all that changes its versions."""
    must(unit.actor, Action.ASSIGN_COMMUNITY, Resource())
    for statement in _CONCEPT_OF:
        concept_id = unit.session.scalar(statement, {"id": record_id})
        if concept_id is not None:
            return unit.session.get_one(Concept, concept_id, with_for_update=True, populate_existing=True)
    raise NotFound(UNKNOWN)


def _require_member(snapshot: Snapshot, concept: Concept, communities: Sequence[Community], field: str) -> None:
    members = {membership.community.id for membership in communities_of(snapshot, [concept.id]).get(concept.id, ())}
    for place, community in enumerate(communities):
        if community.id not in members:
            raise Invalid.field(field.format(place), NOT_IN_IT)


_VERSIONS = select(Version).where(Version.concept_id == bindparam("concept")).order_by(Version.id).with_for_update()


def _announce(unit: UnitOfWork, concept: Concept, *, for_harvesters: bool) -> None:
    """Tell readers, and harvesters if sets changed, that versions are in other communities."""
    versions = unit.session.scalars(_VERSIONS, {"concept": concept.id}).all()
    for version in versions:
        version.cache_version += 1
        if for_harvesters:
            touch_for_harvesters(unit, version)
    unit.session.flush()
    unit.session.expire(concept, ["default_community"])
    slugs = [member.community.slug for member in communities_of(unit, [concept.id]).get(concept.id, ())]
    unit.emit(CommunityAssigned(concept.id, slugs, concept.default_community, [version.id for version in versions]))
