"""Facts about communities."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class CommunityDefined(Fact):
    """A community was defined; `titles` are by language."""

    community_id: int
    slug: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)

    words = FactPhrase("defined the community {slug}", "定义社区 {slug}")


@dataclass(frozen=True, slots=True)
class CommunityRenamed(Fact):
    """A community has new `titles`, by language."""

    community_id: int
    slug: str | None = None
    titles: Mapping[str, str] = field(default_factory=dict)

    words = FactPhrase("renamed the community {slug}", "更改社区名称 {slug}")


@dataclass(frozen=True, slots=True)
class CommunityAssigned(Fact):
    """The communities of a concept changed: it is in those with these slugs, one the `default`; `versions` are all."""

    concept_id: int
    communities: Sequence[str] = ()
    default: str | None = None
    versions: Sequence[int] = ()

    words = FactPhrase("changed the communities of the dataset", "更改数据集所属社区")
