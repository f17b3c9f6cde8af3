"""What a request says of the bytes that it sends, and what lists say of files before they have any."""

import hashlib
from base64 import b64encode
from urllib.parse import quote

import pytest

from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import base, begin, commit, faults

pytestmark = pytest.mark.slow

CONTENT = b"depth,salinity\n5,35.1\n"
MD5 = hashlib.md5(CONTENT)
OTHER = hashlib.md5(b"other")


def sent(author: Caller, draft: dict[str, str], **headers: str) -> object:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return author.put(f"{base(draft)}/a.csv/content", data=CONTENT, headers=named)


@pytest.mark.parametrize("digest", [b64encode(MD5.digest()).decode(), MD5.hexdigest(), MD5.hexdigest().upper()])
def test_bytes_with_the_digest_that_is_told_are_taken(author: Caller, deposits: Deposits, digest: str) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "a.csv"})

    assert sent(author, draft, Content_MD5=digest).status_code == 200
    assert commit(author, draft, "a.csv").get_json()["checksum"] == f"md5:{MD5.hexdigest()}"


@pytest.mark.parametrize("digest", [b64encode(OTHER.digest()).decode(), OTHER.hexdigest(), "abc", "====", "é"])
def test_bytes_with_another_digest_are_refused_and_not_kept(
    author: Caller, deposits: Deposits, services: Services, digest: str
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "a.csv"})

    refused = sent(author, draft, Content_MD5=digest)

    assert refused.status_code == 400
    assert list(faults(refused.get_json())) == ["Content-MD5"]
    assert list(services.store.objects()) == []
    assert commit(author, draft, "a.csv").status_code == 400


@pytest.mark.parametrize(
    ("encoding", "status"), [("gzip", 415), ("br, gzip", 415), ("aws-chunked", 415), ("identity", 200)]
)
def test_an_encoded_body_is_refused_rather_than_kept_as_the_file(
    author: Caller, deposits: Deposits, encoding: str, status: int
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "a.csv"})

    assert sent(author, draft, Content_Encoding=encoding).status_code == status


def test_what_was_declared_is_told_until_the_bytes_are_there(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    declared = {"size": len(CONTENT), "checksum": f"md5:{MD5.hexdigest()}"}

    (named,) = begin(author, draft, {"key": "a.csv", **declared}).get_json()["entries"]
    (silent,) = begin(author, draft, {"key": "b.csv"}).get_json()["entries"]

    assert {name: named[name] for name in declared} == declared
    assert {"size", "checksum"}.isdisjoint(silent)
    assert {name: author.get(f"{base(draft)}/a.csv").get_json()[name] for name in declared} == declared


def test_lists_tell_which_file_is_shown_first(author: Caller, anyone: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    for name in ("a.csv", "深度.csv"):
        deposits.upload(draft["id"], name)
    assert author.get(base(draft)).get_json()["default_preview"] is None
    body = {**a_dataset(), "files": {"enabled": True, "default_preview": "深度.csv"}}
    assert author.put(f"/api/records/{draft['id']}/draft", json=body).status_code == 200

    assert author.get(base(draft)).get_json()["default_preview"] == "深度.csv"
    assert begin(author, draft, {"key": "c.csv"}).get_json()["default_preview"] == "深度.csv"
    author.delete(f"{base(draft)}/c.csv")
    record = deposits.publish(draft["id"])
    assert anyone.get(record["links"]["files"]).get_json()["default_preview"] == "深度.csv"
    assert anyone.get(f"{record['links']['files']}/{quote('深度.csv')}").status_code == 200


def test_a_metadata_only_draft_imports_no_files(author: Caller, deposits: Deposits) -> None:
    record = deposits.published()
    draft = author.post(record["links"]["versions"]).get_json()
    body = {**a_dataset(), "files": {"enabled": False}}
    assert author.put(f"/api/records/{draft['id']}/draft", json=body).status_code == 200

    refused = author.post(f"/api/records/{draft['id']}/draft/actions/files-import")

    assert refused.status_code == 400
    assert faults(refused.get_json()) == {"files.enabled": ["Files are not enabled."]}
    assert author.get(base(draft)).get_json()["enabled"] is False
