"""What communities contribute: their tables, facts and commands."""

from repository.communities import model
from repository.communities.community_commands import communities
from repository.communities.facts import CommunityAssigned, CommunityDefined, CommunityRenamed
from repository.feature import Feature

FEATURE = Feature(
    "communities",
    facts=(CommunityAssigned, CommunityDefined, CommunityRenamed),
    tables=(model,),
    commands=(communities,),
)
