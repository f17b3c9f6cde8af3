"""Reading communities and the datasets in them."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, func, or_, select

from repository.communities.model import Community, CommunityDataset
from repository.communities.rules import id_in, is_slug
from repository.core.database.id_list import in_list
from repository.core.errors import Invalid, NotFound
from repository.core.unit_of_work import Snapshot, UnitOfWork

UNKNOWN = "There is no such community."


class Membership(NamedTuple):
    """A community that a dataset is in."""

    community: Community
    is_default: bool


_MEMBERSHIPS = (
    select(CommunityDataset.concept_id, Community, CommunityDataset.is_default)
    .join(Community, CommunityDataset.community_id == Community.id)
    .where(in_list(CommunityDataset.concept_id, "concepts"))
    .order_by(CommunityDataset.is_default.desc(), CommunityDataset.at, Community.id)
)


def communities_of(snapshot: Snapshot, concept_ids: Collection[int]) -> Mapping[int, Sequence[Membership]]:
    """Return the communities of each concept, its default first, in one query, or none for no concepts."""
    memberships: dict[int, list[Membership]] = {}
    if concept_ids:
        for concept_id, community, is_default in snapshot.session.execute(_MEMBERSHIPS, {"concepts": concept_ids}):
            memberships.setdefault(concept_id, []).append(Membership(community, is_default))
    return memberships


_NAMED = select(Community).where(
    or_(in_list(Community.id, "ids"), Community.slug.in_(bindparam("slugs", expanding=True)))
)


def communities_named(snapshot: Snapshot, names: Sequence[str], field: str) -> Sequence[Community]:
    """Return the communities with these ids or slugs; raise `Invalid` for an unknown one at its place in `field`.

    `field` is the path of a name, with ``{}`` for its place in the list.
    """
    ids = {name: community_id for name in names if (community_id := id_in(name)) is not None}
    slugs = [name for name in names if is_slug(name) and name not in ids]
    rows = snapshot.session.scalars(_NAMED, {"ids": list(ids.values()), "slugs": slugs}).all()
    by_key: dict[int | str, Community] = {key: row for row in rows for key in (row.id, row.slug)}
    for place, name in enumerate(names):
        if ids.get(name, name) not in by_key:
            raise Invalid.field(field.format(place), UNKNOWN)
    return [by_key[ids.get(name, name)] for name in names]


_FOR_CHANGE = select(Community).where(Community.slug == bindparam("slug")).with_for_update()


def community_for_change(unit: UnitOfWork, slug: str) -> Community:
    """Return a community, locked until this transaction ends; raise `NotFound`."""
    community = unit.session.scalar(_FOR_CHANGE, {"slug": slug}) if is_slug(slug) else None
    if community is None:
        raise NotFound(UNKNOWN)
    return community


def is_taken(snapshot: Snapshot, slug: str) -> bool:
    return snapshot.session.scalar(select(Community.id).where(Community.slug == slug)) is not None


_COUNTED = (
    select(Community, func.count(CommunityDataset.concept_id))
    .outerjoin(CommunityDataset, CommunityDataset.community_id == Community.id)
    .group_by(Community.id)
    .order_by(Community.slug)
)


def counted_communities(snapshot: Snapshot) -> Sequence[tuple[Community, int]]:
    """Return all communities by slug, each with the number of its datasets."""
    return [(row[0], row[1]) for row in snapshot.session.execute(_COUNTED)]
