"""What cannot be taken of a bundle is refused with its reason, and nothing is half done."""

import hashlib
import io
import tarfile
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from repository.core.actor import SYSTEM, Role
from repository.core.errors import AT_ONCE, Invalid, Unavailable
from repository.deposits.draft_bundles import take_bundle
from repository.engines.services import Services
from repository.files import bundles
from repository.files.bundles import MOST_BYTES, MOST_FILES
from repository.people.quotas import set_limits
from tests.conftest import Caller, Deposits
from tests.features.bundle_steps import FILES, actor_of, bundle, keys, outcomes, person_of, reasons, used
from tests.features.steps import Json, base, begin, objects
from tests.features.tars import member, tar, tar_of, told_digests


@pytest.fixture
def draft(deposits: Deposits) -> Json:
    return deposits.open()


HOSTILE = {
    "/etc/passwd": tarfile.REGTYPE,
    "../up": tarfile.REGTYPE,
    "a/../../up": tarfile.REGTYPE,
    "back\\slash": tarfile.REGTYPE,
    "line\nend": tarfile.REGTYPE,
    "in\u200bvisible": tarfile.REGTYPE,
    "x//y": tarfile.REGTYPE,
    "hard": tarfile.LNKTYPE,
    "soft": tarfile.SYMTYPE,
    "char": tarfile.CHRTYPE,
    "block": tarfile.BLKTYPE,
    "pipe": tarfile.FIFOTYPE,
    "sparse": tarfile.GNUTYPE_SPARSE,
    "multi": b"M",
    "n" * 300: tarfile.REGTYPE,
}


def test_hostile_members_are_refused_each_with_its_reason(author: Caller, draft: Json, services: Services) -> None:
    hostile = [(member(name, kind=kind, linkname="/etc/passwd"), b"") for name, kind in HOSTILE.items()]
    sent = bundle(author, draft, tar_of(*hostile, (member("good", b"1"), b"1")))

    assert outcomes(sent) == {**dict.fromkeys(HOSTILE, "refused"), "good": "stored"}
    assert all(reasons(sent)[name] for name in HOSTILE)
    assert objects(services) == 1
    assert keys(author, draft) == ["good"]


def test_reasons_are_in_the_language_of_the_reader(author: Caller, draft: Json) -> None:
    sent = bundle(author, draft, tar_of((member("s", kind=tarfile.SYMTYPE), b"")), **{"Accept-Language": "zh"})
    assert reasons(sent) == {"s": "\u4e0d\u63a5\u53d7\u94fe\u63a5\uff0c\u53ea\u63a5\u53d7\u6587\u4ef6\u3002"}


def test_a_files_own_digest_is_compared(author: Caller, draft: Json, services: Services) -> None:
    told = told_digests(FILES) | {"a.csv": "0" * 64, "raw/empty.txt": "wrong"}
    sent = bundle(author, draft, tar(FILES, sha256=told))

    assert sorted(outcomes(sent).values()) == ["refused", "refused", "stored"]
    assert reasons(sent)["a.csv"].startswith(f"Declared sha256:{'0' * 64}, received sha256:")
    assert reasons(sent)["raw/empty.txt"] == "Write REPOSITORY.sha256 in 64 hexadecimal digits."
    assert objects(services) == 1


def broken(body: bytes, at: int, piece: bytes) -> bytes:
    return body[:at] + piece + body[at + len(piece) :]


WHOLE = tar({"a": b"x" * 700, "b": b"y"}, tarfile.USTAR_FORMAT)
NO_TARS = {
    "no tar": b"hello",
    "empty": b"",
    "zip": b"PK\3\4" + bytes(1020),
    "wrong checksum": broken(WHOLE, 0, b"z"),
    "size in other notation": broken(WHOLE, 124, b"\x80" + bytes(10) + b"\1"),
    "cut in a header": WHOLE[:300],
    "cut in bytes": WHOLE[:900],
    "cut after a file": WHOLE[: 512 + 1024],
    "one block of zeros": WHOLE[: 512 + 1024 + 1024 + 512],
    "bytes behind the end": WHOLE + b"x" + bytes(511),
    "a name for all members": tar_of(
        (member("g", b"13 path=evil\n", kind=b"g"), b"13 path=evil\n"), (member("a"), b"")
    ),
    "two names": tar_of((member("././@LongLink", b"b" * 120, kind=b"L"), b"b" * 120), (member("c" * 120), b"")),
    "a link with bytes": tar_of((member("l", b"x", kind=b"1"), b"x"), kind=tarfile.USTAR_FORMAT),
    "a header without its member": tar_of((member("x", b"10 path=a\n", kind=b"x"), b"10 path=a\n")),
}


@pytest.mark.parametrize("body", NO_TARS.values(), ids=NO_TARS)
def test_what_is_no_whole_tar_is_refused_and_leaves_nothing(
    author: Caller, draft: Json, services: Services, body: bytes
) -> None:
    sent = bundle(author, draft, body)
    assert sent.status_code == 400, sent.text
    assert objects(services) == 0
    assert keys(author, draft) == []


def test_too_many_files_and_too_many_bytes_are_refused_and_told_before(
    author: Caller, anyone: Caller, draft: Json, services: Services
) -> None:
    limits = anyone.get("/api/limits").get_json()["bundles"]
    assert limits == {"files": MOST_FILES, "bytes": MOST_BYTES, "sha256": "REPOSITORY.sha256"}

    many = bundle(author, draft, tar({f"{n:03}": b"" for n in range(MOST_FILES + 1)}))
    assert (many.status_code, many.get_json()["message"]) == (400, f"A bundle has at most {MOST_FILES} files.")
    assert bundle(author, draft, bytes(MOST_BYTES + 1)).status_code == 413
    assert bundle(author, draft, tar({"a": bytes(MOST_BYTES - 10240)})).status_code == 200
    assert objects(services) == 1


def test_a_digest_of_the_whole_body_is_compared(author: Caller, draft: Json, services: Services) -> None:
    body = tar(FILES)
    right = b64encode(hashlib.sha256(body).digest()).decode()
    wrong = b64encode(hashlib.sha256(b"").digest()).decode()
    for header in ("Content-Digest", "Repr-Digest"):
        assert bundle(author, draft, body, **{header: f"sha-256=:{wrong}:"}).status_code == 400
    assert objects(services) == 0
    assert outcomes(bundle(author, draft, body, **{"Content-Digest": f"sha-256=:{right}:"}))
    assert bundle(author, draft, body, **{"Content-Encoding": "gzip"}).status_code == 415


def test_quotas_and_numbers_are_checked_before_a_byte_is_stored(
    author: Caller, register: Callable[..., Caller], draft: Json, services: Services
) -> None:
    administrator = register("admin@example.org", role=Role.ADMINISTRATOR)
    limits = {"quota_size": 10, "max_file_size": 6, "max_files": 3, "notes": "a test"}
    administrator.post(f"/api/records/{draft['id']}/quota", json=limits)

    large = bundle(author, draft, tar({"a": b"1234567", "b": b"1"}))
    assert outcomes(large) == {"a": "refused", "b": "stored"}
    much = bundle(author, draft, tar({"a": b"123456", "c": b"1234"}))
    assert (much.status_code, much.get_json()["code"]) == (403, "record_bytes")
    assert bundle(author, draft, tar({"a": b"", "c": b"", "d": b""})).status_code == 400
    assert objects(services) == 1
    assert keys(author, draft) == ["b"]

    with services.database.transaction(SYSTEM) as unit:
        set_limits(unit, person_of(services), None, used(author) + 3)
    over = bundle(author, draft, tar({"e": b"1234"}))
    assert (over.status_code, over.get_json()["code"]) == (403, "draft_bytes")
    assert outcomes(bundle(author, draft, tar({"e": b"123"}))) == {"e": "stored"}
    assert used(author) == 4


def test_only_who_may_change_the_draft_sends_and_is_told_before_the_bytes(
    author: Caller, anyone: Caller, register: Callable[..., Caller], deposits: Deposits, draft: Json, services: Services
) -> None:
    for caller in (register("other@example.org"), anyone):
        assert bundle(caller, draft, b"not read").status_code in (403, 404)
    assert bundle(author, {"id": "999999"}, tar(FILES)).status_code == 404
    assert author.post(f"{base(draft)}-bundle", data=tar(FILES), content_type="text/csv").status_code == 415
    bundle(author, draft, tar(FILES))
    record = deposits.publish(draft["id"])
    edit = author.post(f"/api/records/{record['id']}/draft")
    assert edit.status_code == 201
    refused = bundle(author, edit.get_json(), tar({"more": b"1"}))
    assert refused.status_code == 403
    assert refused.get_json()["message"].startswith("The files of a published version cannot be changed")
    assert objects(services) == 3


def test_a_body_that_breaks_off_leaves_nothing(author: Caller, draft: Json, services: Services) -> None:
    body = tar(FILES)

    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if piece := super().read(min(size or 512, 512)):
                return piece
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        take_bundle(services, actor_of(services), int(draft["id"]), Broken(body[:2000]), None)
    with pytest.raises(Invalid):
        take_bundle(services, actor_of(services), int(draft["id"]), io.BytesIO(body[:2048]), len(body))
    assert objects(services) == 0
    assert keys(author, draft) == []


def test_a_store_that_fails_in_the_middle_keeps_nothing(
    author: Caller, draft: Json, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = {f"{n:03}": str(n).encode() for n in range(40)}
    keep = bundles.store

    def store_and_fail(keeper: Any, chosen: Any) -> Any:
        cut = [
            bundles.PlannedFile(replace(c.file, read=broken_read), c.outcome) if n == 30 else c
            for n, c in enumerate(chosen)
        ]
        return keep(keeper, cut)

    def broken_read() -> bytes:
        raise Unavailable("The store does not answer.")

    monkeypatch.setattr(bundles, "store", store_and_fail)
    assert bundle(author, draft, tar(many)).status_code == 503
    assert objects(services) == 0
    assert keys(author, draft) == []
    assert used(author) == 0


def test_what_changes_meanwhile_refuses_the_whole_and_leaves_nothing(
    author: Caller, draft: Json, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = bundles.store

    def store_and_name(keeper: Any, chosen: Any) -> Any:
        object_keys = keep(keeper, chosen)
        begin(author, draft, {"key": "a.csv/below"})
        return object_keys

    monkeypatch.setattr(bundles, "store", store_and_name)
    sent = bundle(author, draft, tar(FILES))
    assert (sent.status_code, sent.get_json()["message"]) == (409, AT_ONCE)
    assert objects(services) == 0
    assert keys(author, draft) == ["a.csv/below"]
