"""Define communities and give them other titles."""

from collections.abc import Mapping

from repository.access.policy import Action, Resource, must
from repository.communities.facts import CommunityDefined, CommunityRenamed
from repository.communities.model import Community
from repository.communities.queries import community_for_change, is_taken
from repository.communities.rules import require_slug, require_titles
from repository.core.errors import Invalid
from repository.core.unit_of_work import UnitOfWork


def define_community(unit: UnitOfWork, slug: str, titles: Mapping[str, str]) -> Community:
    """Make a community; raise `Forbidden`, and `Invalid` for a slug that is taken or titles that cannot be."""
    must(unit.actor, Action.MANAGE_COMMUNITIES, Resource())
    community = Community(slug=require_slug(slug), titles=require_titles(titles), created=unit.now)
    if is_taken(unit, slug):
        raise Invalid.field("slug", "A community with this identifier already exists.")
    unit.session.add(community)
    unit.session.flush()
    unit.emit(CommunityDefined(community.id, slug, community.titles))
    return community


def rename_community(unit: UnitOfWork, slug: str, titles: Mapping[str, str]) -> Community:
    """Give a community other titles; languages that are not named keep theirs, an empty title is removed.

    Raises `Forbidden`, `NotFound`, and `Invalid` when no title would be left.
    """
    must(unit.actor, Action.MANAGE_COMMUNITIES, Resource())
    community = community_for_change(unit, slug)
    renamed = require_titles({**community.titles, **titles})
    if renamed != community.titles:
        community.titles, community.change = renamed, community.change + 1
        unit.emit(CommunityRenamed(community.id, slug, renamed))
        unit.session.flush()
    return community
