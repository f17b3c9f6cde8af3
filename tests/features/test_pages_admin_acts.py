"""What administrators do in a browser: retries, acts on people with their reasons, and what is refused."""

import re
from collections.abc import Callable, Mapping

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.identifiers.model import Identifier, RegistrationState
from repository.operation.model import JobState
from repository.people.accounts import register_person
from repository.people.model import Person
from tests.features.administering import ADMINISTRATOR, admin, app, command, facts_of, job_ids, page, post, troubled
from tests.features.signing_in import EMAIL, OTHER, SigningIn, browser, browsing, people, quick_passwords
from tests.features.steps import Json

__all__ = ["admin", "app", "browser", "browsing", "command", "people", "quick_passwords", "troubled"]
pytestmark = pytest.mark.slow


def test_chosen_jobs_run_again_and_no_choice_is_not_all(admin: SigningIn, troubled: Services) -> None:
    first, *rest = job_ids(troubled, JobState.FAILED)

    status, html = post(admin, "/admin/jobs/retry?lang=zh")
    assert (status, "请至少选择一个任务。" in html) == (400, True)
    assert job_ids(troubled, JobState.WAITING) == []
    assert post(admin, "/admin/jobs/retry", job=str(first)) == (303, "/admin/jobs?count=1&done=done_retried")
    assert job_ids(troubled, JobState.WAITING) == [first]
    assert post(admin, "/admin/jobs/retry", all="1")[0] == 303
    assert job_ids(troubled, JobState.WAITING) == [first, *rest]
    assert [row.details["count"] for row in facts_of(troubled, "JobsRetried")] == [1, len(rest)]
    assert facts_of(troubled, "JobsRetried")[0].actor.startswith("person:")
    assert "Jobs that will run again: 1." in page(admin, "/admin/jobs?done=done_retried&count=1")


def test_registrations_are_tried_again(admin: SigningIn, troubled: Services) -> None:
    with troubled.database.snapshot(SYSTEM) as snapshot:
        state = RegistrationState.FAILED.value
        failing = snapshot.session.scalars(select(Identifier.id).where(Identifier.state == state)).all()
    path = f"/admin/identifiers/{failing[0]}"

    assert post(admin, f"{path}/retry")[1] == "/admin/identifiers?done=done_registration"
    assert post(admin, "/admin/identifiers/retry")[0] == 303
    assert len(facts_of(troubled, "RegistrationRetried")) == 1 + len(failing)
    status, html = post(admin, f"{path}/accept?lang=zh")
    assert (status, "注册机构此前并不知道该标识符" in html or "faults" in html) == (409, True)
    assert post(admin, "/admin/identifiers/987654/retry")[0] == 404


def test_acts_on_people_keep_their_reasons(
    admin: SigningIn, people: Json, services: Services, browsing: Callable[[], SigningIn]
) -> None:
    path = f"/admin/users/{people[OTHER]}"
    assert post(admin, f"{path}/suspend", reason="Left the institute") == (303, f"{path}?done=done_suspend")
    assert browsing().sign_in(OTHER).status_code == 401
    assert "suspended" in page(admin, path)
    assert post(admin, f"{path}/activate", reason="Came back")[0] == 303
    assert post(admin, f"{path}/role", role="curator", reason="Curates now")[0] == 303
    assert post(admin, f"{path}/quota", drafts="7", draft_bytes="", reason="A project")[0] == 303
    assert "0 of 7" in page(admin, path)
    assert 'value="7"' in page(admin, f"{path}/quota")
    assert post(admin, f"{path}/merge", into=EMAIL, reason="The same person")[0] == 303
    assert f"merged into account {people[EMAIL]}" in page(admin, path)
    for kind, reason in (("PersonSuspended", "Left the institute"), ("AccountMerged", "The same person")):
        fact = facts_of(services, kind)[0]
        assert fact.details["reason"] == reason
        assert fact.actor.startswith("person:")
    assert "Left the institute" in page(admin, f"/admin/audit?subject={people[OTHER]}")


@pytest.mark.parametrize(
    ("act", "fields", "words"),
    [
        ("suspend", {"reason": " "}, "Say why."),
        ("suspend", {"reason": "x" * 501}, "Length must be between 1 and 500."),
        ("role", {"role": "emperor", "reason": "why"}, "Choose a role."),
        ("quota", {"drafts": "-1", "reason": "why not"}, "Not a valid integer."),
        ("merge", {"into": "nobody@example.org", "reason": "why not"}, "There is no account with this id."),
        ("merge", {"into": "987654", "reason": "why not"}, "There is no account with this id."),
    ],
)
def test_a_refused_act_keeps_what_was_typed(
    admin: SigningIn, people: Json, services: Services, act: str, fields: Mapping[str, str], words: str
) -> None:
    status, html = post(admin, f"/admin/users/{people[OTHER]}/{act}", **fields)

    assert status == 400
    assert words in html
    assert "There is a problem" in html
    assert all(value.strip() in html for name, value in fields.items() if name != "role")
    with services.database.snapshot(SYSTEM) as snapshot:
        person = snapshot.session.get_one(Person, people[OTHER])
    assert (person.active, person.role) == (True, "depositor")


def test_the_last_administrator_stays(admin: SigningIn, services: Services) -> None:
    with services.database.snapshot(SYSTEM) as snapshot:
        own = snapshot.session.scalar(select(Person.id).where(Person.email == ADMINISTRATOR))

    status, html = post(admin, f"/admin/users/{own}/suspend?lang=zh", reason="休假")

    assert status == 409
    assert "休假" in html
    assert admin("GET", "/admin").status_code == 200
    assert admin("GET", "/admin/users/987654").status_code == 404


def test_a_long_trail_goes_on_page_by_page(admin: SigningIn, services: Services) -> None:
    for number in range(60):
        with services.database.transaction(SYSTEM) as unit:
            register_person(unit, f"person-{number}@example.org")
    seen: list[str] = []
    address = "/admin/audit?kind=PersonRegistered"
    while address:
        html = page(admin, address)
        seen += re.findall(r'data-fact="(\d+)"', html)
        following = re.search(r'rel="next" href="([^"]+)"', html)
        address = following[1].replace("&amp;", "&") if following else ""
    assert len(seen) == len(set(seen)) == 63
    assert seen == sorted(seen, key=int, reverse=True)
