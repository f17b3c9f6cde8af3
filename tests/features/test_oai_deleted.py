"""What the public could read once and no longer can is told to be deleted, for ever."""

from datetime import timedelta

import pytest

from repository.core.clock import now
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.harvesting import (
    OAI,
    RESTRICTED,
    ask,
    codes,
    correct,
    gone,
    identifier_of,
    ids,
    pages,
    told,
)

pytestmark = pytest.mark.slow

AWAY = [{"withdrawn_at": now()}, {"record_access": "restricted"}]


@pytest.mark.parametrize("how", AWAY, ids=["withdrawn", "closed"])
def test_a_record_that_is_no_longer_public_is_deleted_in_every_answer(
    anyone: Caller, deposits: Deposits, services: Services, how: dict[str, object]
) -> None:
    record = deposits.published(a_dataset(title="Nests of the last condors"))
    number, identifier = record["id"], identifier_of(record)
    correct(services, number, **how)

    one = ask(anyone, "GetRecord", metadataPrefix="oai_dc", identifier=identifier)
    lists = [ask(anyone, verb, metadataPrefix="oai_dc") for verb in ("ListRecords", "ListIdentifiers")]

    for answer in (one, *lists):
        assert gone(answer) == ids(answer) == [number]
        assert told(answer, "setSpec") == ["type-dataset"]
        assert not list(answer.iter(f"{OAI}metadata"))
        assert "condors" not in "".join(answer.itertext())


def test_a_deleted_record_is_deleted_in_every_format(anyone: Caller, deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    number, identifier = record["id"], identifier_of(record)
    correct(services, number, withdrawn_at=now())

    offered = told(ask(anyone, "ListMetadataFormats", identifier=identifier), "metadataPrefix")

    assert "oai_dc" in offered
    for prefix in offered:
        assert gone(ask(anyone, "GetRecord", metadataPrefix=prefix, identifier=identifier)) == [number]
    unknown = ask(anyone, "GetRecord", metadataPrefix="mods", identifier=identifier)
    assert codes(unknown) == ["cannotDisseminateFormat"]


def test_harvesters_learn_of_a_withdrawal_and_of_its_end(
    anyone: Caller, deposits: Deposits, services: Services
) -> None:
    kept, number = (deposits.published()["id"] for _ in range(2))
    correct(services, number, withdrawn_at=now())

    assert [gone(answer) for answer in pages(anyone)] == [[number]]
    assert [ids(answer) for answer in pages(anyone)] == [[kept, number]]
    correct(services, number, withdrawn_at=None)

    again = ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="type-dataset")
    assert ids(again) == [kept, number]
    assert gone(again) == []
    assert len(list(again.iter(f"{OAI}metadata"))) == 2


def test_what_was_never_public_is_no_item_and_never_deleted(
    anyone: Caller, deposits: Deposits, services: Services
) -> None:
    hidden = deposits.published(a_dataset() | RESTRICTED)
    correct(services, hidden["id"], withdrawn_at=now() - timedelta(days=1))
    assert codes(ask(anyone, "ListIdentifiers", metadataPrefix="oai_dc")) == ["noRecordsMatch"]
    one = ask(anyone, "GetRecord", metadataPrefix="oai_dc", identifier=identifier_of(hidden))
    assert codes(one) == ["idDoesNotExist"]


def test_a_record_that_its_owner_closes_is_deleted_and_tells_nothing_new(
    anyone: Caller, author: Caller, deposits: Deposits
) -> None:
    record = deposits.published()
    edit = author.post(record["links"]["draft"]).get_json()
    secret = a_dataset(title="A secret", resource_type={"id": "software"}) | RESTRICTED
    assert author.put(edit["links"]["self"], json=secret).status_code == 200
    deposits.publish(record["id"])

    answer = ask(anyone, "ListRecords", metadataPrefix="oai_dc")

    assert gone(answer) == [record["id"]]
    assert told(answer, "setSpec") == ["type-dataset"]
    assert codes(ask(anyone, "ListRecords", metadataPrefix="oai_dc", set="type-software")) == ["noRecordsMatch"]
