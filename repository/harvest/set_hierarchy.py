"""The sets of items: by the community and the type of their datasets, and those that administrators define.

Only sets with items are listed; an empty set is as invisible as one that does not exist.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute

from repository.communities.model import Community, CommunityDataset
from repository.communities.rules import title_in
from repository.core.unit_of_work import Snapshot
from repository.dataset.vocabularies import Vocabularies
from repository.harvest.model import DefinedSet
from repository.harvest.queries import ChosenSet, HarvestItem, SetKind, named_sets_of
from repository.harvest.setspecs import COMMUNITY, TYPE, specs_of_community, specs_of_type
from repository.records.model import Version

TYPES = "resourcetypes"


@dataclass(frozen=True, slots=True)
class HarvestSet:
    """A set in the reply to ``ListSets``."""

    spec: str
    name: str
    description: str = ""


def _distinct_values(
    column: InstrumentedAttribute[Any], condition: ColumnElement[bool] | InstrumentedAttribute[bool]
) -> Any:
    """Return a statement for the values of an indexed column: one index look-up a value, for any number of rows."""

    def least(*further: ColumnElement[bool]) -> Any:
        return select(column).where(condition, *further).order_by(column).limit(1)

    values = select(least(column.is_not(None)).scalar_subquery().label("value")).cte("values_of", recursive=True)
    following = least(column > values.c.value).correlate(values).scalar_subquery()
    values = values.union_all(select(following).where(values.c.value.is_not(None)))
    return select(values.c.value).where(values.c.value.is_not(None))


_TYPES = _distinct_values(Version.resource_type, Version.exposed)
# A subquery with a limit, not EXISTS: PostgreSQL would turn that into a join with all datasets of all communities.
_A_MEMBER = (
    select(Version.id)
    .join(CommunityDataset, CommunityDataset.concept_id == Version.concept_id)
    .where(CommunityDataset.community_id == Community.id, Version.exposed)
    .limit(1)
    .correlate(Community)
    .scalar_subquery()
)
_COMMUNITIES = select(Community.slug, Community.titles).where(_A_MEMBER.is_not(None)).order_by(Community.slug)
_DEFINED = select(DefinedSet.id, DefinedSet.spec, DefinedSet.name, DefinedSet.description).where(
    DefinedSet.filled.is_not(None)
)
_ALL_DEFINED = _DEFINED.order_by(DefinedSet.id)


def sets(snapshot: Snapshot, vocabularies: Vocabularies) -> Iterator[HarvestSet]:
    """Yield all sets, each before the sets inside it."""
    for slug, community_titles in snapshot.session.execute(_COMMUNITIES):
        for spec in specs_of_community(slug):
            yield HarvestSet(spec, title_in(community_titles))
    used = dict.fromkeys(spec for term in snapshot.session.scalars(_TYPES) for spec in specs_of_type(term))
    titles = {specs[-1]: entry.title["en"] for entry in vocabularies[TYPES] if (specs := specs_of_type(entry.id))}
    for spec in used:
        yield HarvestSet(spec, titles.get(spec, spec.removeprefix(TYPE)))
    for _, spec, name, description in snapshot.session.execute(_ALL_DEFINED):
        yield HarvestSet(spec, name, description)


_BY_SPEC = _DEFINED.where(DefinedSet.spec == bindparam("spec"))


def chosen_by(snapshot: Snapshot, vocabularies: Vocabularies, spec: str) -> ChosenSet | None:
    """Return how to select the items of a set, None for an unknown set."""
    if spec.startswith(TYPE):
        terms = [entry.id for entry in vocabularies[TYPES] if spec in specs_of_type(entry.id)]
        return ChosenSet(SetKind.TYPE, {"types": terms}) if terms else None
    if spec.startswith(COMMUNITY):
        return ChosenSet(SetKind.COMMUNITY, {"slug": spec.removeprefix(COMMUNITY)})
    row = snapshot.session.execute(_BY_SPEC, {"spec": spec}).first()
    return ChosenSet(SetKind.SEARCH, {"set_id": row.id}) if row else None


def sets_of(snapshot: Snapshot, page: Sequence[HarvestItem]) -> Mapping[int, Sequence[str]]:
    """Return item -> its sets, in one query for all."""
    names = named_sets_of(snapshot, [item.id for item in page])
    return {
        item.id: (
            *(spec for slug in names.get((item.id, SetKind.COMMUNITY), ()) for spec in specs_of_community(slug)),
            *specs_of_type(item.resource_type),
            *names.get((item.id, SetKind.SEARCH), ()),
        )
        for item in page
    }
