"""Many small files come in one request: each is stored and committed, or is there already."""

import hashlib
import tarfile
from collections.abc import Callable
from typing import Any

import pytest

from repository.engines.services import Services
from repository.files.bundles import MOST_FILES
from repository.files.queries import BELOW_AT_ONCE
from tests.conftest import Caller, Deposits
from tests.contracts.together import at_once
from tests.features.bundle_steps import FILES, bundle, keys, outcomes, reasons, used
from tests.features.steps import Json, base, begin, commit, faults, objects, read_draft, send, statements
from tests.features.tars import member, tar, tar_of, told_digests


@pytest.fixture
def draft(deposits: Deposits) -> Json:
    return deposits.open()


def test_files_that_were_never_named_are_stored_and_committed_at_once(
    author: Caller, deposits: Deposits, draft: Json, services: Services
) -> None:
    reply = bundle(author, draft, tar(FILES, sha256=told_digests(FILES)))

    assert outcomes(reply) == dict.fromkeys(FILES, "stored")
    body = reply.get_json()
    assert (body["stored"], body["same"], body["refused"]) == (3, 0, 0)
    for entry in body["entries"]:
        content = FILES[entry["key"]]
        assert entry["size"] == len(content)
        assert entry["checksums"] == {
            "md5": hashlib.md5(content).hexdigest(),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
    size = sum(map(len, FILES.values()))
    listed = author.get(base(draft)).get_json()
    assert (listed["count"], listed["total_bytes"], listed["pending"]) == (3, size, 0)
    assert author.get("/api/user/quota").get_json()["draft_bytes"]["used"] == size
    record = deposits.publish(draft["id"])
    for key, content in FILES.items():
        assert author.get(f"{record['links']['files']}/{key}/content").data == content
    assert objects(services) == 3


def test_a_bundle_that_is_sent_again_is_the_same_and_writes_nothing(
    author: Caller, draft: Json, services: Services
) -> None:
    bundle(author, draft, tar(FILES))
    with statements(services) as seen:
        again = bundle(author, draft, tar(FILES))

    assert outcomes(again) == dict.fromkeys(FILES, "same")
    assert [sql for sql in seen if not sql.lstrip().upper().startswith(("SELECT", "BEGIN", "SET", "SHOW"))] == []
    assert objects(services) == 3


def test_what_was_named_before_is_completed_if_it_is_as_declared(
    author: Caller, draft: Json, services: Services
) -> None:
    digest = hashlib.sha256(b"abc").hexdigest()
    begin(
        author,
        draft,
        {"key": "a", "size": 3, "checksum": f"sha256:{digest}", "metadata": {"unit": "m"}},
        {"key": "b", "size": 4},
        {"key": "c", "checksum": "md5:" + "0" * 32},
        {"key": "d"},
        {"key": "m", "size": 3, "transfer": {"type": "M", "parts": 1, "part_size": 3}},
    )
    send(author, draft, "d", b"staged")
    sent = bundle(author, draft, tar(dict.fromkeys("abcdm", b"abc")))

    assert outcomes(sent) == {"a": "stored", "b": "refused", "c": "refused", "d": "stored", "m": "refused"}
    assert reasons(sent)["b"] == "Declared 4 bytes, received 3."
    assert reasons(sent)["m"] == "Another upload of this file is under way."
    read = author.get(f"{base(draft)}/a").get_json()
    assert (read["status"], read["metadata"], read["checksums"]["sha256"]) == ("completed", {"unit": "m"}, digest)
    assert author.get(f"{base(draft)}/d/content").data == b"abc"
    assert author.get(f"{base(draft)}/b").get_json()["status"] == "pending"
    assert used(author) == 3 + 3 + 3  # of a, of d, and of m, which counts from its naming


def test_another_file_of_the_name_stays_and_the_reason_is_told(author: Caller, draft: Json, services: Services) -> None:
    send(author, draft, "a.csv", b"first")
    sent = bundle(author, draft, tar({"a.csv": b"other", "b.csv": b"x"}))

    assert outcomes(sent) == {"a.csv": "refused", "b.csv": "stored"}
    assert reasons(sent) == {"a.csv": "The draft has another file of this name: remove or rename it first."}
    assert author.get(f"{base(draft)}/a.csv/content").data == b"first"
    assert objects(services) == 2


def test_names_are_compared_as_disks_compare_them(author: Caller, draft: Json) -> None:
    send(author, draft, "here", b"1")
    send(author, draft, "there/x", b"1")
    names = ["here/y", "there", "e\u0301", "\u00e9", "f", "f/g", "twice", "Case", "case"]
    body = tar_of(*((member(name, b"x"), b"x") for name in [*names, "twice"]))
    sent = bundle(author, draft, body)

    refused = {"here/y", "there", "\u00e9", "f/g", "twice"}
    assert outcomes(sent) == {name: "refused" if name in refused else "stored" for name in names}
    assert reasons(sent)["twice"] == "The bundle has several files of this name: none is taken."
    warning = faults(sent.get_json())
    assert list(warning.values()) == [["'Case' differs in case only: some disks hold only one of them."]]
    assert keys(author, draft) == sorted(["here", "there/x", "e\u0301", "f", "Case", "case"])


@pytest.mark.parametrize("kind", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_every_common_tar_is_read_with_long_names_and_folders(author: Caller, draft: Json, kind: int) -> None:
    long = "folder-with-a-long-name/" * 6 + "measurements.csv"
    folder = (member("./data", kind=tarfile.DIRTYPE, mode=0o755), b"")
    sent = bundle(
        author, draft, tar_of(folder, (member("./data/a", b"1"), b"1"), (member(long, b"2"), b"2"), kind=kind)
    )
    assert outcomes(sent) == {"data/a": "stored", long: "stored"}


def test_bundles_at_once_of_the_same_files_keep_each_once(
    author: Caller, app: Any, draft: Json, services: Services
) -> None:
    body = tar(FILES)

    def sending() -> int:
        return int(bundle(Caller(app.test_client(), author.token), draft, body).status_code)

    codes = sorted(at_once(sending, sending, sending))
    assert codes[0] == 200
    assert set(codes) <= {200, 409}
    assert keys(author, draft) == sorted(FILES)
    assert objects(services) == 3
    assert used(author) == sum(map(len, FILES.values()))


def test_statements_do_not_grow_with_the_files(author: Caller, draft: Json, services: Services) -> None:
    counts = []
    for count in (2, MOST_FILES):
        files = {f"{count}/\u6d77{n:04}": str(n).encode() for n in range(count)}
        begin(author, draft, *({"key": key} for key in list(files)[: count // 2]))
        with statements(services) as seen:
            assert set(outcomes(bundle(author, draft, tar(files))).values()) == {"stored"}
        counts.append(len(seen))
    assert counts[1] <= counts[0] + 4, counts
    for number in range(2):  # a large set, of whose names only those near are compared
        named = [{"key": f"more/{number}-{n}"} for n in range(300)]
        assert begin(author, draft, *named).status_code == 201
    for count in (2, MOST_FILES):
        files = {f"large{count}/\u6d77{n:04}": str(n).encode() for n in range(count)}
        with statements(services) as seen:
            assert set(outcomes(bundle(author, draft, tar(files))).values()) == {"stored"}
        counts.append(len(seen))
    more = 2 * MOST_FILES // BELOW_AT_ONCE  # of a large set: whether names lie below any of so many at once
    assert counts[3] <= counts[2] + more, counts


def test_an_uncommitted_upload_of_the_name_is_replaced_and_its_bytes_go(
    author: Caller, draft: Json, services: Services, settle: Callable[[], None]
) -> None:
    begin(author, draft, {"key": "a"})
    send(author, draft, "a", b"12345")
    assert used(author) == 5
    assert outcomes(bundle(author, draft, tar({"a": b"123"}))) == {"a": "stored"}
    assert used(author) == 3
    settle()
    assert objects(services) == 1
    assert commit(author, draft, "a").status_code == 200
    assert read_draft(author, draft["id"])["files"]["total_bytes"] == 3
