"""Sets of communities and types: listed, told in headers, harvested by keyset like everything."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from repository.communities.define_community import rename_community
from repository.communities.model import Community, CommunityDataset
from repository.core.actor import SYSTEM
from repository.core.clock import now
from repository.engines.services import Services
from repository.harvest.setspecs import specs_of_community, specs_of_type
from repository.records.model import Concept
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.harvesting import (
    BEGIN,
    OAI,
    RESTRICTED,
    SECOND,
    ask,
    change,
    codes,
    correct,
    ids,
    pages,
    token_of,
    told,
)
from tests.features.steps import questions, statements

pytestmark = pytest.mark.slow


def into(services: Services, slug: str, *records: dict[str, object], titles: dict[str, str] | None = None) -> None:
    """Put datasets into a new community, as if they had been in it for ever."""
    concepts = [int(record["parent"]["id"]) for record in records]  # type: ignore[index]
    with services.database.transaction(SYSTEM) as unit:
        community = Community(slug=slug, titles=titles or {"en": slug.title()}, created=unit.now)
        unit.session.add(community)
        unit.session.flush()
        for concept_id in concepts:
            unit.session.add(
                CommunityDataset(concept_id=concept_id, community_id=community.id, is_default=True, at=unit.now)
            )


def of_type(deposits: Deposits, resource_type: str) -> str:
    return str(deposits.published(a_dataset(resource_type={"id": resource_type}))["id"])


def harvest(caller: Caller, spec: str) -> list[str]:
    return [number for answer in pages(caller, "ListIdentifiers", set=spec) for number in ids(answer)]


@pytest.mark.parametrize(
    ("resource_type", "specs"),
    [
        ("dataset", ("type-dataset",)),
        ("image-photo", ("type-image", "type-image:photo")),
        ("publication-data-paper", ("type-publication", "type-publication:data-paper")),
        ("c++", ()),
        ("image-c++", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_a_type_is_in_the_sets_that_its_id_names(resource_type: str | None, specs: tuple[str, ...]) -> None:
    assert specs_of_type(resource_type) == specs


@pytest.mark.parametrize(("slug", "specs"), [("polar", ("community-polar",)), ("极地", ()), ("a:b", ()), ("", ())])
def test_a_community_is_a_set_if_its_slug_can_be_in_a_name(slug: str, specs: tuple[str, ...]) -> None:
    assert specs_of_community(slug) == specs


def test_the_sets_are_those_that_something_is_in(anyone: Caller, deposits: Deposits, services: Services) -> None:
    assert codes(ask(anyone, "ListSets")) == []
    of_type(deposits, "image-photo")
    of_type(deposits, "image-plot")
    into(services, "polar", deposits.published(), deposits.published())
    into(services, "empty")
    into(services, "hidden", deposits.published(a_dataset(resource_type={"id": "model"}) | RESTRICTED))

    answer = ask(anyone, "ListSets")

    assert dict(zip(told(answer, "setSpec"), told(answer, "setName"), strict=True)) == {
        "community-polar": "Polar",
        "type-dataset": "Dataset",
        "type-image": "Image",
        "type-image:photo": "Photo",
        "type-image:plot": "Plot",
    }
    assert token_of(answer) is None


def test_a_set_holds_what_its_subsets_hold(anyone: Caller, deposits: Deposits) -> None:
    plain, photo, plot = (of_type(deposits, each) for each in ("image", "image-photo", "image-plot"))
    of_type(deposits, "dataset")

    assert harvest(anyone, "type-image") == [plain, photo, plot]
    assert harvest(anyone, "type-image:photo") == [photo]
    header = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc", set="type-image:photo").find(f".//{OAI}header")
    assert [each.text for each in header.iter(f"{OAI}setSpec")] == ["type-image", "type-image:photo"]
    assert codes(ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="type-image:drawing")) == ["noRecordsMatch"]
    assert codes(ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="type-photo")) == ["noRecordsMatch"]


def test_a_corrected_type_is_another_set(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    edit = author.post(record["links"]["draft"]).get_json()
    author.put(edit["links"]["self"], json=a_dataset(resource_type={"id": "software"}))
    deposits.publish(record["id"])

    assert harvest(anyone, "type-software") == [record["id"]]
    assert codes(ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="type-dataset")) == ["noRecordsMatch"]


def test_a_community_holds_all_versions_of_its_datasets(
    anyone: Caller, author: Caller, deposits: Deposits, services: Services
) -> None:
    first, other = deposits.published(), deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])
    into(services, "polar", first)

    assert harvest(anyone, "community-polar") == [first["id"], second["id"]]
    header = ask(anyone, "GetRecord", metadataPrefix="oai_dc", identifier=f"oai:repository.test:{first['id']}")
    assert told(header, "setSpec") == ["community-polar", "type-dataset"]
    assert other["id"] not in harvest(anyone, "community-polar")


@pytest.mark.parametrize("spec", ["community-polar", "type-dataset"])
def test_a_set_is_harvested_in_pages_while_its_items_change(
    anyone: Caller, deposits: Deposits, services: Services, many: Callable[..., list[str]], spec: str
) -> None:
    published = many([BEGIN + SECOND * n for n in range(249)])
    change(services, int(published[7]), resource_type="software")
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.query(Concept).filter(Concept.latest_id != int(published[7]))
        concepts = [{"parent": {"id": concept.id}} for concept in rows]
    into(services, "polar", *concepts)

    harvest = pages(anyone, "ListRecords", set=spec)
    seen = ids(next(harvest))
    correct(services, published[3], published[220])
    seen += [number for answer in harvest for number in ids(answer)]

    assert seen == [*published[:7], *published[8:]]


def test_the_name_of_a_community_s_set_is_its_title_in_english_or_else_the_one_it_has(
    anyone: Caller, deposits: Deposits, services: Services
) -> None:
    into(services, "polar", deposits.published(), titles={"en": "Polar data", "zh": "极地数据"})
    into(services, "desert", deposits.published(), titles={"zh": "沙漠数据"})

    answer = ask(anyone, "ListSets")

    assert told(answer, "setName")[:2] == ["沙漠数据", "Polar data"]
    assert told(answer, "setSpec")[:2] == ["community-desert", "community-polar"]


def test_an_item_is_told_to_be_in_every_set_it_is_in(anyone: Caller, deposits: Deposits, services: Services) -> None:
    record, other = deposits.published(), deposits.published()
    into(services, "polar", record)
    into(services, "desert", other)
    with services.database.transaction(SYSTEM) as unit:
        desert = unit.session.query(Community).filter(Community.slug == "desert").one().id
        concept_id = int(record["parent"]["id"])
        unit.session.add(CommunityDataset(concept_id=concept_id, community_id=desert, is_default=False, at=unit.now))

    [header, _] = ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc").iter(f"{OAI}header")

    assert [each.text for each in header.iter(f"{OAI}setSpec")] == [
        "community-polar",
        "community-desert",
        "type-dataset",
    ]
    assert harvest(anyone, "community-polar") == [record["id"]]
    assert harvest(anyone, "community-desert") == [record["id"], other["id"]]


def test_a_new_title_changes_no_harvest_that_is_under_way(
    anyone: Caller, services: Services, many: Callable[..., list[str]]
) -> None:
    published = many([BEGIN + SECOND * n for n in range(149)])
    with services.database.snapshot(SYSTEM) as snapshot:
        concepts = [{"parent": {"id": number}} for number in snapshot.session.scalars(select(Concept.id))]
    into(services, "polar", *concepts)

    answers = pages(anyone, "ListIdentifiers", set="community-polar")
    first = next(answers)
    with services.database.transaction(SYSTEM) as unit:
        rename_community(unit, "polar", {"en": "Another title"})
    rest = list(answers)

    assert [number for answer in (first, *rest) for number in ids(answer)] == published
    assert [stamp for answer in pages(anyone, "ListIdentifiers") for stamp in told(answer, "datestamp")] == [
        stamp for answer in (first, *rest) for stamp in told(answer, "datestamp")
    ]
    assert told(ask(anyone, "ListSets"), "setName")[0] == "Another title"


def test_a_deleted_item_stays_in_its_sets(anyone: Caller, deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    into(services, "polar", record)
    correct(services, record["id"], withdrawn_at=now())
    for spec in ("community-polar", "type-dataset"):
        answer = ask(anyone, "ListRecords", metadataPrefix="oai_dc", set=spec)
        assert ids(answer) == [record["id"]]
        assert not list(answer.iter(f"{OAI}metadata"))


def test_sets_and_pages_of_them_cost_the_same_however_many_items_there_are(
    anyone: Caller, services: Services, many: Callable[..., list[str]]
) -> None:
    many([BEGIN + SECOND * n for n in range(99)])
    seen = []
    for arguments in ({"until": "2025-12-31"}, {}):
        with statements(services) as told_:
            ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="type-dataset", **arguments)
        seen.append(len(told_))
    assert seen[0] == seen[1]
    with statements(services) as told_:
        assert told(ask(anyone, "ListSets"), "setSpec") == ["type-dataset"]
    assert questions(told_) == 3
