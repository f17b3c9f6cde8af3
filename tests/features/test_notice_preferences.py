"""People choose what they are told by mail, and when."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from repository.core.actor import SYSTEM
from repository.engines.services import Services
from repository.notifications.model import MailState, Notice
from repository.people.facts import PasswordChanged
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.noticed import COLLEAGUE, Settle, id_of, mails, notices, parts, published
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow


@pytest.fixture
def colleague(register: Callable[..., Caller]) -> Caller:
    """A manager of the author's datasets, as soon as `shared` says so."""
    return register(COLLEAGUE)


def test_what_is_muted_is_listed_and_not_mailed(
    services: Services, deposits: Deposits, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    wanted = {"digest": "none", "muted": ["version_published"]}
    assert colleague.put("/api/me/notification-preferences", json=wanted).status_code == 200
    published(services, deposits)
    settle()
    assert len(colleague.get("/api/notifications").get_json()["hits"]["hits"]) == 1
    assert mails(services, tmp_path) == []
    assert colleague.get("/api/me/notification-preferences").get_json()["muted"] == ["version_published"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"digest": "none", "muted": ["password_changed"]}, "muted.0"),
        ({"digest": "none", "muted": ["version_published", "no_such"]}, "muted.1"),
        ({"digest": "hourly", "muted": []}, "digest"),
        ({"muted": []}, "digest"),
        ({"digest": "none", "muted": [], "person_id": 1}, "person_id"),
        ({"digest": "none", "muted": [7]}, "muted.0"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_its_field(colleague: Caller, body: object, field: str) -> None:
    reply = colleague.put("/api/me/notification-preferences", json=body)
    assert reply.status_code == 400
    assert [error["field"] for error in reply.get_json()["errors"]] == [field]


def test_a_day_s_notices_come_in_one_mail(
    services: Services, deposits: Deposits, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    colleague.put("/api/me/notification-preferences", json={"digest": "daily", "muted": []})
    for title in ("Ice cores", "Sea levels"):
        published(services, deposits, a_dataset(title=title))
    settle()
    run_now(services, "digests")
    settle()
    assert mails(services, tmp_path) == []
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(Notice).values(mail_after=unit.now - timedelta(seconds=1)))
    run_now(services, "digests")
    run_now(services, "digests")
    settle()

    [message] = mails(services, tmp_path)
    plain, _ = parts(message)
    assert "Ice cores" in plain
    assert "Sea levels" in plain
    assert {notice.state for notice in notices(services)} == {MailState.SENT}


def test_mail_is_stopped_by_one_post_and_by_no_look(
    services: Services, deposits: Deposits, colleague: Caller, anyone: Caller, settle: Settle, tmp_path: Path
) -> None:
    published(services, deposits)
    settle()
    [message] = mails(services, tmp_path)
    address = str(message["List-Unsubscribe"]).strip("<>").removeprefix("http://repository.test")

    assert "<form" in anyone.get(address).text
    assert colleague.get("/api/me/notification-preferences").get_json()["muted"] == []
    for forged in (
        f"{address[:-9]}x{address[-8:]}{address[-9]}",
        address.replace(".version", ".grant"),
        address.partition("?")[0],
    ):
        assert anyone.get(forged).status_code == 404
        assert anyone.post(forged, data={"List-Unsubscribe": "One-Click"}).status_code == 404
    for _ in range(2):
        assert anyone.post(address, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert colleague.get("/api/me/notification-preferences").get_json()["muted"] == ["version_published"]


def test_the_profile_chooses_the_language_and_what_is_mailed(
    services: Services, deposits: Deposits, colleague: Caller, settle: Settle, tmp_path: Path
) -> None:
    chosen = {"locale": "zh", "notifications": {"version_published": "off"}}
    assert colleague.patch("/api/me", json={"preferences": chosen}).status_code == 200
    published(services, deposits)
    with services.database.transaction(SYSTEM) as unit:
        unit.emit(PasswordChanged(id_of(services)))
    settle()
    [message] = mails(services, tmp_path)
    assert message["Subject"] == "您的密码已更改"
    assert message["Content-Language"] == "zh"
