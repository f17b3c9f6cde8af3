"""Registration: states, back-off, lost answers, batches, changes sent again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import pytest
from sqlalchemy import select

from repository.core import clock
from repository.core.actor import SYSTEM, Role
from repository.core.errors import Unavailable
from repository.engines.registrars.port import Outcome, Registration, Stage
from repository.engines.services import Services
from repository.identifiers.model import Identifier, RegistrationState
from repository.identifiers.register import register_identifiers
from repository.records.registrar_metadata import registration_targets
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json
from tests.support.registrar_servers import FakeRegistrar

pytestmark = pytest.mark.slow


class Forgetful(FakeRegistrar):
    """Does what it is asked, and `loses` its answer so many times; counts what it minted."""

    def __init__(self) -> None:
        super().__init__()
        self.minted: list[str] = []
        self.updated: list[Registration] = []
        self.loses = 0
        self.away = False

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        self._answer()
        for each in registrations:
            self.minted.append(each.value)
            self.targets[each.value] = each.target
        self._lose()
        return [Outcome(Stage.DONE) for _ in registrations]

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        self._answer()
        self.updated += registrations
        self._lose()
        return [Outcome(Stage.DONE) for _ in registrations]

    def target_of(self, value: str) -> str | None:
        self._answer()
        return super().target_of(value)

    def _answer(self) -> None:
        if self.away:
            raise Unavailable("The registrar is on holiday.")

    def _lose(self) -> None:
        if self.loses:
            self.loses -= 1
            raise Unavailable("The answer was lost.")


class Slow(FakeRegistrar):
    """Takes batches, tells of them only when it is `done`, and refuses those that `refused` names."""

    most = 100

    def __init__(self) -> None:
        super().__init__()
        self.done = False
        self.refused: set[str] = set()
        self.batches: list[list[str]] = []

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        self.batches.append([each.value for each in registrations])
        return [Outcome(Stage.PENDING, ticket=f"task-{len(self.batches)}") for _ in registrations]

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:
        if not self.done:
            return {value: Outcome(Stage.PENDING) for value in values}
        return {
            value: Outcome(Stage.REFUSED, "Title missing.") if value in self.refused else Outcome(Stage.DONE)
            for value in values
        }


@pytest.fixture
def administrator(register: Callable[..., Caller]) -> Caller:
    return register("admin@example.org", role=Role.ADMINISTRATOR)


def with_dois_at(services: Services, registrar: FakeRegistrar) -> Services:
    return replace(services, registrars={**services.registrars, "doi": registrar})


def attempt(services: Services, record: Json) -> str:
    """One round of the job for the version and its concept; why it is to be tried again, empty if it is not."""
    owners = [int(record["id"]), int(record["parent"]["id"])]
    try:
        register_identifiers(
            services.database, services.registrars, owners, lambda read: registration_targets(services, read)
        )
    except Unavailable as failure:
        return failure.reason
    return ""


def doi_row(services: Services, record: Json) -> Identifier:
    with services.database.snapshot(SYSTEM) as unit:
        wanted = select(Identifier).where(Identifier.owner == int(record["id"]), Identifier.scheme == "doi")
        return unit.session.scalars(wanted).one()


def test_a_lost_answer_mints_nothing_twice(deposits: Deposits, services: Services) -> None:
    record, registrar = deposits.published(), Forgetful()
    registrar.loses = 1
    at_doi = with_dois_at(services, registrar)

    assert attempt(at_doi, record) == "The answer was lost."
    row = doi_row(services, record)
    while attempt(at_doi, record):
        pass

    assert sorted(registrar.minted) == sorted(
        owner["pids"]["doi"]["identifier"] for owner in (record, record["parent"])
    )
    assert row.state in (RegistrationState.FAILED, RegistrationState.REGISTERED)
    assert doi_row(services, record).state == RegistrationState.REGISTERED
    assert doi_row(services, record).called_at is None


def test_a_registrar_that_is_away_is_noted_with_cause_and_next_try(deposits: Deposits, services: Services) -> None:
    record, registrar = deposits.published(), Forgetful()
    registrar.away = True

    attempt(with_dois_at(services, registrar), record)
    first = doi_row(services, record)
    attempt(with_dois_at(services, registrar), record)
    second = doi_row(services, record)

    assert (first.state, first.cause, first.attempts) == (RegistrationState.FAILED, "The registrar is on holiday.", 1)
    assert second.attempts == 2
    assert first.next_try is not None
    assert second.next_try is not None
    assert second.next_try - clock.now() > (first.next_try - clock.now())
    registrar.away = False
    attempt(with_dois_at(services, registrar), record)
    third = doi_row(services, record)
    assert (third.state, third.cause, third.attempts, third.next_try) == (RegistrationState.REGISTERED, "", 0, None)


def test_an_identifier_that_the_registrar_says_leads_elsewhere_is_not_taken_over(
    deposits: Deposits, services: Services
) -> None:
    record, registrar = deposits.published(), Forgetful()
    registrar.loses = 1
    at_doi = with_dois_at(services, registrar)
    attempt(at_doi, record)
    registrar.targets = dict.fromkeys(registrar.targets, "https://elsewhere.example.org/7")

    while attempt(at_doi, record):
        pass

    rows = {doi_row(services, record).state, doi_row(services, record["parent"]).state}
    assert RegistrationState.CONFLICT in rows
    assert registrar.updated == []


def test_a_batch_is_asked_after_until_it_is_done(deposits: Deposits, services: Services) -> None:
    record, registrar = deposits.published(), Slow()
    registrar.refused = {record["parent"]["pids"]["doi"]["identifier"]}
    at_doi = with_dois_at(services, registrar)

    assert attempt(at_doi, record) == "fake is still at work."
    waiting = doi_row(services, record)
    assert (waiting.state, waiting.ticket) == (RegistrationState.REGISTERING, "task-1")
    assert attempt(at_doi, record) == "fake is still at work."
    registrar.done = True
    assert attempt(at_doi, record) == ""

    assert len(registrar.batches) == 1, "it was handed in once"
    assert len(registrar.batches[0]) == 2, "version and concept together"
    assert (doi_row(services, record).state, doi_row(services, record).ticket) == (RegistrationState.REGISTERED, "")
    failed = doi_row(services, record["parent"])
    assert (failed.state, failed.cause) == (RegistrationState.FAILED, "Title missing.")
    assert failed.next_try is not None


def test_what_another_process_is_asking_is_left_to_it(deposits: Deposits, services: Services) -> None:
    record = deposits.published()
    asked: list[str] = []

    class Watched(FakeRegistrar):
        def register_one(self, registration: Registration) -> None:
            asked.append(registration.value)
            inner = with_dois_at(services, FakeRegistrar())
            assert attempt(inner, record) == "Another process is asking the registrar."
            assert doi_row(services, record).state == RegistrationState.REGISTERING

    assert attempt(with_dois_at(services, Watched()), record) == ""
    assert len(asked) == 2
    assert doi_row(services, record).state == RegistrationState.REGISTERED


def test_nothing_is_said_again_while_nothing_changes(deposits: Deposits, services: Services) -> None:
    record, registrar = deposits.published(), Forgetful()
    at_doi = with_dois_at(services, registrar)

    for _ in range(3):
        attempt(at_doi, record)

    assert len(registrar.minted) == 2
    assert registrar.updated == []


def test_a_withdrawal_is_told_and_so_is_its_end(deposits: Deposits, services: Services, administrator: Caller) -> None:
    record, registrar = deposits.published(), Forgetful()
    at_doi = with_dois_at(services, registrar)
    attempt(at_doi, record)

    administrator.delete(f"/api/records/{record['id']}/delete", json={"removal_reason": {"id": "spam"}})
    attempt(at_doi, record)
    assert {each.withdrawn for each in registrar.updated} == {True}
    assert doi_row(services, record).state == RegistrationState.WITHDRAWN
    administrator.post(f"/api/records/{record['id']}/restore")
    attempt(at_doi, record)

    assert registrar.updated[-1].withdrawn is False
    assert doi_row(services, record).state == RegistrationState.REGISTERED


def test_of_a_restricted_record_no_registrar_elsewhere_learns(deposits: Deposits, services: Services) -> None:
    record = deposits.published({**a_dataset(), "access": {"record": "restricted", "files": "restricted"}})
    registrar = Forgetful()

    assert attempt(with_dois_at(services, registrar), record) == ""

    assert registrar.minted == []
    assert doi_row(services, record).state == RegistrationState.RESERVED


def test_an_administrator_lists_what_failed_and_has_it_tried_again(
    deposits: Deposits, services: Services, administrator: Caller, author: Caller, settle: Callable[[], None]
) -> None:
    record, registrar = deposits.published(), Forgetful()
    registrar.away = True
    attempt(with_dois_at(services, registrar), record)

    (failed,) = [
        each
        for each in administrator.get("/api/identifiers?state=failed").get_json()["hits"]
        if each["owner"] == record["id"]
    ]
    assert failed["identifier"] == record["pids"]["doi"]["identifier"]
    assert failed["cause"] == "The registrar is on holiday."
    assert author.get("/api/identifiers").status_code == 403
    assert author.post(f"/api/identifiers/{failed['id']}/retry").status_code == 403
    retried = administrator.post(f"/api/identifiers/{failed['id']}/retry")
    assert (retried.status_code, retried.get_json()["next_try"]) == (202, None)
    settle()
    assert doi_row(services, record).state == RegistrationState.REGISTERED
    assert administrator.post(f"/api/identifiers/{failed['id']}/retry").status_code == 409
    assert administrator.post("/api/identifiers/99999999/retry").status_code == 404


def test_the_list_of_identifiers_goes_on_by_its_link(deposits: Deposits, administrator: Caller) -> None:
    for _ in range(2):
        deposits.published()
    seen, path = [], "/api/identifiers?size=3"
    while path:
        page = administrator.get(path).get_json()
        assert len(page["hits"]) <= 3
        seen += [each["id"] for each in page["hits"]]
        path = page["links"].get("next", "")

    assert len(seen) == 8
    assert seen == sorted(set(seen))


def test_a_new_version_is_told_to_the_one_before_and_to_the_concept(
    deposits: Deposits, author: Caller, services: Services
) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])

    said = registration_targets(services, [int(first["id"]), int(second["id"]), int(first["parent"]["id"])])

    assert set(said) == {int(first["id"]), int(second["id"]), int(first["parent"]["id"])}
    assert all(not each.withdrawn and not each.hidden for each in said.values())


def test_an_answer_lost_before_a_record_was_closed_is_still_looked_up_when_it_opens_again(
    deposits: Deposits, author: Caller, services: Services
) -> None:
    record, registrar = deposits.published(), Forgetful()
    registrar.loses = 1
    at_doi = with_dois_at(services, registrar)
    assert attempt(at_doi, record) == "The answer was lost."

    for level in ("restricted", "public"):
        author.post(record["links"]["draft"])
        author.patch(record["links"]["draft"], json={"access": {"record": level, "files": level}})
        assert author.post(record["links"]["draft"] + "/actions/publish").status_code == 202
        while attempt(at_doi, record):
            pass

    assert len(registrar.minted) == len(set(registrar.minted)), "nothing was minted twice"
    assert doi_row(services, record).state == RegistrationState.REGISTERED
