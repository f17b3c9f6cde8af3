"""What is kept of a person: they take it along as a file, and it is gone when they want it gone."""

import io
import json
import re
import zipfile
from base64 import b64encode
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, update

from repository.access.policy import Permission
from repository.core import clock
from repository.core.actor import SYSTEM, Role
from repository.core.database.engine import Base
from repository.engines.services import Services
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from repository.people.facts import PasswordChanged
from repository.people.identity_model import IdentitySession, LinkedIdentity
from repository.people.model import DraftUse, Person, PersonExport
from repository.people.own_exports import PREFIX, remove_exports
from repository.records.model import Concept
from repository.sharing.person_data import _SECRET, has_index, person_columns
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, faults
from tests.features.test_administration import give, grants_on
from tests.features.test_people import change, me, show
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Register = Callable[..., Caller]
Settle = Callable[[], None]
EMAIL, PASSWORD = "leaver@example.org", "correct horse battery"
EXPORT = "/api/me/export"
WITHOUT_INDEX = {
    "tombstone.removed_by": "facts tell who withdrew a record",
    "access_request.decided_by": "facts tell of decisions; the row is about who asked",
    "ownership_offer.decided_by": "facts tell of decisions, and the row is among the offers received",
    "team.created_by": "facts tell who made a team",
    "webhook.created_by": "facts tell who made a webhook, which is an affair of the site",
    "guess_count.person_id": "facts tell of failed tries to sign in; a count is gone after a quarter of an hour",
}
"""A reference to a person that an export cannot follow -> why nothing is missing."""
BY_ANOTHER_NAME = {
    "access_grant.subject_id": "a part of its own",
    "linked_identity.subject": "a name at a provider, in a row of the person",
    "ownership_offer.receiver_id": "a part of its own",
    "ownership_offer.owner_id": "facts tell of offers; who offers is the owner or has the rights of one",
    "fact.actor": "a part of its own",
    "fact.subject": "a part of its own",
    "notice.subject": "a fact's subject, in a row that is exported by its person",
    "webhook_delivery.subject": "a fact's subject, for programs that an administrator names",
    "job.subject": "a fact's subject, until the job has run",
    "version_revision.actor": "facts tell who published corrections",
    "departure.person_id": "an account that is closed exports nothing",
    "departure.receiver_id": "facts tell who was given as the receiver",
    "identifier.owner": "a version or a dataset",
    "resumable_upload.holder": "the request that has an upload in hand, for as long as it takes",
    "one_time_link.email": "a row of the person, or of somebody who has no account yet",
    "access_request.email": "a row of the person, or of a guest, who has no account",
    "person.email": "the account itself",
}
"""A column that may name a person, and refers to none by its form -> where the export has it, or why not."""
_MAY_NAME = re.compile(r"(^|_)(person|owner|receiver|holder|user|subject)(_id)?$|^actor$|^email$")


@pytest.fixture
def leaver(app: Flask, services: Services) -> Caller:
    """A person with a password, which an erasure asks for."""
    with services.database.transaction(SYSTEM) as unit:
        _, secret = issue_token(unit, register_person(unit, EMAIL, "Lea Ver", password=PASSWORD))
    return Caller(app.test_client(), secret)


def erase(caller: Caller, status: int = 204, **body: Any) -> Any:
    reply = caller.delete("/api/me", json={"password": PASSWORD, **body})
    assert reply.status_code == status, reply.text
    return reply


def link_identity(services: Services, person_id: int) -> None:
    """Let the person have signed in at a provider."""
    with services.database.transaction(SYSTEM) as unit:
        who = {"person_id": person_id, "provider": "orcid", "subject": EMAIL}
        identity = LinkedIdentity(**who, orcid=None, grants={}, created=unit.now, last_used=unit.now)
        unit.session.add(identity)
        unit.session.flush()
        session = {"session_hash": "0" * 64, "sid": "1", "id_token": EMAIL, "end_session": "", "created": unit.now}
        unit.session.add(IdentitySession(identity_id=identity.id, **session))


def exports(services: Services) -> list[str]:
    return [stored.key for stored in services.store.objects() if stored.key.startswith(PREFIX)]


def test_every_reference_to_a_person_is_exported_or_has_its_reason() -> None:
    shown = {
        column.name for part in person_columns() for column in part.table.columns if not _SECRET.search(column.name)
    }
    assert not shown & {"secret_hash", "password_hash", "code_hash", "secret", "verifier", "nonce_hash", "totp"}
    others = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if _MAY_NAME.search(column.name) and column not in set(person_columns())
    }
    assert others == set(BY_ANOTHER_NAME)
    missing = {f"{column.table.name}.{column.name}" for column in person_columns() if not has_index(column)}
    assert missing == set(WITHOUT_INDEX)


def test_an_export_has_everything_but_secrets_and_is_for_its_person_alone(
    leaver: Caller, author: Caller, anyone: Caller, services: Services, settle: Settle
) -> None:
    change(leaver, username="leaver", identities={"orcid": "0000-0002-1825-0097"})
    draft = Deposits(leaver).open(a_dataset(title="My draft"))
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(PasswordChanged(me(leaver)["id"]))
    settle()
    assert leaver.get(EXPORT).status_code == leaver.get(f"{EXPORT}/content").status_code == 404
    asked = leaver.post(EXPORT)
    assert (asked.status_code, asked.get_json()["state"]) == (202, "waiting")
    assert leaver.get(f"{EXPORT}/content").status_code == 404
    settle()
    state = leaver.get(EXPORT).get_json()
    reply = leaver.get(state["links"]["content"])
    assert (reply.status_code, len(reply.data), reply.mimetype) == (200, state["size"], "application/zip")
    assert reply.headers["Cache-Control"] == "private, no-store"
    archive = zipfile.ZipFile(io.BytesIO(reply.data))
    parts = {name: json.loads(archive.read(name)) for name in archive.namelist() if name.endswith(".json")}
    assert parts["account.json"][0]["email"] == EMAIL
    assert parts["profile.person_id.json"][0]["username"] == "leaver"
    assert [row["concept_id"] for row in parts["grants.json"]] == [int(draft["parent"]["id"])]
    assert [row["description"]["title"] for row in parts["drafts.json"]] == ["My draft"]
    assert {row["kind"] for row in parts["facts.json"]} >= {"DraftOpened", "ProfileChanged", "ExportRequested"}
    assert {row["kind"] for row in parts["facts_about.json"]} >= {"PersonRegistered"}
    assert parts["token.person_id.json"][0]["scopes"]
    assert [row["kind"] for row in parts["notice.person_id.json"]] == ["password_changed"]
    everything = " ".join(map(str, parts.values()))
    assert "argon2" not in everything
    assert "secret_hash" not in everything
    for other in (author, anyone):
        for path in (EXPORT, f"{EXPORT}/content"):
            assert other.get(path).status_code in (403, 404)
    first = exports(services)
    assert leaver.post(EXPORT).get_json()["state"] == "ready"
    settle()
    run_now(services, "store")
    run_now(services, "exports")
    assert exports(services) == first
    assert len(first) == 1
    with time_machine.travel(clock.now() + timedelta(days=8)):
        assert leaver.get(f"{EXPORT}/content").status_code == 404
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(PersonExport).values(expires=unit.now))
    run_now(services, "exports")
    assert exports(services) == []


def test_an_object_that_no_export_refers_to_is_removed_when_it_is_old(services: Services) -> None:
    services.store.write(f"{PREFIX}lost", io.BytesIO(b"x"), limit=10)
    run_now(services, "exports")
    assert exports(services) == [f"{PREFIX}lost"]
    assert remove_exports(services.database, services.store, timedelta(days=-1)).repaired == 1
    assert exports(services) == []


def test_a_person_is_forgotten_and_what_they_published_stays(
    leaver: Caller, register: Register, services: Services, settle: Settle, anyone: Caller
) -> None:
    curator, manager = register("curator@example.org", role=Role.CURATOR), register("manager@example.org")
    own_id, curator_id, manager_id = (me(caller)["id"] for caller in (leaver, curator, manager))
    show(leaver, "Lea Ver")
    record, draft, managed = Deposits(leaver).published(), Deposits(leaver).open(), Deposits(leaver).open()
    foreign = Deposits(manager).open()
    give(services, managed, own_id, manager_id, Permission.MANAGE)
    give(services, foreign, manager_id, own_id, Permission.EDIT)
    leaver.post(EXPORT)
    link_identity(services, own_id)
    settle()
    before = anyone.get(f"/api/records/{record['id']}").get_json()["metadata"]
    listed = erase(leaver, 409).get_json()
    assert faults(listed) == {
        f"datasets.{record['parent']['id']}": ["Nobody else is responsible for this published dataset."],
        f"datasets.{draft['parent']['id']}": ["Nobody else is responsible for this draft."],
    }
    assert me(leaver)["email"] == EMAIL
    erase(leaver, discard_drafts=True)
    assert leaver.get("/api/records").status_code == 401
    settle()
    assert grants_on(services, record) == {curator_id: "owner"}
    assert grants_on(services, managed) == {manager_id: "owner"}
    assert grants_on(services, foreign) == {manager_id: "owner"}
    assert grants_on(services, draft) == {}
    assert curator.get(f"/api/records/{draft['id']}/draft").status_code == 404
    assert anyone.get(f"/api/records/{record['id']}").get_json()["metadata"] == before
    assert exports(services) == []
    assert manager.get(f"/api/users/{own_id}").status_code == 404
    assert "Lea Ver" not in manager.get("/api/users").text
    with services.database.snapshot(SYSTEM) as snapshot:
        tables = [table for table in Base.metadata.sorted_tables if table.name != "search_document"]
        kept = {table.name: str(snapshot.session.execute(select(table)).all()) for table in tables}
        person = snapshot.session.get_one(Person, own_id)
    assert [name for name, rows in kept.items() if EMAIL in rows or "Lea Ver" in rows] == []
    assert (person.name, person.active, person.password_hash) == ("", False, None)
    with services.database.transaction(SYSTEM) as unit:
        assert register_person(unit, EMAIL).id != own_id


def test_a_receiver_takes_all_and_must_let_others_find_them(
    leaver: Caller, author: Caller, services: Services, settle: Settle
) -> None:
    record, draft, own_id = Deposits(leaver).published(), Deposits(leaver).open(), me(leaver)["id"]
    receiver_id = me(author)["id"]
    for unfit in (str(receiver_id), str(own_id), "987654321"):
        assert faults(erase(leaver, 400, receiver=unfit).get_json()) == {
            "receiver": ["There is no account with this id."]
        }
    assert erase(leaver, 409, discard_drafts=True).get_json()["message"].startswith("There is no curator")
    show(author, "Ada")
    erase(leaver, receiver=str(receiver_id))
    settle()
    assert grants_on(services, record) == grants_on(services, draft) == {receiver_id: "owner"}


def test_what_a_team_owns_counts_for_somebody_else_once_who_answered_for_it_has_left(
    leaver: Caller, author: Caller, services: Services, settle: Settle
) -> None:
    draft = Deposits(author).open()
    team = leaver.post("/api/teams", json={"name": "Sea ice"}).get_json()
    leaver_id, author_id = me(leaver)["id"], me(author)["id"]
    offered = author.post(
        f"/api/records/{draft['id']}/access/owner", json={"subject": {"type": "group", "id": team["id"]}, "message": ""}
    ).get_json()
    assert leaver.post(f"/api/ownership-offers/{offered['id']}/actions/accept").status_code == 200
    members = f"/api/teams/{team['id']}/members"
    people = [{"type": "email", "id": me(author)["email"]}]
    assert leaver.post(members, json={"members": people, "role": "manager"}).status_code == 204
    assert author.post(f"/api/teams/{team['id']}/actions/accept").status_code == 200
    show(author, "Ada")
    erase(leaver, receiver=str(author_id))
    settle()
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(Concept.owner_id)).all() == [author_id]
        use = {row.person_id: row.drafts for row in snapshot.session.scalars(select(DraftUse))}
    assert (use[author_id], use.get(leaver_id, 0)) == (1, 0)


def test_a_token_alone_erases_nobody(leaver: Caller, author: Caller, anyone: Caller, services: Services) -> None:
    for password in ("wrong", "", None):
        refused = leaver.delete("/api/me", json={"password": password})
        assert faults(refused.get_json()) == {"password": ["This is not your password."]}
    refused = author.delete("/api/me", json={"confirm": "author@example.org"})
    assert list(faults(refused.get_json())) == ["password"]
    assert anyone.delete("/api/me", json={"password": PASSWORD}).status_code == 403
    assert me(leaver)["active"]
    assert me(author)["active"]
    header = {"Authorization": "Basic " + b64encode(f"{EMAIL}:{PASSWORD}".encode()).decode()}
    assert anyone.get("/api/user/tokens", headers=header).status_code == 200
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.get_one(Person, me(leaver)["id"]).active


def test_guesses_of_a_password_are_limited_here_too(leaver: Caller) -> None:
    body: Json = {"password": "wrong"}
    statuses = [leaver.delete("/api/me", json=body).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
