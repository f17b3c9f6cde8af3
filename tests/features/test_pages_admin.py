"""Administration in a browser: only administrators get in, and every number is the command line's."""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from flask import Flask

from repository.audit.sealing import seal_next
from repository.core.actor import SYSTEM
from repository.core.conditions import degraded, failed, well
from repository.core.errors import Unavailable
from repository.engines.services import Services
from repository.faces.pages.admin.admin_pages import TABS
from repository.faces.pages.admin.alarm_lines import ALARMS, alarm_lines, engine_lines
from repository.faces.pages.admin.people_views import ACTS
from repository.faces.reasons.in_words import in_chinese
from repository.files.store_check import compare_with_store
from repository.operation.model import SweepRow
from tests.conftest import Deposits
from tests.features.administering import (
    ADMINISTRATOR,
    Command,
    admin,
    app,
    command,
    facts_of,
    figures,
    page,
    post,
    troubled,
)
from tests.features.pages import Page
from tests.features.signing_in import OTHER, SigningIn, browser, browsing, people, quick_passwords
from tests.features.steps import Json
from workers.site_conditions import checks
from workers.sweeps.schedule import run_due

__all__ = ["admin", "app", "browser", "browsing", "command", "people", "quick_passwords", "troubled"]
pytestmark = pytest.mark.slow


def test_only_administrators_get_in(admin: SigningIn, browser: SigningIn, app: Flask, people: Json) -> None:
    pages = [*TABS.values(), f"/admin/users/{people[OTHER]}"]
    pages += [f"/admin/users/{people[OTHER]}/{act}" for act in ACTS.split(",")]
    for path in pages:
        assert admin("GET", path).status_code == 200, path
        assert browser("GET", path).status_code == 403, path
        assert app.test_client().get(path).status_code == 401, path
    posts = ["jobs/retry", "sweeps/run", "identifiers/retry", "identifiers/1/retry", f"users/{people[OTHER]}/suspend"]
    for path in posts:
        assert post(browser, f"/admin/{path}", reason="x", all="1", sweep="index")[0] == 403, path
        assert admin.http.post(f"/admin/{path}", data={"reason": "x"}).status_code == 403, "without its mark"


def test_the_way_to_the_pages_is_shown_to_administrators_alone(admin: SigningIn, browser: SigningIn) -> None:
    assert 'href="/admin"' in admin("GET", "/").text
    assert 'href="/admin"' not in browser("GET", "/").text


@pytest.mark.parametrize("tab", TABS)
def test_every_page_is_there_in_chinese(admin: SigningIn, troubled: Services, tab: str) -> None:
    html = page(admin, f"{TABS[tab]}?lang=zh")
    assert '<html lang="zh">' in html
    assert "系统管理" in html
    assert len(Page(html).each("h1")) == 1


def test_the_backlog_is_that_of_the_doctor(admin: SigningIn, troubled: Services, command: Command) -> None:
    doctor = command("doctor")
    behind = re.search(r"^behind +(.*)$", doctor, re.MULTILINE)
    assert behind is not None
    told = {name: int(count) for count, name in re.findall(r"(\d+) (\w+)", behind[1])}
    assert told["failed"] > 2

    for path in ("/admin", "/admin/jobs"):
        assert figures(page(admin, path)) == told


def test_alarms_are_those_of_the_doctor(admin: SigningIn, troubled: Services, command: Command) -> None:
    doctor = command("doctor")
    ill = set(re.findall(r"^(?:LOOK AT|FAILED ) +(\w+):", doctor, re.MULTILINE))
    assert {"jobs", "sweeps"} <= ill

    html = page(admin, "/admin")

    assert set(re.findall(r'data-part="(\w+)"', html)) == ill
    assert set(re.findall(r'data-well="(\w+)"', html)) == set(ALARMS) - ill
    assert "jobs failed too often and were given up." in html
    assert "<code>repository jobs list --state failed</code> shows why; after mending, <code>" in html
    chinese = page(admin, "/admin?lang=zh")
    assert "个任务多次失败，已被放弃。" in chinese
    assert 'lang="en"' not in chinese[chinese.index("<main") : chinese.index("</main>")]


def test_jobs_are_those_of_the_command(admin: SigningIn, troubled: Services, command: Command) -> None:
    told = [line.split("\t") for line in command("jobs", "list", "--state", "failed").splitlines()]
    assert told

    html = page(admin, "/admin/jobs?state=failed")

    assert re.findall(r'/admin/jobs/(\d+)">\d+ <code>(\w+)', html) == [(line[0], line[2]) for line in told]
    assert html.count("Unavailable: away") == len(told)
    assert "There are no such jobs." in page(admin, "/admin/jobs?state=running")
    job = page(admin, f"/admin/jobs/{told[0][0]}")
    assert told[0][2] in job
    assert "Unavailable: away" in job
    assert admin("GET", "/admin/jobs/987654").status_code == 404


def test_identifiers_are_counted_and_listed_as_by_the_command(
    admin: SigningIn, troubled: Services, command: Command
) -> None:
    lines = [line.split("\t") for line in command("identifiers", "count").splitlines()]
    told = {f"{scheme}-{state}": int(count) for scheme, state, count in lines}
    assert told["doi-failed"] > 0
    html = page(admin, "/admin/identifiers")

    assert {name: count for name, count in figures(html).items() if count} == told
    listed = [line.split("\t")[2] for line in command("identifiers", "list").splitlines()]
    assert re.findall(r"<bdi>((?:doi|cstr|handle):[^<]+)</bdi>", html) == listed
    assert "The registrar refuses it." in html
    assert "There are no such identifiers." in page(admin, "/admin/identifiers?state=conflict&scheme=doi")


def test_sweeps_are_those_of_the_command_and_run_when_wished(
    admin: SigningIn, services: Services, command: Command
) -> None:
    assert "No process has swept yet." in page(admin, "/admin/sweeps")
    run_due(services)
    told = {}
    for line in command("sweeps", "list").splitlines():
        name, _, last = line.split("\t", 2)
        told[name] = re.search(r"(\d+ found, \d+ repaired)", last)
    html = page(admin, "/admin/sweeps")
    rows = dict(re.findall(r'data-sweep="([\w -]+)">(.*?)</tr>', html, re.DOTALL))
    assert rows.keys() == told.keys()
    for name, result in told.items():
        assert result is None or result[1] in rows[name], name

    assert post(admin, "/admin/sweeps/run", sweep="index")[1] == "/admin/sweeps?done=done_wished"

    assert "begins soon" in page(admin, "/admin/sweeps")
    with services.database.snapshot(SYSTEM) as snapshot:
        wished = snapshot.session.get_one(SweepRow, "index").wished
    assert wished is not None
    assert facts_of(services, "SweepWished")[0].details["sweep"] == "index"
    run_due(services)
    assert "begins soon" not in page(admin, "/admin/sweeps")
    assert post(admin, "/admin/sweeps/run", sweep="no such one")[0] == 404


def test_storage_is_that_of_the_command(
    admin: SigningIn, deposits: Deposits, services: Services, command: Command
) -> None:
    assert "The store was never looked at as a whole." in page(admin, "/admin/storage")
    deposits.published(**{"data.csv": b"1,2\n"})
    compare_with_store(services.database, services.store)
    lines = [line.split("\t") for line in command("storage").splitlines()]
    told = {
        line[0]: [int(number) for part in line[1:] for number in re.findall(r"\b\d+\b(?!-)", part)] for line in lines
    }

    shown = figures(page(admin, "/admin/storage"))

    assert shown["objects"] == told["store"][0] > 0
    assert shown["bytes"] == told["store"][1]
    assert [shown["quarantine"], shown["quarantine-bytes"]] == told["quarantine"]
    assert [shown["damaged"]] == told["damaged"]
    disks = [line for line in lines if line[0] == "disk"]
    for number, line in enumerate(disks, 1):
        assert shown[f"size-{number}"] == int(line[3].rpartition(" ")[2])


def test_people_are_those_of_the_command(admin: SigningIn, people: Json, command: Command) -> None:
    told = [line.split("\t")[:2] for line in command("user", "list").splitlines()]

    html = page(admin, "/admin/users")

    shown = re.findall(r'data-person="(\d+)".*?data-label="Address"><bdi>([^<]+)', html, re.DOTALL)
    assert [list(pair) for pair in shown] == told
    assert f"{len(told)} people" in html
    found = page(admin, f"/admin/users?q={OTHER}&role=depositor&state=active")
    assert re.findall(r'data-person="(\d+)"', found) == [str(people[OTHER])]
    assert "Nobody is found." in page(admin, "/admin/users?q=nobody-like-that")
    assert "Nobody is found." in page(admin, "/admin/users?role=curator")


def test_the_audit_trail_is_asked_by_person_thing_kind_and_day(
    admin: SigningIn, troubled: Services, people: Json, command: Command
) -> None:
    while seal_next(troubled.database, troubled.kinds):
        pass
    verified = re.search(r"^seals +(\d+), the newest with the hash (\w+)", command("audit", "verify"), re.MULTILINE)
    assert verified is not None
    html = page(admin, "/admin/audit")
    assert figures(html)["seals"] == int(verified[1])
    assert f'id="figure-hash">{verified[2]}<' in html

    def count(query: str) -> int:
        return len(re.findall("data-fact=", page(admin, f"/admin/audit?{query}")))

    assert count("") > count("kind=PersonRegistered") > 0
    assert count("person=system") > 0
    assert count(f"person={ADMINISTRATOR}") == count("kind=SessionBegun") == 1
    assert count(f"subject={people[OTHER]}&kind=PersonRegistered") == 1
    assert count("until=2001-01-01") == 0
    assert count("since=2001-01-01") == count("")
    for wrong in ("since=never", "person=nobody@example.org", "subject=x", "before=1", "person=%00"):
        assert admin("GET", f"/admin/audit?{wrong}").status_code == 400, wrong


def test_settings_are_those_of_the_services_and_show_no_secret(admin: SigningIn, services: Services) -> None:
    html = page(admin, "/admin/settings")

    assert re.findall(r'<th scope="row"><code>(\w+)</code>', html) == [line.name for line in services.settings]
    assert "the secret" not in html


def test_every_condition_has_its_line_in_the_handbook() -> None:
    handbook = (Path(__file__).parents[2] / "docs/operation.md").read_text("utf-8")

    assert ALARMS.keys() == {check.name for check in checks()}
    assert [alarm for alarm in ALARMS.values() if f"| `{alarm}` |" not in handbook] == []


def sentences_of_conditions() -> Iterator[str]:
    """What `degraded` and `failed` are told, with something in each place; constants of the module as they are."""
    root = Path(__file__).parents[2]
    for path in [*root.glob("repository/**/*condition*.py"), *root.glob("workers/*.py"), root / OWNERLESS]:
        constants = vars(importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts)))
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("degraded", "failed"):
                yield from (sentence for text in node.args[:2] if (sentence := _sentence(text, constants)))


OWNERLESS = "repository/sharing/ownership/ownerless.py"


def _sentence(text: ast.expr, constants: Mapping[str, object]) -> str:
    if isinstance(text, ast.Constant):
        return str(text.value)
    if isinstance(text, ast.JoinedStr):
        return "".join(_sentence(part, constants) or "7" for part in text.values)
    if isinstance(text, ast.FormattedValue):
        return _sentence(text.value, constants)
    return str(constants.get(text.id, "")) if isinstance(text, ast.Name) else ""


def test_every_alarm_is_told_in_chinese_too() -> None:
    sentences = set(sentences_of_conditions())
    assert len(sentences) > 40

    assert sorted(sentence for sentence in sentences if in_chinese(sentence) is None) == []
    full = "The disk of log has 0.10 GiB free, and 1.00 GiB are kept in reserve."
    assert in_chinese(full) == "磁盘（log）可用 0.10 GiB，预留空间为 1.00 GiB。"


def test_the_worst_alarm_stands_first() -> None:
    conditions = {"log": degraded("A.", "B."), "mail": well(), "store": failed("C.", "D.")}

    assert [line.name for line in alarm_lines(conditions, "en")] == ["store", "log"]
    silent = engine_lines({"search": Unavailable("It does not answer in time.")}, "zh")[0]
    assert (silent.well, silent.answer.text) == (False, "未能及时响应。")
