"""Identifiers that a registrar knew before this database asked for them, as after a restore."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result

from repository.engines.registrars.port import Outcome, Registration, Stage
from repository.engines.services import Services
from repository.identifiers.identifier_commands import identifiers
from repository.identifiers.model import RegistrationState
from tests.conftest import Deposits
from tests.features.test_registration import Forgetful, attempt, doi_row, with_dois_at
from workers.sweeps import overdue_registrations
from workers.sweeps.overdue_registrations import register_overdue

pytestmark = pytest.mark.slow


class Remembering(Forgetful):
    """Refuses to make what it knows, as every registrar does."""

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        known = [each for each in registrations if each.value in self.targets]
        if known:
            return [Outcome(Stage.KNOWN, f"It leads to {self.targets[known[0].value]}.") for _ in registrations]
        return super().register(registrations)


def test_what_the_registrar_knew_before_is_a_conflict_until_a_person_accepts_it(
    deposits: Deposits, services: Services, settle: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    record, registrar = deposits.published(), Remembering()
    doi, page = record["pids"]["doi"]["identifier"], record["links"]["self_html"]

    def command(*arguments: str) -> Result:
        return CliRunner().invoke(identifiers, arguments, obj=lambda: nullcontext(services))

    registrar.targets[doi] = page  # of another dataset, which had this number before the database was restored
    at_doi = with_dois_at(services, registrar)

    for _ in range(3):
        assert attempt(at_doi, record) == ""
    row = doi_row(services, record)
    assert (row.state, row.cause, row.next_try) == (RegistrationState.CONFLICT, f"It leads to {page}.", None)
    assert (registrar.updated, registrar.minted) == ([], [record["parent"]["pids"]["doi"]["identifier"]])
    assert f"{row.id}\tconflict\tdoi:{doi}" in command("list").output
    assert "a person must accept it" in str(command("retry", str(row.id)).exception)
    settle()
    monkeypatch.setattr(overdue_registrations, "OVERDUE", timedelta())
    assert f"identifiers of {record['id']}" not in register_overdue(services).examples

    assert command("accept", str(row.id)).exit_code == 0
    assert attempt(at_doi, record) == ""
    assert doi in [each.value for each in registrar.updated]
    assert doi_row(services, record).state == RegistrationState.REGISTERED
    assert "nothing to accept" in str(command("accept", str(row.id)).exception)


def test_what_an_earlier_call_may_have_made_is_no_conflict(deposits: Deposits, services: Services) -> None:
    record, registrar = deposits.published(), Remembering()
    registrar.loses = 1
    at_doi = with_dois_at(services, registrar)

    while attempt(at_doi, record):
        pass

    states = {doi_row(services, owner).state for owner in (record, record["parent"])}
    assert states == {RegistrationState.REGISTERED}
