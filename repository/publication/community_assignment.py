"""Put a dataset into a community, or take it out.

A community is a name here: catalogues harvest its datasets as a set, and identifiers that are minted from then on come
from its registrars and its own series.  What was minted before keeps its identifiers.
"""

import re
from collections.abc import Mapping

from sqlalchemy import select

from repository.access.policy import Action, Resource, must
from repository.core.errors import Invalid, NotFound
from repository.core.unit_of_work import UnitOfWork
from repository.deposits.model import Draft
from repository.publication.facts import CommunityAssigned
from repository.records.change_tracking import touch_for_harvesters
from repository.records.model import Concept, Version
from repository.records.queries import UNKNOWN

SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")


def read_slug(raw: Mapping[str, object]) -> str:
    """The community in a body of the contract (section 1.8); raises `Invalid`.

    A dataset belongs to one community at a time.
    """
    named = raw.get("communities")
    if not isinstance(named, list) or len(named) != 1 or not isinstance(named[0], Mapping):
        raise Invalid.field("communities", 'Name one community, as in [{"id": "j00189"}].')
    slug = named[0].get("id")
    if not isinstance(slug, str) or not SLUG.fullmatch(slug):
        reason = "The identifier should contain only lower-case letters, numbers, or dashes."
        raise Invalid.field("communities.0.id", reason)
    return slug


def join_community(unit: UnitOfWork, number: int, slug: str) -> Concept:
    """Put the dataset of a draft or version into a community; raises `NotFound`, `Forbidden`."""
    return _assigned(unit, number, slug)


def leave_community(unit: UnitOfWork, number: int, slug: str) -> Concept:
    """Take the dataset out of a community; raises `NotFound`, `Forbidden`, `Invalid` when it is not in it."""
    if _concept_of(unit, number).community != slug:
        raise Invalid.field("communities.0.id", "The record is not in this community.")
    return _assigned(unit, number, None)


def _assigned(unit: UnitOfWork, number: int, slug: str | None) -> Concept:
    concept = _concept_of(unit, number)
    if concept.community == slug:
        return concept
    concept.community = slug
    versions = unit.session.scalars(
        select(Version).where(Version.concept_id == concept.id).order_by(Version.id).with_for_update()
    ).all()
    for version in versions:
        version.cache_version += 1
        touch_for_harvesters(unit, version)
    unit.emit(CommunityAssigned(concept.id, slug, [version.id for version in versions]))
    unit.session.flush()
    return concept


def _concept_of(unit: UnitOfWork, number: int) -> Concept:
    """The concept of a draft or version, locked; its row is the turnstile of all that changes its versions."""
    must(unit.actor, Action.ASSIGN_COMMUNITY, Resource())
    for table in (Version, Draft):
        concept_id = unit.session.scalar(select(table.concept_id).where(table.id == number))
        if concept_id is not None:
            return unit.session.get_one(Concept, concept_id, with_for_update=True, populate_existing=True)
    raise NotFound(UNKNOWN)
