"""Calls are limited for each person, and for each network of the public, by their kind; nobody pays for others."""

import os
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config.default_limits import DEFAULT_LIMITS, read_limits
from repository.app import create_app
from repository.core.actor import SYSTEM
from repository.core.web.call_kinds import CallKind
from repository.engines.limits import shared_counter
from repository.engines.limits.call_limits import CallLimits
from repository.engines.limits.memory_counter import MemoryCounter
from repository.engines.limits.public_share import PublicShare
from repository.engines.limits.redis_counter import RedisCounter
from repository.engines.limits.shared_counter import SharedCounter
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from repository.people.queries import person_by_email
from tests.conftest import Caller, Deposits
from tests.support.web_server import free_port

NOON = 1_800_000_030.0
SEARCH = "/api/records?q=x"


def limited(services: Services, chosen: str, **changes: Any) -> Flask:
    """The application with these limits, at half past a minute."""
    limits = CallLimits(read_limits(chosen), MemoryCounter(lambda: NOON), lambda: NOON)
    return create_app(replace(services, limits=limits, **changes))


def statuses(caller: Caller, path: str, times: int, **options: Any) -> list[int]:
    return [caller.get(path, **options).status_code for _ in range(times)]


def from_address(address: str) -> dict[str, Any]:
    return {"environ_base": {"REMOTE_ADDR": address}}


def token_of(services: Services, email: str) -> str:
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, email) or register_person(unit, email)
        return issue_token(unit, person)[1]


def test_the_call_after_the_last_one_is_refused_in_words_with_a_code_and_when_to_go_on(services: Services) -> None:
    caller = Caller(limited(services, "anonymous-search=2").test_client())
    first, _, refused = (caller.get(SEARCH, headers={"Accept-Language": "zh"}) for _ in range(3))

    assert (first.status_code, refused.status_code) == (200, 429)
    assert first.headers["RateLimit-Policy"] == '"anonymous-search";q=2;w=60'
    assert first.headers["RateLimit"] == '"anonymous-search";r=1;t=30'
    assert "Retry-After" not in first.headers
    assert refused.headers["RateLimit"] == '"anonymous-search";r=0;t=30'
    assert refused.headers["Retry-After"] == "30"
    told = refused.get_json()
    assert (told["code"], told["message"]) == ("too_many_calls", "此类请求过于频繁，请在 30 秒后继续。")
    assert caller.get(SEARCH).get_json()["message"] == "Too many calls of this kind. Please go on in 30 seconds."


def test_searches_of_the_public_take_nothing_from_its_reading_and_from_depositors(services: Services) -> None:
    app = limited(services, "anonymous-search=1")
    public, author = Caller(app.test_client()), Caller(app.test_client(), token_of(services, "a@example.org"))

    assert statuses(public, SEARCH, 3) == [200, 429, 429]
    assert statuses(public, "/", 2) == [200, 200]
    assert statuses(author, SEARCH, 3) == [200, 200, 200]
    assert author.post("/api/records", json={}).status_code == 201


def test_hundreds_behind_one_address_do_not_share(services: Services) -> None:
    app = limited(services, "read=1 anonymous-read=1")
    one, other = (Caller(app.test_client(), token_of(services, f"{name}@example.org")) for name in "ab")
    again = Caller(app.test_client(), token_of(services, "a@example.org"))

    assert statuses(one, "/api/user/quota", 2) == [200, 429]
    assert statuses(again, "/api/user/quota", 1) == [429], "another token of the same person"
    assert statuses(other, "/api/user/quota", 2, **from_address("198.51.100.9")) == [200, 429]
    assert statuses(one, "/api/user/quota", 1, **from_address("198.51.100.9")) == [429], "wherever from"


def test_the_public_counts_by_network_and_cannot_choose_another(services: Services) -> None:
    app = limited(services, "anonymous-read=1", site=replace(services.site, trusted_proxies="192.0.2.1"))
    caller = Caller(app.test_client())

    def ask(peer: str, forwarded: str = "") -> int:
        return caller.get("/", headers={"X-Forwarded-For": forwarded}, **from_address(peer)).status_code

    assert [ask("198.51.100.7"), ask("198.51.100.7", "203.0.113.9"), ask("198.51.100.7", "x" * 500)] == [200, 429, 429]
    assert [ask("2001:db8::1"), ask("2001:db8::2"), ask("2001:db8:0:1::1")] == [200, 429, 200]
    assert [ask("192.0.2.1", "203.0.113.1"), ask("192.0.2.1", "203.0.113.2")] == [200, 200]
    assert ask("192.0.2.1", "10.0.0.1, 203.0.113.1") == 429


def test_every_kind_counts_apart(services: Services, deposits: Deposits) -> None:
    record = deposits.published()
    token = token_of(services, "author@example.org")
    app = limited(services, "read=1 search=1 write=1 export=1")
    caller, here = Caller(app.test_client(), token), f"/api/records/{record['id']}"

    for path in (here, SEARCH, f"{here}/export/datacite-json"):
        assert statuses(caller, path, 2) == [200, 429], path
    assert statuses(caller, "/oai2d?verb=Identify", 1) == [429], "harvests are exports"
    assert [caller.post("/api/records", json={}).status_code for _ in range(2)] == [201, 429]
    assert statuses(caller, f"{here}/files/data.csv/content", 3) == [200] * 3, "downloads are not counted"
    assert statuses(caller, f"{here}/files-archive", 2) == [200] * 2


def test_a_password_is_not_looked_at_beyond_the_limit(services: Services) -> None:
    caller = Caller(limited(services, "sign-in=2").test_client())

    def sign_in(method: str) -> int:
        return caller(method, "/api/user/tokens", auth=("nobody@example.org", "wrong"), json={}).status_code

    assert [sign_in("POST"), sign_in("GET"), sign_in("POST"), sign_in("GET")] == [401, 401, 429, 429]


def test_monitors_and_calls_without_a_limit_are_told_nothing(services: Services) -> None:
    nothing = " ".join(f"{name}=0" for name in DEFAULT_LIMITS)
    for chosen in (nothing, "anonymous-read=1"):
        caller = Caller(limited(services, chosen).test_client())
        path = "/" if chosen is nothing else "/health/live"
        replies = [caller.get(path) for _ in range(3)]
        assert {reply.status_code for reply in replies} == {200}
        assert not any("RateLimit" in reply.headers for reply in replies)


def test_without_its_redis_everybody_is_let_through(services: Services) -> None:
    with closing(RedisCounter(f"redis://127.0.0.1:{free_port()}/0")) as counter:
        app = create_app(replace(services, limits=CallLimits(read_limits("anonymous-read=1"), counter)))

        assert statuses(Caller(app.test_client()), "/", 3) == [200] * 3


def test_each_kind_has_its_defaults() -> None:
    counted = set(CallKind) - {CallKind.DOWNLOAD}
    of_people = {f"anonymous-{kind}" for kind in counted - {CallKind.SIGN_IN}}

    assert DEFAULT_LIMITS.keys() == counted | of_people


def test_searches_of_the_public_leave_threads_for_people_who_are_signed_in(services: Services) -> None:
    share = PublicShare(1, patience=0.0)
    app = create_app(replace(services, public_searches=share))
    public, person = Caller(app.test_client()), Caller(app.test_client(), token_of(services, "author@example.org"))
    for path in (SEARCH, "/api/records?size=x", "/api/user/records", SEARCH):  # a place is given back after errors too
        assert public.get(path).status_code != 503
    assert share.enter()
    refused = public.get(SEARCH, headers={"Accept-Language": "zh"})
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    assert refused.get_json()["message"] == "当前检索人数较多，请稍后再试。"
    assert person.get(SEARCH).status_code == 200
    assert public.get("/api/vocabularies").status_code != 503
    share.leave()
    assert public.get(SEARCH).status_code == 200


def test_a_search_waits_a_moment_for_a_place_and_few_wait() -> None:
    share = PublicShare(2, patience=60.0)
    assert share.enter()
    assert share.enter()
    with ThreadPoolExecutor(2) as threads:
        entered = [threads.submit(share.enter) for _ in range(2)]
        done, waiting = wait(entered, return_when=FIRST_COMPLETED)
        assert [one.result() for one in done] == [False], "one waits already"
        share.leave()
        assert [one.result() for one in waiting] == [True]


def test_processes_of_a_server_count_together(tmp_path: Path) -> None:
    one, two = (SharedCounter(tmp_path / "calls", lambda: NOON) for _ in range(2))
    with closing(one), closing(two):
        assert [counter.count("a", 60) for counter in (one, two, one)] == [1, 2, 3]
        assert two.count("b", 60) == two.count("a", 1) == 1
    later = SharedCounter(tmp_path / "calls", lambda: NOON + 60)
    with closing(later):
        assert later.count("a", 60) == 1, "another minute"
    assert (tmp_path / "calls").stat().st_mode & 0o777 == 0o600


def test_a_caller_for_whom_there_is_no_place_is_not_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_counter, "SLOTS", 2)
    monkeypatch.setattr(shared_counter, "PLACES", 2)
    with closing(SharedCounter(tmp_path / "calls", lambda: NOON)) as counter:
        assert [counter.count(key, 60) for key in "abca"] == [1, 1, None, 2]


@pytest.mark.process
def test_two_processes_lose_no_call(tmp_path: Path) -> None:
    with closing(SharedCounter(tmp_path / "calls", lambda: NOON)) as counter:
        child = os.fork()
        if child == 0:
            for _ in range(2_000):
                counter.count("a", 60)
            os._exit(0)
        for _ in range(2_000):
            counter.count("a", 60)
        assert os.waitpid(child, 0)[1] == 0
        assert counter.count("a", 60) == 4_001
