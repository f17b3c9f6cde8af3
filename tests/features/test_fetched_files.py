"""Files that this server fetches by their addresses: whole, from allowed hosts only, and whatever goes wrong."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from repository.core.actor import SYSTEM
from repository.deposits import fetch_files
from repository.deposits.model import FetchedFile
from repository.engines.outgoing import guarded_fetch
from repository.engines.services import Services
from repository.files.model import StoredFile
from repository.people.model import DraftUse, Person
from tests.conftest import Caller, Deposits
from tests.features.fetching import (
    CONTENT,
    LARGE,
    asked_for,
    failed,
    fetching_site,
    make_due,
    name,
    require_nothing_left,
    rows,
    told,
)
from tests.features.steps import Json, base, commit, faults, send
from tests.support.file_host import Asked, FileHost, file_host, resumable, whole
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
NO_ADDRESS = "Must be an http or https address of a host, without user, password and fragment."


@pytest.fixture
def host() -> Iterator[FileHost]:
    with file_host(whole(CONTENT)) as played:
        yield played


@pytest.fixture
def settings(settings: Settings, host: FileHost) -> Settings:
    return fetching_site(settings, host)


@pytest.fixture
def again(services: Services, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Let what waits for another attempt have it now."""
    monkeypatch.setattr(fetch_files, "PAUSE", timedelta())

    def at_once() -> None:
        make_due(services)
        settle()

    return at_once


def test_a_file_is_fetched_by_a_job_verified_and_published(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, services: Services
) -> None:
    draft = deposits.open()
    reply = name(author, draft, host.url(), size=len(CONTENT), checksum=f"md5:{hashlib.md5(CONTENT).hexdigest()}")
    assert reply.status_code == 201, reply.text
    assert "key=" not in reply.text
    waits = told(author, draft)
    assert (waits["status"], waits["transfer"]) == ("pending", {"type": "F", "state": "waiting", "bytes": 0})
    assert "content" not in waits["links"]
    assert host.asked == [], "no request fetches anything"
    assert "has not completed its transfer" in author.post(f"/api/records/{draft['id']}/draft/actions/publish").text

    settle()
    file = told(author, draft)
    assert (file["status"], file["transfer"], file["size"]) == ("completed", {"type": "L"}, len(CONTENT))
    assert file["checksums"]["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    [(path, headers)] = host.asked
    assert path == "/data.csv?key=hidden"
    assert headers.keys().isdisjoint({"Authorization", "Cookie", "Range"})
    assert author.get("/api/user/quota").get_json()["draft_bytes"]["used"] == len(CONTENT)
    assert rows(services, FetchedFile) == 0
    deposits.publish(draft["id"])
    assert author.get(f"/api/records/{draft['id']}/files/data.csv/content").data == CONTENT


def test_files_of_every_way_are_named_together(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle
) -> None:
    draft = deposits.open()
    files = [
        {"key": "sent.csv"},
        {"key": "parts.csv", "size": 3, "transfer": {"type": "M", "parts": 1}},
        {"key": "fetched.csv", "transfer": {"type": "F", "url": host.url()}},
    ]
    assert author.post(base(draft), json=files).status_code == 201
    settle()
    states = {file["key"]: file["status"] for file in author.get(base(draft)).get_json()["entries"]}
    assert states == {"sent.csv": "pending", "parts.csv": "pending", "fetched.csv": "completed"}


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://elsewhere.example/a", "Domain not allowed"),
        ("https://127.0.0.1/a", "Domain not allowed"),
        ("http://127.0.0.1:1/a", "Domain not allowed"),
        ("ftp://127.0.0.1/a", NO_ADDRESS),
        ("http://me:secret@{host}/a", NO_ADDRESS),
        ("file:///etc/passwd", NO_ADDRESS),
        ("", "The address of the file is needed."),
        (None, "The address of the file is needed."),
        ("http://{host}/" + "a" * 2000, "Longer than maximum length 2000."),
    ],
)  # fmt: skip
def test_an_address_that_is_not_allowed_is_refused_with_words(
    author: Caller, deposits: Deposits, host: FileHost, url: str | None, fault: str
) -> None:
    draft = deposits.open()
    chosen = url.replace("{host}", host.name.removeprefix("http://")) if url else url
    reply = name(author, draft, chosen)  # type: ignore[arg-type]
    assert (reply.status_code, faults(reply.get_json())) == (400, {"0.transfer.url": [fault]})
    assert author.get(base(draft)).get_json()["count"] == 0


def test_a_client_learns_before_it_begins_from_where_files_are_fetched(anyone: Caller, host: FileHost) -> None:
    limits = anyone.get("/api/limits").get_json()
    assert "F" in limits["transfers"]
    assert limits["fetch_hosts"] == [host.name]


def test_another_length_than_the_declared_one_fails_before_a_byte_moves(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle
) -> None:
    draft = deposits.open()
    asked_for(author, draft, host.url(), size=5)
    settle()
    assert failed(author, draft) == f"Declared 5 bytes, the server has {len(CONTENT)}."


def test_a_file_without_bytes_is_one(author: Caller, deposits: Deposits, host: FileHost, settle: Settle) -> None:
    host.answer = whole(b"")
    draft = deposits.open()
    asked_for(author, draft, host.url(), size=0)
    settle()
    assert (told(author, draft)["status"], told(author, draft)["size"]) == ("completed", 0)


def test_other_bytes_than_the_checksum_fail_like_every_file(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle
) -> None:
    draft = deposits.open()
    asked_for(author, draft, host.url(), checksum="md5:" + "0" * 32)
    settle()
    file = told(author, draft)
    assert (file["status"], file["transfer"]["type"]) == ("failed", "L")
    assert file["transfer"]["error"].startswith("Declared md5:0000")
    assert told(author, draft, headers={"Accept-Language": "zh"})["transfer"]["error"].startswith("声明")


def test_a_file_whose_size_nobody_tells_is_fetched_to_its_end(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle
) -> None:
    def chunked(asked: Asked) -> None:
        asked.head(200, Transfer_Encoding="chunked")
        for start in range(0, len(LARGE), 100_000):
            piece = LARGE[start : start + 100_000]
            asked.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        asked.wfile.write(b"0\r\n\r\n")

    host.answer = chunked
    draft = deposits.open()
    asked_for(author, draft, host.url())
    settle()
    assert told(author, draft)["checksums"]["sha256"] == hashlib.sha256(LARGE).hexdigest()
    assert author.get("/api/user/quota").get_json()["draft_bytes"]["used"] == len(LARGE)


def test_a_cut_connection_is_gone_on_with_behind_what_has_come(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle
) -> None:
    host.answer = resumable(LARGE, cut_after=200_000)
    draft = deposits.open()
    asked_for(author, draft, host.url(), size=len(LARGE))
    settle()
    assert host.ranges() == [None, "bytes=200000-", "bytes=400000-"]
    assert [headers.get("If-Range") for _, headers in host.asked] == [None, '"first"', '"first"']
    assert told(author, draft)["checksums"]["sha256"] == hashlib.sha256(LARGE).hexdigest()


def test_a_server_that_is_away_is_asked_again_and_then_given_up_with_its_reason(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, again: Settle
) -> None:
    host.answer = lambda asked: asked.head(503, Content_Length="0")
    draft = deposits.open()
    asked_for(author, draft, host.url())
    settle()
    waits = told(author, draft)
    assert (waits["status"], waits["transfer"]["state"]) == ("pending", "waiting")
    assert waits["transfer"]["reason"] == "The server answers with status 503."
    again()
    assert 2 <= len(host.asked) < fetch_files.MOST_ATTEMPTS
    for _ in range(fetch_files.MOST_ATTEMPTS):
        again()
    assert failed(author, draft) == "The server answers with status 503."
    assert len(host.asked) == fetch_files.MOST_ATTEMPTS


def test_a_server_that_sends_too_slowly_is_left(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarded_fetch, "WINDOW_SECONDS", 0.2)
    monkeypatch.setattr(guarded_fetch, "SLOWEST", 1 << 20)

    def dripping(asked: Asked) -> None:
        asked.head(200, Content_Length="1000")
        while not asked.host.ending.wait(0.02):
            asked.wfile.write(b"x")

    host.answer = dripping
    draft = deposits.open()
    asked_for(author, draft, host.url())
    settle()
    assert told(author, draft)["transfer"]["reason"] == "The server sends too slowly."


def test_a_file_is_let_go_while_it_is_fetched(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, services: Services,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(fetch_files, "TOLD_SECONDS", 0.0)
    draft = deposits.open()
    seen: list[Json] = []

    def removed_meanwhile(asked: Asked) -> None:
        asked.head(200, Content_Length=str(len(LARGE)))
        asked.wfile.write(LARGE[:200_000])
        while not seen or not seen[-1]["transfer"]["bytes"]:
            seen.append(author.get(f"{base(draft)}/data.csv").get_json())
        assert author.delete(f"{base(draft)}/data.csv").status_code == 204
        asked.wfile.write(LARGE[200_000:])

    host.answer = removed_meanwhile
    asked_for(author, draft, host.url())
    settle()
    told_last = seen[-1]["transfer"]
    assert (told_last["state"], told_last["size"]) == ("fetching", len(LARGE))
    assert author.get(base(draft)).get_json()["count"] == 0
    run_now(services, "uploads")
    require_nothing_left(services)


def test_bytes_that_are_sent_meanwhile_are_the_file(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, services: Services
) -> None:
    draft = deposits.open()
    asked_for(author, draft, host.url())
    assert send(author, draft, "data.csv", b"own").status_code == 200
    assert commit(author, draft, "data.csv").status_code == 200
    settle()
    assert told(author, draft)["size"] == 3
    assert (host.asked, rows(services, FetchedFile)) == ([], 0)


def test_quotas_are_looked_at_before_a_byte_moves(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, services: Services
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        unit.session.add(DraftUse(person_id=unit.session.scalars(select(Person.id)).one(), most_bytes=10))
    draft = deposits.open()
    reply = name(author, draft, host.url(), size=11)
    assert (reply.status_code, reply.get_json()["code"]) == (403, "draft_bytes")
    asked_for(author, draft, host.url())
    settle()
    assert failed(author, draft).endswith("this does not fit. Publish or delete some.")
    assert rows(services, StoredFile) == 0


def test_a_person_without_rights_gets_nothing_fetched(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, services: Services
) -> None:
    draft = deposits.open()
    asked_for(author, draft, host.url())
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Person).values(active=False))
    settle()
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(FetchedFile.reason)).one() == "Permission denied."
    assert host.asked == []


def test_a_killed_job_is_run_again_and_goes_on(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, again: Settle, services: Services
) -> None:
    draft = deposits.open()
    host.answer = resumable(LARGE, cut_after=200_000)

    class Killed(BaseException):
        """As a signal ends a process: no code of ours sees it."""

    def killing(asked: Asked) -> None:
        resumable(LARGE)(asked)

    asked_for(author, draft, host.url())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch_files, "note_gain", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            settle()
    host.answer = killing
    again()
    assert host.ranges() == [None, "bytes=200000-"]
    assert told(author, draft)["checksums"]["sha256"] == hashlib.sha256(LARGE).hexdigest()


def test_a_long_file_lets_others_come_first(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_files, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(fetch_files, "TOLD_SECONDS", 0.0)
    clock = iter([0.0, 0.0, 0.0, 0.0, *[1.0] * 1000])
    host.answer = resumable(LARGE)
    draft = deposits.open()
    asked_for(author, draft, host.url())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fetch_files.time, "monotonic", lambda: next(clock))
        patch.setattr(fetch_files, "SLICE_SECONDS", 0.5)
        settle()
    assert told(author, draft)["checksums"]["sha256"] == hashlib.sha256(LARGE).hexdigest()


def test_a_fetch_whose_job_was_given_up_is_asked_for_again(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, services: Services
) -> None:
    draft = deposits.open()
    asked_for(author, draft, host.url())
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(FetchedFile).values(touched=unit.now - timedelta(hours=3)))
    assert run_now(services, "fetches").repaired == 1
    assert run_now(services, "fetches").repaired == 0
    settle()
    assert told(author, draft)["status"] == "completed"
