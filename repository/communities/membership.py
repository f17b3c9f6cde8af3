"""Put a dataset into communities, take it out, and choose its default.

The caller has locked the concept's row, which all changes of its communities lock.
"""

from collections.abc import Collection

from sqlalchemy import bindparam, select

from repository.communities.model import Community, CommunityDataset
from repository.core.unit_of_work import UnitOfWork


def assign(unit: UnitOfWork, concept_id: int, communities: Collection[Community]) -> bool:
    """Put a dataset into communities; return whether it was missing in one.  Its first community is its default."""
    members = {link.community_id for link in _links(unit, concept_id)}
    joined = dict.fromkeys(community.id for community in communities if community.id not in members)
    for place, community_id in enumerate(joined):
        is_default = not members and place == 0
        unit.session.add(
            CommunityDataset(concept_id=concept_id, community_id=community_id, is_default=is_default, at=unit.now)
        )
    unit.session.flush()
    return bool(joined)


def unassign(unit: UnitOfWork, concept_id: int, communities: Collection[Community]) -> None:
    """Take a dataset out of communities; if its default goes, the one that it joined first of the rest follows."""
    left = {community.id for community in communities}
    links = _links(unit, concept_id)
    for link in links:
        if link.community_id in left:
            unit.session.delete(link)
    # The index of one default would refuse the next before the last is gone.
    unit.session.flush()
    rest = [link for link in links if link.community_id not in left]
    if rest and not any(link.is_default for link in rest):
        rest[0].is_default = True
        unit.session.flush()


def make_default(unit: UnitOfWork, concept_id: int, community: Community) -> bool:
    """Make a community that a dataset is in its default; return whether it was another."""
    links = _links(unit, concept_id)
    chosen = next(link for link in links if link.community_id == community.id)
    if chosen.is_default:
        return False
    for link in links:
        link.is_default = False
    # The index of one default would refuse the next before the last is gone.
    unit.session.flush()
    chosen.is_default = True
    unit.session.flush()
    return True


_OF_CONCEPT = (
    select(CommunityDataset)
    .where(CommunityDataset.concept_id == bindparam("concept"))
    .order_by(CommunityDataset.at, CommunityDataset.community_id)
    .execution_options(populate_existing=True)
)


def _links(unit: UnitOfWork, concept_id: int) -> list[CommunityDataset]:
    return list(unit.session.scalars(_OF_CONCEPT, {"concept": concept_id}))
