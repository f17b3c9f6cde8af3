"""Programs are told of facts, signed and tried again, and no address leads into our own network."""

import hmac
import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select, update

from config.settings import Settings
from repository.app import create_app
from repository.audit.queries import head_of
from repository.audit.sealing import seal_next
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM, Role
from repository.core.errors import Unavailable, Unsuitable
from repository.core.facts import FactRow
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.guarded_post import GuardedPost
from repository.engines.services import Services
from repository.operation.model import Job
from repository.webhooks import note_facts
from repository.webhooks.deliver_hooks import MOST_ATTEMPTS, deliver_hooks
from repository.webhooks.model import DeliveryState, Webhook, WebhookDelivery
from repository.webhooks.note_facts import HookWalk, note_sealed
from tests.conftest import Caller, Deposits
from tests.support.hook_receiver import HookReceiver, hook_receiver
from tests.support.settling import run_all
from tests.support.web_server import HOST
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow
KINDS = ["VersionPublished", "VersionEdited"]


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with hook_receiver() as played:
        yield played


@pytest.fixture
def calling(services: Services, settings: Settings) -> Iterator[Services]:
    """The site, with leave to call programs of this machine."""
    assert services.database
    with closing(open_services(settings.model_copy(update={"webhook_networks": f"{HOST}/32"}))) as opened:
        yield opened


@pytest.fixture
def head(register: Callable[..., Caller], calling: Services) -> Caller:
    """An administrator of that site."""
    return Caller(create_app(calling).test_client(), register("head@example.org", role=Role.ADMINISTRATOR).token)


def work(services: Services) -> None:
    seal_next(services.database, services.kinds)
    note_sealed(services.database)
    run_all(services)


def define(head: Caller, receiver: HookReceiver) -> tuple[str, str]:
    reply = head.post("/api/webhooks", json={"url": receiver.url, "kinds": KINDS})
    assert reply.status_code == 201, reply.text
    return reply.get_json()["id"], reply.get_json()["secret"]


def deliveries(services: Services) -> list[WebhookDelivery]:
    with services.database.snapshot(SYSTEM) as snapshot:
        return list(snapshot.session.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id)))


def test_a_fact_is_posted_signed_and_names_nobody(
    calling: Services, head: Caller, receiver: HookReceiver, deposits: Deposits
) -> None:
    hook_id, secret = define(head, receiver)
    record = deposits.published()
    work(calling)

    [(path, headers, body)] = receiver.posts
    assert path == "/hook?a=b"
    told = json.loads(body)
    assert told.keys() == {"id", "kind", "time", "subject", "site"}
    assert (told["kind"], told["subject"]) == ("VersionPublished", {"type": "record", "id": record["id"]})
    signature = hmac.new(secret.encode(), f"{headers['X-Timestamp']}.".encode() + body, sha256).hexdigest()
    assert headers["X-Signature"] == f"sha256={signature}"
    [hit] = head.get("/api/webhooks").get_json()["hits"]
    assert (hit["last"]["state"], hit["last"]["status"], hit["last"]["answer"]) == ("delivered", 200, "thanks")
    [listed] = head.get(f"/api/webhooks/{hook_id}/deliveries").get_json()["hits"]
    assert listed == hit["last"]


def test_facts_from_before_a_webhook_and_those_it_does_not_want_stay_here(
    calling: Services, head: Caller, receiver: HookReceiver, deposits: Deposits
) -> None:
    deposits.published()
    define(head, receiver)
    work(calling)
    assert deliveries(calling) == [], "they were sealed after it was made"
    deposits.published()
    for _ in range(2):
        work(calling)
    assert [delivery.kind for delivery in deliveries(calling)] == ["VersionPublished"]


def test_a_walk_goes_on_where_it_was_and_looks_once_a_second(
    calling: Services, head: Caller, receiver: HookReceiver, deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(note_facts, "BATCH", 2)
    define(head, receiver)
    walk = HookWalk(calling.database, seconds=iter([0.0, 0.5, 1.0, 2.0]).__next__)
    assert walk.round() == 0
    deposits.published()
    seal_next(calling.database, calling.kinds)
    assert walk.round() == 0, "it looked half a second ago"
    assert walk.round() == 1
    with calling.database.snapshot(SYSTEM) as snapshot:
        hook = snapshot.session.scalars(select(Webhook)).one()
        assert hook.reached == head_of(snapshot).number
    assert walk.round() == 0


def test_the_secret_is_in_no_other_reply_fact_or_list(
    calling: Services, head: Caller, receiver: HookReceiver, deposits: Deposits
) -> None:
    hook_id, secret = define(head, receiver)
    deposits.published()
    work(calling)
    for path in ("/api/webhooks", f"/api/webhooks/{hook_id}/deliveries"):
        assert secret not in head.get(path).text
    with calling.database.snapshot(SYSTEM) as snapshot:
        facts = snapshot.session.scalars(select(FactRow)).all()
    assert not any(secret in str(fact.details) or receiver.url in str(fact.details) for fact in facts)


def test_what_is_not_taken_is_tried_again_until_it_is(
    calling: Services, head: Caller, receiver: HookReceiver, deposits: Deposits
) -> None:
    define(head, receiver)
    receiver.status = 500
    deposits.published()
    work(calling)
    [delivery] = deliveries(calling)
    assert (delivery.state, delivery.attempts, delivery.status) == (DeliveryState.WAITING, 1, 500)

    receiver.status = 204
    with calling.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Job).values(run_after=unit.now - timedelta(seconds=1)))
        unit.session.execute(update(WebhookDelivery).values(tried=unit.now - timedelta(seconds=2)))
    work(calling)
    [delivery] = deliveries(calling)
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)
    deliver_hooks(calling, [delivery.id])
    assert len(receiver.posts) == 2, "a delivery that was taken is not posted again"


def test_a_redirection_is_not_followed_and_in_the_end_it_is_given_up(
    calling: Services, head: Caller, receiver: HookReceiver, deposits: Deposits
) -> None:
    define(head, receiver)
    receiver.status, receiver.headers = 307, {"Location": receiver.url}
    deposits.published()
    work(calling)
    assert len(receiver.posts) == 1
    with calling.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(WebhookDelivery).values(attempts=MOST_ATTEMPTS - 1, tried=None))
    [delivery] = deliveries(calling)
    deliver_hooks(calling, [delivery.id, delivery.id])
    assert deliveries(calling)[0].state == DeliveryState.FAILED


def test_a_call_ends_in_time_and_reads_little(receiver: HookReceiver) -> None:
    receiver.body = b"x" * 1_000_000
    guard = CallGuard(f"{HOST}/32")
    assert len(GuardedPost(guard).post(receiver.url, b"{}", {}).text) <= 2_048
    receiver.status = None
    with pytest.raises(Unavailable, match="does not answer"):
        GuardedPost(guard, seconds=0.2).post(receiver.url, b"{}", {})


def test_a_name_that_leads_inside_is_not_called_wherever_else_it_leads(
    receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("93.184.215.14", HOST)]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_options: answers)
    with pytest.raises(Unsuitable, match="inside a network"):
        GuardedPost(CallGuard()).post(f"http://rebound.example.org:{receiver.port}/", b"{}", {})
    assert receiver.posts == []


def test_the_name_is_resolved_once_for_judging_and_calling(
    receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = socket.getaddrinfo, []

    def lead_here(host: str, *args: object, **options: object) -> object:
        asked.append(host)
        return real(HOST, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", lead_here)
    guard = CallGuard(f"{HOST}/32")
    assert GuardedPost(guard).post(f"http://hook.example.org:{receiver.port}/", b"{}", {}).is_good
    assert [host for host in asked if host != HOST] == ["hook.example.org"]
    assert receiver.posts[0][1]["Host"] == f"hook.example.org:{receiver.port}"


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1"),
        *("224.0.0.1", "255.255.255.255", "240.0.0.1", "fe80::1%eth0", "fd00::1", "::ffff:127.0.0.1", "::", "ff02::1"),
        *("64:ff9b::7f00:1", "2002:7f00:1::1", "::127.0.0.1", "192.0.2.1", "2001:db8::1", "198.18.0.1", "no-address"),
    ],
)
def test_an_address_inside_is_never_called(address: str) -> None:
    assert not CallGuard().allows(address)


def test_public_addresses_and_named_networks_may_be_called() -> None:
    guard = CallGuard("10.1.0.0/16")
    assert all(map(guard.allows, ("93.184.215.14", "2606:4700::1111", "10.1.2.3")))
    assert not guard.allows("10.2.0.1")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"url": "http://127.0.0.1/", "kinds": KINDS}, "url"),
        ({"url": "http://localhost/", "kinds": KINDS}, "url"),
        ({"url": "http://[::ffff:169.254.169.254]/", "kinds": KINDS}, "url"),
        ({"url": "ftp://hooks.example.org/", "kinds": KINDS}, "url"),
        ({"url": "http://u:p@hooks.example.org/", "kinds": KINDS}, "url"),
        ({"url": "http://hooks.example.org/\r\nX: y", "kinds": KINDS}, "url"),
        ({"url": "http://hooks.example.org:99999/", "kinds": KINDS}, "url"),
        ({"url": "https://hooks.example.org/#f", "kinds": KINDS}, "url"),
        ({"url": "https://hooks.example.org/", "kinds": ["VersionPublished", "DraftSaved"]}, "kinds.1"),
        ({"url": "https://hooks.example.org/", "kinds": []}, "kinds"),
        ({"url": "https://hooks.example.org/", "kinds": KINDS, "secret": "mine"}, "secret"),
    ],
)
def test_a_webhook_that_cannot_be_is_refused_with_its_field(
    register: Callable[..., Caller], body: object, field: str
) -> None:
    reply = register("head@example.org", role=Role.ADMINISTRATOR).post("/api/webhooks", json=body)
    assert reply.status_code == 400
    assert [error["field"] for error in reply.get_json()["errors"]] == [field]


def test_only_administrators_have_to_do_with_webhooks(
    head: Caller, curator: Caller, anyone: Caller, receiver: HookReceiver, calling: Services
) -> None:
    hook_id, _ = define(head, receiver)
    for caller in (curator, anyone):
        assert caller.get("/api/webhooks").status_code == 403
        assert caller.get(f"/api/webhooks/{hook_id}/deliveries").status_code == 403
        assert caller.delete(f"/api/webhooks/{hook_id}").status_code == 403
        assert caller.post("/api/webhooks", json={"url": receiver.url, "kinds": KINDS}).status_code == 403
    assert head.delete(f"/api/webhooks/{hook_id}").status_code == 204
    assert head.delete(f"/api/webhooks/{hook_id}").status_code == 404
    assert deliveries(calling) == []


def test_old_deliveries_are_removed(
    calling: Services, head: Caller, receiver: HookReceiver, deposits: Deposits
) -> None:
    define(head, receiver)
    deposits.published()
    work(calling)
    with calling.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(WebhookDelivery).values(created=unit.now - timedelta(days=40)))
    run_now(calling, "hook_deliveries")
    assert deliveries(calling) == []
