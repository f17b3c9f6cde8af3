"""What is wrong in a draft is named, kept, and stops publication until it is mended."""

from typing import Any

import pytest

from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, faults, read_draft

pytestmark = pytest.mark.slow


def holds(shown: Any, said: Any) -> bool:
    """Whether all of `said` is in `shown`, which may have titles of terms beside it."""
    if isinstance(said, dict):
        return isinstance(shown, dict) and all(name in shown and holds(shown[name], said[name]) for name in said)
    if isinstance(said, list):
        return isinstance(shown, list) and len(shown) == len(said) and all(map(holds, shown, said))
    return bool(shown == said)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"resource_type": {"id": "zzz"}}, "metadata.resource_type.id"),
        ({"languages": [{"id": "eng"}, {"id": "xx"}]}, "metadata.languages.1.id"),
        ({"rights": [{"id": "no-such-licence"}]}, "metadata.rights.0.id"),
        (
            {"creators": [{"person_or_org": {"type": "personal", "family_name": "Gorman"}, "role": {"id": "penguin"}}]},
            "metadata.creators.0.role.id",
        ),
        ({"creators": [{"person_or_org": {"type": "personal"}}]}, "metadata.creators.0.person_or_org.family_name"),
        ({"dates": [{"date": "2020", "type": {"id": "zzz"}}]}, "metadata.dates.0.type.id"),
        ({"additional_titles": [{"title": "Another", "type": {"id": "zzz"}}]}, "metadata.additional_titles.0.type.id"),
        (
            {"additional_descriptions": [{"description": "More", "type": {"id": "zzz"}}]},
            "metadata.additional_descriptions.0.type.id",
        ),
        (
            {"related_identifiers": [{"identifier": "10.1234/a", "scheme": "doi", "relation_type": {"id": "zzz"}}]},
            "metadata.related_identifiers.0.relation_type.id",
        ),
        ({"colour": "blue"}, "metadata.colour"),
        ({"title": 7}, "metadata.title"),
        ({"title": "ab"}, "metadata.title"),
        ({"creators": {"name": "x"}}, "metadata.creators"),
        ({"subjects": "penguins"}, "metadata.subjects"),
        ({"publication_date": "yesterday"}, "metadata.publication_date"),
        ({"publication_date": "-0001"}, "metadata.publication_date"),
        ({"version": "v" * 192}, "metadata.version"),
        ({"rights": [{"id": "cc0-1.0", "colour": 1}]}, "metadata.rights.0.colour"),
    ],
)
def test_a_wrong_field_is_named_and_kept_and_stops_publication_until_it_is_mended(
    author: Caller, deposits: Deposits, said: Json, field: str
) -> None:
    opened = deposits.open(a_dataset(**said))
    deposits.upload(opened["id"])
    (name,) = said

    again = read_draft(author, opened["id"])
    assert field in faults(opened)
    assert faults(again) == faults(opened)
    assert holds(again["metadata"][name], said[name])

    refused = author.post(opened["links"]["publish"])
    assert refused.status_code == 400
    assert field in faults(refused.get_json())

    mended = author.put(opened["links"]["self"], json=a_dataset())
    assert mended.get_json()["errors"] == []
    deposits.publish(opened["id"])


def test_all_faults_are_named_at_once(deposits: Deposits) -> None:
    opened = deposits.open(a_dataset(title=1, resource_type={"id": "zzz"}, colour="blue"))

    assert {"metadata.title", "metadata.resource_type.id", "metadata.colour"} <= set(faults(opened))


@pytest.mark.parametrize("metadata", ["x", 3, [], True])
def test_metadata_that_is_no_object_is_a_fault_not_a_failure(author: Caller, metadata: Any) -> None:
    reply = author.post("/api/records", json={"metadata": metadata})

    assert reply.status_code == 201
    assert "metadata" in faults(reply.get_json())


@pytest.mark.parametrize(
    ("part", "field"),
    [
        ({"access": {"record": "public"}}, "access"),
        ({"access": {"record": "open", "files": "public"}}, "access.record"),
        ({"access": "public"}, "access"),
        ({"files": {"enabled": "perhaps"}}, "files.enabled"),
        ({"files": []}, "files"),
        ({"files": {"enabled": True, "default_preview": "none.csv"}}, "files.default_preview"),
        ({"custom_fields": {"nope": 1}}, "custom_fields.nope"),
        ({"pids": {"foo": {"identifier": "1"}}}, "pids.foo"),
        ({"pids": "10.1/1"}, "pids"),
    ],
)
def test_a_fault_beside_the_metadata_is_named_and_stops_publication(
    author: Caller, deposits: Deposits, part: Json, field: str
) -> None:
    opened = deposits.open(a_dataset() | part)
    deposits.upload(opened["id"])

    assert field in faults(opened)
    assert field in faults(read_draft(author, opened["id"]))
    refused = author.post(opened["links"]["publish"])
    assert refused.status_code == 400
    assert field in faults(refused.get_json())


@pytest.mark.parametrize(
    "part",
    [
        {"pids": {"doi": {"identifier": "not a doi", "provider": "external"}}},
        {"access": {"record": "public", "files": "restricted", "embargo": {"active": True, "until": "2001-01-01"}}},
        {"custom_fields": {"nope": 1}},
    ],
    ids=["pids", "access", "custom_fields"],
)
def test_a_fault_stays_until_its_own_part_is_mended(author: Caller, deposits: Deposits, part: Json) -> None:
    opened = deposits.open(a_dataset() | part)

    patched = author.patch(opened["links"]["self"], json={"metadata": {"title": "Another title"}}).get_json()

    assert faults(patched) == faults(opened) != {}
    mended = author.put(opened["links"]["self"], json=a_dataset() | {"pids": {}, "custom_fields": {}}).get_json()
    assert mended["errors"] == []


def test_an_unknown_field_beside_the_metadata_is_named(deposits: Deposits) -> None:
    assert "colour" in faults(deposits.open(a_dataset() | {"colour": "blue"}))


def test_markup_that_could_act_becomes_text_which_is_told_and_stops_nothing(
    deposits: Deposits, author: Caller, anyone: Caller
) -> None:
    hostile = "<p onclick='x()'>Fine<script>alert(1)</script></p>"

    draft = deposits.open(a_dataset(description=hostile, title="<b>Bold</b> claim") | {"files": {"enabled": False}})

    assert draft["metadata"]["description"] == "<p>Fine&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert draft["metadata"]["title"] == "Bold claim"
    (error,) = author.get(draft["links"]["self"]).get_json()["errors"]
    assert (error["field"], error["severity"], len(error["messages"])) == ("metadata.description", "warning", 2)
    patched = author.patch(draft["links"]["self"], json={"files": {"enabled": False}}).get_json()
    assert patched["errors"] == [error]
    record = author.post(draft["links"]["publish"])
    assert record.status_code == 202
    page = anyone.get(record.get_json()["links"]["self_html"]).text
    assert "Fine&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>alert(1)" not in page


FUTURE = "2999-01-31"


@pytest.mark.parametrize(
    ("access", "field"),
    [
        ({"embargo": {"active": True, "until": "2999-01", "reason": "paper"}}, "access.embargo.until"),
        ({"embargo": {"active": True, "until": "20990131", "reason": "paper"}}, "access.embargo.until"),
        ({"embargo": {"active": True, "until": "2001-01-01", "reason": "paper"}}, "access.embargo.until"),
        ({"embargo": {"active": True, "reason": "paper"}}, "access.embargo.until"),
        ({"embargo": {"active": False, "until": FUTURE, "reason": "paper"}}, "access.embargo.active"),
        ({"embargo": {"until": FUTURE}}, "access.embargo.active"),
        ({"embargo": {"active": False, "reason": "paper"}}, "access.embargo.active"),
        ({"embargo": {"active": "yes", "until": FUTURE, "reason": "paper"}}, "access.embargo.active"),
        ({"embargo": {"active": True, "until": FUTURE, "reason": 5}}, "access.embargo.reason"),
        ({"embargo": {"active": True, "until": FUTURE, "colour": "blue"}}, "access.embargo.colour"),
        ({"embargo": "later"}, "access.embargo"),
        ({"colour": "blue"}, "access.colour"),
        ({"files": "secret"}, "access.files"),
    ],
)
def test_wrong_access_stays_with_its_error_until_it_is_mended(
    author: Caller, deposits: Deposits, access: Json, field: str
) -> None:
    sent = {"record": "public", "files": "restricted", **access}
    opened = deposits.open(a_dataset() | {"access": sent, "files": {"enabled": False}})
    assert holds(opened["access"], sent)
    assert field in faults(opened)

    again = author.put(opened["links"]["self"], json=read_draft(author, opened["id"])).get_json()
    patched = author.patch(opened["links"]["self"], json={"access": {"record": "public"}}).get_json()

    for body in (again, patched, read_draft(author, opened["id"])):
        assert holds(body["access"], sent)
        assert faults(body) == faults(opened)
        assert all(error.keys() == {"field", "messages", "code"} for error in body["errors"])
    assert author.post(opened["links"]["publish"]).status_code == 400
    mended = {"access": {"record": "public", "files": "public"}}
    assert author.put(opened["links"]["self"], json=a_dataset() | mended).get_json()["errors"] == []


def test_an_embargo_that_is_over_is_told_and_stops_nothing(author: Caller, deposits: Deposits) -> None:
    embargo = {"active": False, "until": "2001-01-31", "reason": "paper"}
    access = {"record": "public", "files": "public", "embargo": embargo}
    opened = deposits.open(a_dataset() | {"access": access, "files": {"enabled": False}})
    assert opened["access"]["embargo"] == embargo
    assert [(error["field"], error["severity"]) for error in opened["errors"]] == [("access.embargo.active", "warning")]
    assert author.post(opened["links"]["publish"]).status_code == 202
