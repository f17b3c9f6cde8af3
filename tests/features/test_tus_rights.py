"""Who may begin and continue a resumable upload, how much, and one at a time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from repository.app import create_app
from repository.core import clock
from repository.core.actor import SYSTEM
from repository.core.errors import Unavailable
from repository.core.process_identity import own_process
from repository.deposits import upload_leases
from repository.deposits.model import Draft, ResumableUpload
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.queries import person_by_email
from repository.people.token_scopes import FOR_ONE_DATASET
from tests.conftest import Caller, Deposits
from tests.features.tus_client import TusClient, names

pytestmark = pytest.mark.slow

CONTENT = b"depth,salinity\n5,35.1\n"
SIZE = len(CONTENT)


@pytest.fixture
def tus(author: Caller) -> TusClient:
    return TusClient(author)


def test_an_upload_is_there_for_nobody_but_the_person_who_began_it(
    register: Callable[..., Caller], anyone: Caller, tus: TusClient, deposits: Deposits
) -> None:
    draft = deposits.open()
    url = tus.begun(draft["id"], "a.csv", SIZE)
    other = TusClient(register("other@example.org"))
    assert {reply.status_code for reply in (other.head(url), other.patch(url, 0, CONTENT), other.end(url))} == {404}
    assert other.create(draft["id"], "b.csv", 1).status_code == 403
    nobody = TusClient(anyone)
    assert {reply.status_code for reply in (nobody.patch(url, 0, CONTENT), nobody.end(url))} == {403}
    assert nobody.head(url).status_code == 403
    assert tus.offset(url) == 0


def test_one_request_at_a_time_sends_bytes(
    services: Services, tus: TusClient, deposits: Deposits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload_leases, "PATIENCE_SECONDS", 0.1)
    stopped = Event()
    url = tus.begun(deposits.open()["id"], "a.csv", SIZE)
    with services.database.snapshot(SYSTEM) as snapshot:
        upload_id = snapshot.session.scalars(select(ResumableUpload.upload_id)).one()

    with upload_leases.held(services.database, upload_id, stopped.set) as holder:
        assert holder is not None
        holder.look()
        assert not stopped.is_set(), "nobody waits"
        refused = tus.patch(url, 0, CONTENT)
        assert (refused.status_code, refused.headers["Retry-After"]) == (423, "1")
        assert tus.offset(url) == 0
        holder.received = 1
        holder.look()
        assert not stopped.is_set(), "its client sends"
        holder.look()
        assert stopped.is_set()
        with time_machine.travel(clock.now() + timedelta(seconds=59), tick=False):
            holder.renew()
        with time_machine.travel(clock.now() + timedelta(seconds=90), tick=False):
            assert tus.patch(url, 0, CONTENT[:1]).status_code == 423
        with time_machine.travel(clock.now() + timedelta(seconds=130), tick=False):
            assert tus.patch(url, 0, CONTENT[:1]).status_code == 204, "the lease was not renewed"
        holder.renew()
        with pytest.raises(Unavailable):
            holder.require()

    number, _, tick = own_process().partition(" ")[2].partition(" ")
    with services.database.transaction(SYSTEM) as unit:
        dead = f"{own_process().partition(' ')[0]} {number} {int(tick) + 1} x"
        unit.session.execute(update(ResumableUpload).values(holder=dead, held_until=unit.now + timedelta(days=1)))
    assert tus.patch(url, 1, CONTENT[1:]).status_code == 204, "its process has ended"


def test_a_token_for_another_dataset_begins_and_continues_nothing(
    app: Flask, services: Services, tus: TusClient, deposits: Deposits
) -> None:
    own, other = deposits.open(), deposits.open()
    url = tus.begun(own["id"], "a.csv", SIZE)
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "author@example.org")
        assert person is not None
        limits = [unit.session.get_one(Draft, int(draft["id"])).concept_id for draft in (own, other)]
        secrets = [issue_token(unit, person, FOR_ONE_DATASET, limited_to=limit)[1] for limit in limits]
    here, elsewhere = (TusClient(Caller(app.test_client(), secret)) for secret in secrets)

    refused = elsewhere.create(own["id"], "b.csv", 1), elsewhere.head(url), elsewhere.patch(url, 0, CONTENT)
    assert {reply.status_code for reply in refused} == {403}
    assert here.patch(url, 0, CONTENT).status_code == 204


def test_what_does_not_fit_is_refused_before_a_byte_comes(
    app: Flask, author: Caller, services: Services, tus: TusClient, deposits: Deposits
) -> None:
    draft = deposits.open()
    small = create_app(replace(services, site=replace(services.site, max_draft_bytes=SIZE, max_files=1)))
    limited = TusClient(Caller(small.test_client(), author.token))

    refused = limited.create(draft["id"], "a.csv", SIZE + 1, CONTENT)
    assert (refused.status_code, refused.get_json()["code"]) == (403, "draft_bytes")
    begun = limited.create(draft["id"], "a.csv", SIZE)
    assert limited.create(draft["id"], "b.csv", 1).status_code == 403, "it is on its way"
    second = limited.create(draft["id"], "a.csv", SIZE)
    assert second.status_code == 201
    assert limited.end(second.headers["Location"]).status_code == 204
    assert limited.patch(begun.headers["Location"], 0, CONTENT).status_code == 204
    assert limited.create(draft["id"], "b.csv", 0).status_code == 400
    assert names(author, draft) == {"a.csv"}
