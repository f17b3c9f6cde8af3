"""Files of a draft: named, sent, checked against what was declared, committed, removed."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from repository.app import create_app
from repository.engines.services import Services
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import base, begin, commit, objects, send

Settle = Callable[[], None]


CONTENT = b"species,bill\nAdelie,39.1\n"


OTHER = b"something else entirely"


MD5 = hashlib.md5(CONTENT).hexdigest()


SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_a_file_goes_from_named_to_sent_to_committed(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    begun = begin(author, draft, {"key": "data.csv"})
    assert begun.status_code == 201
    (entry,) = begun.get_json()["entries"]
    assert entry["status"] == "pending"
    assert "checksum" not in entry
    assert entry["transfer"] == {"type": "L"}
    assert set(entry["links"]) == {"self", "content", "commit"}

    sent = author.put(entry["links"]["content"], data=CONTENT, content_type="application/octet-stream")
    assert sent.status_code == 200
    assert sent.get_json()["status"] == "pending"

    done = author.post(entry["links"]["commit"])
    assert done.status_code == 200
    body = done.get_json()
    assert body["status"] == "completed"
    assert body["checksum"] == f"md5:{MD5}"
    assert body["checksums"] == {"md5": MD5, "sha256": SHA256}
    assert body["size"] == len(CONTENT)
    assert body["mimetype"] == "text/csv"
    assert author.get(entry["links"]["self"]).get_json() == body
    assert author.get(entry["links"]["content"]).data == CONTENT


def test_the_draft_counts_its_files_and_bytes(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", b"12345")
    deposits.upload(draft["id"], "b.txt", b"123")

    def files() -> tuple[int, int, list[str]]:
        said = author.get(draft["links"]["self"]).get_json()["files"]
        return said["count"], said["total_bytes"], sorted(said["entries"])

    assert files() == (2, 8, ["a.txt", "b.txt"])
    send(author, draft, "b.txt", b"1")
    commit(author, draft, "b.txt")
    assert files() == (2, 6, ["a.txt", "b.txt"])
    author.delete(f"{base(draft)}/a.txt")
    assert files() == (1, 1, ["b.txt"])


@pytest.mark.parametrize(
    ("declared", "field"),
    [
        ({"checksum": f"md5:{hashlib.md5(OTHER).hexdigest()}"}, "checksum"),
        ({"checksum": f"sha256:{hashlib.sha256(OTHER).hexdigest()}"}, "checksum"),
        ({"size": len(CONTENT) + 1}, "size"),
        ({"size": 0}, "size"),
    ],
)
def test_content_that_is_not_what_was_declared_is_refused_and_not_kept(
    author: Caller, deposits: Deposits, services: Services, settle: Settle, declared: dict[str, Any], field: str
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "data.csv", **declared})
    send(author, draft, "data.csv", CONTENT)

    refused = commit(author, draft, "data.csv")

    assert refused.status_code == 400
    assert [error["field"].rpartition(".")[2] for error in refused.get_json()["errors"]] == [field]
    settle()
    assert objects(services) == 0
    entry = author.get(f"{base(draft)}/data.csv").get_json()
    assert entry["status"] == "pending"
    assert {name: entry[name] for name in ("size", "checksum") if name in entry} == declared, "what was told, no more"
    assert "checksums" not in entry
    assert author.get(f"{base(draft)}/data.csv/content").status_code == 404
    assert commit(author, draft, "data.csv").status_code == 400


@pytest.mark.parametrize(
    "declared",
    [
        {"checksum": f"md5:{MD5}", "size": len(CONTENT)},
        {"checksum": f"sha256:{SHA256}"},
        {"checksum": f"SHA-256:{SHA256.upper()}"},
        {"checksum": None, "size": None},
    ],
)
def test_content_that_is_what_was_declared_is_committed(
    author: Caller, deposits: Deposits, declared: dict[str, Any]
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "data.csv", **declared})
    send(author, draft, "data.csv", CONTENT)

    assert commit(author, draft, "data.csv").status_code == 200


def test_after_a_refused_commit_the_right_bytes_are_taken(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "data.csv", "checksum": f"md5:{MD5}"})
    send(author, draft, "data.csv", OTHER)
    assert commit(author, draft, "data.csv").status_code == 400

    send(author, draft, "data.csv", CONTENT)

    assert commit(author, draft, "data.csv").get_json()["status"] == "completed"


def test_a_refused_upload_keeps_the_committed_file(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "data.csv", CONTENT, checksum=f"sha256:{SHA256}")
    send(author, draft, "data.csv", OTHER)

    assert author.get(f"{base(draft)}/data.csv/content").data == CONTENT
    assert commit(author, draft, "data.csv").status_code == 400
    settle()

    assert author.get(f"{base(draft)}/data.csv/content").data == CONTENT
    assert author.get(f"{base(draft)}/data.csv").get_json()["status"] == "completed"
    assert objects(services) == 1


def broken(caller: Caller, draft: dict[str, Any], key: str, content: bytes, promised: int) -> Any:
    """An upload that ends before its announced length."""
    length = {"CONTENT_LENGTH": str(promised)}
    return caller.put(f"{base(draft)}/{key}/content", data=content, environ_overrides=length)


def test_an_upload_that_breaks_off_keeps_nothing_but_the_committed_file(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "data.csv", CONTENT)

    assert broken(author, draft, "data.csv", OTHER, 1000).status_code == 400
    settle()

    assert objects(services) == 1
    assert author.get(f"{base(draft)}/data.csv").get_json()["status"] == "completed"
    assert author.get(f"{base(draft)}/data.csv/content").data == CONTENT


def test_a_file_that_is_too_large_is_refused_and_not_kept(
    author: Caller, deposits: Deposits, services: Services
) -> None:
    small = replace(services, site=replace(services.site, max_file_bytes=10))
    strict = Caller(create_app(small).test_client(), author.token)
    draft = deposits.open()
    begin(author, draft, {"key": "data.csv"})

    assert send(strict, draft, "data.csv", b"x" * 11).status_code == 413

    assert objects(services) == 0
    assert send(strict, draft, "data.csv", b"x" * 10).status_code == 200


def test_sending_again_before_commit_keeps_the_last_bytes_only(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "data.csv"})
    send(author, draft, "data.csv", OTHER)
    send(author, draft, "data.csv", CONTENT)
    commit(author, draft, "data.csv")
    settle()

    assert author.get(f"{base(draft)}/data.csv/content").data == CONTENT
    assert objects(services) == 1


def test_committing_again_changes_nothing(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "data.csv", CONTENT)
    before = author.get(f"{base(draft)}/data.csv").get_json()

    again = commit(author, draft, "data.csv")

    assert again.status_code == 200
    assert again.get_json() == before


def test_committing_without_content_is_the_clients_mistake(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "data.csv"})

    assert commit(author, draft, "data.csv").status_code == 400


def test_an_empty_file_is_a_file(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "empty.txt", b"", size=0)

    assert author.get(f"{base(draft)}/empty.txt").get_json()["size"] == 0
    assert author.get(f"{base(draft)}/empty.txt/content").data == b""


def test_bytes_in_another_media_type_are_refused(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    begin(author, draft, {"key": "data.csv"})

    reply = author.put(f"{base(draft)}/data.csv/content", data=CONTENT, content_type="text/csv")

    assert reply.status_code == 415


def test_a_record_without_files_takes_none(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open(a_dataset() | {"files": {"enabled": False}})

    refused = begin(author, draft, {"key": "data.csv"})

    assert refused.status_code == 403
    assert refused.get_json()["message"] == "Files are not enabled."


def test_files_cannot_be_disabled_while_there_are_any(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])

    saved = author.patch(draft["links"]["self"], json={"files": {"enabled": False}}).get_json()

    assert saved["files"]["enabled"] is True
    assert [error["field"] for error in saved["errors"]] == ["files.enabled"]


def test_a_removed_file_leaves_no_bytes(author: Caller, deposits: Deposits, services: Services, settle: Settle) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", CONTENT)
    deposits.upload(draft["id"], "b.txt", OTHER)

    assert author.delete(f"{base(draft)}/a.txt").status_code == 204
    settle()

    assert author.get(f"{base(draft)}/a.txt").status_code == 404
    assert author.get(f"{base(draft)}/b.txt/content").data == OTHER
    assert objects(services) == 1


def test_all_files_are_removed_at_once(author: Caller, deposits: Deposits, services: Services, settle: Settle) -> None:
    draft = deposits.open()
    for key in ("a.txt", "b.txt", "c/d.txt"):
        deposits.upload(draft["id"], key, key.encode())

    assert author.delete(base(draft)).status_code == 204
    settle()

    assert author.get(base(draft)).get_json()["entries"] == []
    assert author.get(draft["links"]["self"]).get_json()["files"]["count"] == 0
    assert objects(services) == 0
    deposits.upload(draft["id"], "a.txt", CONTENT)


def test_a_discarded_draft_leaves_no_bytes(
    author: Caller, deposits: Deposits, services: Services, settle: Settle
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", CONTENT)
    begin(author, draft, {"key": "b.txt"})
    send(author, draft, "b.txt", OTHER)

    author.delete(draft["links"]["self"])
    settle()

    assert objects(services) == 0


def test_what_is_said_of_a_file_can_be_changed(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", CONTENT)

    changed = author.put(f"{base(draft)}/a.txt", json={"metadata": {"caption": "图一"}, "access": {"hidden": True}})

    assert changed.status_code == 200
    entry = author.get(f"{base(draft)}/a.txt").get_json()
    assert entry["metadata"] == {"caption": "图一"}
    assert entry["access"] == {"hidden": True}
    assert author.put(f"{base(draft)}/a.txt", json={"metadata": [1]}).status_code == 400


def test_a_default_preview_names_a_file_of_the_draft_and_goes_with_it(author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"], "a.txt", CONTENT)

    chosen = author.patch(draft["links"]["self"], json={"files": {"default_preview": "a.txt"}}).get_json()
    assert chosen["files"]["default_preview"] == "a.txt"
    author.delete(f"{base(draft)}/a.txt")
    assert "default_preview" not in author.get(draft["links"]["self"]).get_json()["files"]
