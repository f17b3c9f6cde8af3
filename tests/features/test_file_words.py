"""What a depositor says of a file: kept by the files API, told by the formats."""

from typing import Any

import pytest

from repository.dataset.description import FileWords
from repository.dataset.file_words import words_of_file
from tests.conftest import Caller, Deposits
from tests.features.steps import base, begin, commit, faults, send

pytestmark = pytest.mark.slow

ABOUT: dict[str, Any] = {
    "description": "Counts by <i>hour</i>, sensor 7 & 8",
    "title": "Hourly counts",
    "type": "table",
    "columns": [{"name": "n", "unit": None}],
    "面": {"深": [1, 2.5, True]},
}


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (None, FileWords()),
        ({}, FileWords()),
        (ABOUT, FileWords("Counts by hour, sensor 7 & 8", "Hourly counts", "table")),
        ({"description": {"zh": "每小时", "en": "Hourly"}}, FileWords("Hourly")),
        ({"description": {"zh": "每小时"}, "type": {"id": "table"}}, FileWords("每小时", kind="table")),
        ({"type": {"id": "t", "title": {"en": "Table"}}}, FileWords(kind="Table")),
        ({"type": {"id": "t", "title": {"en": 7}}}, FileWords(kind="t")),
        ({"description": 7, "title": ["a"], "type": {"id": ["a"]}}, FileWords()),
    ],
)
def test_texts_are_read_in_each_form_and_other_values_say_nothing(about: Any, words: FileWords) -> None:
    assert words_of_file(about) == words


def test_the_metadata_of_a_file_is_kept_from_the_first_name_to_the_next_version(
    author: Caller, anyone: Caller, deposits: Deposits
) -> None:
    draft = deposits.open()
    (named,) = begin(author, draft, {"key": "counts.csv", "metadata": {"old": 1}}).get_json()["entries"]
    assert named["metadata"] == {"old": 1}
    send(author, draft, "counts.csv", b"n\n1\n")
    assert commit(author, draft, "counts.csv").get_json()["metadata"] == {"old": 1}
    changed = author.put(
        f"{base(draft)}/counts.csv", json={**author.get(named["links"]["self"]).get_json(), "metadata": ABOUT}
    )
    assert changed.get_json()["metadata"] == ABOUT
    assert author.put(named["links"]["self"], json={"access": {"hidden": False}}).get_json()["metadata"] == ABOUT
    assert author.get(base(draft)).get_json()["entries"][0]["metadata"] == ABOUT
    record = deposits.publish(draft["id"])
    assert anyone.get(record["links"]["self"]).get_json()["files"]["entries"]["counts.csv"]["metadata"] == ABOUT
    assert anyone.get(f"{record['links']['files']}/counts.csv").get_json()["metadata"] == ABOUT
    assert anyone.get(record["links"]["files"]).get_json()["entries"][0]["metadata"] == ABOUT
    version = author.post(f"/api/records/{record['id']}/versions").get_json()
    imported = author.post(f"/api/records/{version['id']}/draft/actions/files-import").get_json()
    assert imported["entries"][0]["metadata"] == ABOUT


def test_the_words_of_a_published_file_are_exported(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "counts.csv", "metadata": ABOUT})
    send(author, draft, "counts.csv", b"n\n1\n")
    commit(author, draft, "counts.csv")
    record = deposits.publish(draft["id"])
    graph = anyone.get(f"{record['links']['self']}?format=ro-crate").get_json()["@graph"]
    (file,) = (entity for entity in graph if entity["@type"] == "File")
    assert file["description"] == "Counts by hour, sensor 7 & 8"
    assert (file["alternateName"], file["additionalType"]) == ("Hourly counts", "table")
    assert "Counts by hour, sensor 7 &amp; 8" in anyone.get(f"/records/{record['id']}").text


@pytest.mark.parametrize(
    ("about", "reason"),
    [
        ("words", "Not a valid mapping type."),
        (["words"], "Not a valid mapping type."),
        ({"description": "x" * 66_000}, "The metadata of a file has at most 65536 bytes."),
    ],
)
def test_wrong_or_large_metadata_of_a_file_are_refused_by_their_path(
    author: Caller, deposits: Deposits, about: Any, reason: str
) -> None:
    draft = deposits.open()
    refused = begin(author, draft, {"key": "a.csv"}, {"key": "b.csv", "metadata": about})
    assert (refused.status_code, faults(refused.get_json())) == (400, {"1.metadata": [reason]})
    assert author.get(base(draft)).get_json()["entries"] == []
    begin(author, draft, {"key": "a.csv", "metadata": {"kept": True}})
    refused = author.put(f"{base(draft)}/a.csv", json={"metadata": about})
    assert (refused.status_code, faults(refused.get_json())) == (400, {"metadata": [reason]})
    assert author.get(f"{base(draft)}/a.csv").get_json()["metadata"] == {"kept": True}
