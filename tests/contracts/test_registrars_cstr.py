"""CSTR: batches, tasks that take their time, and answers in whatever form."""

from dataclasses import replace
from typing import Any

import pytest

from repository.core.errors import Unavailable
from repository.engines.registrars.cstr_replies import exists, is_absent, target_in, task_id_of, task_of
from repository.engines.registrars.http_client import HttpReply
from repository.engines.registrars.port import Outcome, Stage
from tests.contracts import registrar_places as places
from tests.contracts.registrar_contract import DONE
from tests.contracts.registrar_places import Opening, Place, opening, server
from tests.support.registrars import Account
from tests.support.registrars.accounts import DEFAULT

pytestmark = pytest.mark.slow

__all__ = ["opening", "server"]

ONE, OTHER = "99999.11.data.1", "99999.11.data.2"


@pytest.fixture
def place(opening: Opening) -> Place:
    return opening("cstr")


def test_a_batch_is_pending_until_its_task_is_over(place: Place) -> None:
    both = [place.registration(1), place.registration(2)]
    place.order("stick", polls=3)
    pending = place.registrar.register(both)
    [ticket] = {each.ticket for each in pending}
    assert {each.stage for each in pending} == {Stage.PENDING}
    for _ in range(2):
        told = place.registrar.outcomes(ticket, [each.value for each in both])
        assert told == {each.value: Outcome(Stage.PENDING, ticket=ticket) for each in both}
    assert place.registrar.target_of(both[0].value) is None
    assert place.settled(pending, both) == [DONE, DONE]


def test_a_hundred_go_at_once(place: Place) -> None:
    batch = [place.registration(number) for number in range(place.registrar.most)]
    assert place.register(*batch) == [DONE] * 100
    assert sum(each["method"] == "POST" for each in place.requests()) == 1


def test_more_than_the_platform_takes_go_in_parts(place: Place) -> None:
    batch = [place.registration(number) for number in range(101)]
    assert place.register(*batch) == [DONE] * 101
    assert all(place.count("mints", each) == 1 for each in batch[::25])


def test_some_of_a_task_may_fail(place: Place) -> None:
    batch = [place.registration(number) for number in (1, 2, 3)]
    place.order("refuse", match="data.2", body="标题不符合规范")
    outcomes = place.register(*batch)
    assert outcomes == [DONE, Outcome(Stage.REFUSED, "标题不符合规范"), DONE]
    assert place.held(batch[1]) is None


def test_one_that_spoils_a_whole_batch_is_found(place: Place) -> None:
    batch = [place.registration(number) for number in range(10, 18)]
    place.order("fail", times=0, status=400, match="data.13", body={"code": 400, "message": "bad member"})
    outcomes = place.register(*batch)
    assert [each.stage for each in outcomes].count(Stage.DONE) == 7
    assert outcomes[3] == Outcome(Stage.REFUSED, "bad member (code 400)")


def test_one_that_is_named_in_the_refusal_of_a_batch_is_left_out(place: Place) -> None:
    batch = [place.registration(number) for number in (1, 2, 3)]
    named = {"identifier": batch[1].value.upper(), "message": "no title"}
    place.order("fail", status=400, match="data.2", body={"code": 400, "message": "bad", "errors": [named]})
    assert place.register(*batch) == [DONE, Outcome(Stage.REFUSED, "no title"), DONE]
    assert sum(each["method"] == "POST" for each in place.requests()) == 2


def test_one_that_is_found_to_exist_at_once_is_left_alone(place: Place) -> None:
    one = place.registration()
    place.register(one)
    place.order("fail", status=400, body={"code": 400, "message": "identifier already exists"})
    [outcome] = place.register(one)
    assert (outcome.stage, one.target in outcome.cause) == (Stage.KNOWN, True)
    assert place.count("updates", one) == 0


def test_a_batch_that_was_registered_before_is_known(place: Place) -> None:
    batch = [place.registration(number) for number in (1, 2)]
    place.order("lose")
    with pytest.raises(Unavailable):
        place.registrar.register(batch)
    assert {each.stage for each in place.register(*batch)} == {Stage.KNOWN}
    assert [place.count("mints", each) for each in batch] == [1, 1]


def test_an_update_of_what_is_not_known_is_refused(place: Place) -> None:
    [outcome] = place.update(place.registration())
    assert outcome.stage is Stage.REFUSED
    assert "does not exist" in outcome.cause


def test_a_task_that_is_forgotten_leaves_what_is_registered(place: Place) -> None:
    one, other = place.registration(1), place.registration(2)
    [pending] = place.registrar.register([one])
    stem = pending.ticket.partition(" ")[2]
    assert place.registrar.outcomes(f"forgotten {stem}", [one.value, other.value]) == {
        one.value: DONE,
        other.value: Outcome(Stage.REFUSED, "The task is not known any more."),
    }


def test_a_ticket_is_short(place: Place) -> None:
    long = [place.registration(n, target=f"{places.SITE}/{'x' * 300}/{n}") for n in (1, 2)]
    tickets = {each.ticket for each in place.registrar.register(long)}
    assert all(0 < len(ticket) <= 200 and " " not in ticket for ticket in tickets)


def test_what_is_told_of_an_identifier_needs_no_credentials(place: Place, opening: Opening) -> None:
    place.register(place.registration())
    stranger = opening("cstr", Account("x" * 16, "y" * 32, ("99999",)))
    assert stranger.registrar.target_of(place.registration().value) == place.registration().target


def test_two_nodes_stand_side_by_side(place: Place, opening: Opening) -> None:
    node = opening("cstr", DEFAULT["cstr"][1])
    assert place.register(place.registration()) == [DONE]
    assert node.register(node.registration(document={**node.document, "resource_type": "11"})) == [DONE]
    assert node.registrar.target_of("88888.11.data.1") == node.registration().target


def test_a_prefix_of_another_node_is_a_matter_of_credentials(place: Place, opening: Opening) -> None:
    intruder = opening("cstr", replace(DEFAULT["cstr"][1], prefixes=("99999",)))
    with pytest.raises(Unavailable, match="status 403: the prefix is not yours"):
        intruder.registrar.register([place.registration()])


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "data": {"task_id": "t7"}},
        {"code": "0", "msg": "操作成功", "data": "t7"},
        {"task_id": "t7"},
        {"code": 200, "data": {"taskId": "t7", "status": "processing"}},
        {"code": 200, "result": [{"task_id": "t7"}]},
    ],
)
def test_the_id_of_a_task_is_found(body: Any) -> None:
    assert task_id_of(body) == "t7"


@pytest.mark.parametrize("body", [None, [], {}, {"data": "success"}, {"data": True}, {"data": None}, {"data": []}, 7])
def test_what_names_no_task_has_no_id(body: Any) -> None:
    assert task_id_of(body) == ""


def told(status: str, *members: dict[str, Any]) -> dict[str, Any]:
    return {"code": 200, "message": "success", "data": {"task_id": "t7", "status": status, "details": list(members)}}


FAILED = {"identifier": f"CSTR:{OTHER.upper()}", "status": "fail", "message": "no title"}


@pytest.mark.parametrize(
    "body",
    [
        told("finished", {"identifier": ONE.upper(), "status": "success"}, FAILED),
        told("已完成", {"cstr": ONE, "state": "成功"}, {"cstr": OTHER, "state": "失败", "reason": "no title"}),
        {"data": {"status": "partial", "success": [ONE], "fail": [{"identifier": OTHER, "msg": "no title"}]}},
        {"data": [{"identifier": ONE, "code": 200}, {"identifier": OTHER, "code": 400, "message": "no title"}]},
        {"status": "done", "results": {ONE: "success", OTHER: {"status": "failed", "error": "no title"}}},
        {"data": {"task": {"state": "completed", "items": [{"pid": ONE, "success": True}, FAILED]}}},
        {"data": {"total": 2, "success_num": 1, "fail_num": 1, "list": [{"id": ONE, "status": "ok"}, FAILED]}},
    ],
)
def test_what_became_of_members_is_read_in_many_forms(body: Any) -> None:
    task = task_of(body)
    assert task is not None
    assert task.is_over
    assert task.members[ONE].stage is Stage.DONE
    assert (task.members[OTHER].stage, task.members[OTHER].cause) == (Stage.REFUSED, "no title")


@pytest.mark.parametrize(
    "body",
    [
        told("processing"),
        told("排队中"),
        {"data": {"status": "RUNNING", "details": None}},
        {"data": {"status": 1, "total": 3, "success_num": 1, "fail_num": 0}},
        told("pending", {"identifier": ONE, "status": "waiting"}),
    ],
)
def test_a_task_under_way_is_not_over(body: Any) -> None:
    task = task_of(body)
    assert task is not None
    assert not task.is_over


@pytest.mark.parametrize(
    ("body", "succeeded"),
    [
        ({"data": {"status": "finished"}}, False),
        ({"data": {"status": "finished", "fail_num": 0, "total": 2}}, True),
        ({"data": {"status": "finished", "fail_num": 1, "details": [FAILED]}}, True),
        ({"data": {"status": "failed", "fail_num": 1, "details": [FAILED]}}, True),
        ({"data": {"status": "finished", "fail_num": 2, "details": [FAILED]}}, False),
        ({"data": {"status": "finished", "details": [FAILED]}}, False),
        ({"data": {"status": "failed"}}, False),
    ],
)
def test_whom_a_task_does_not_name_has_succeeded_where_it_names_all_failures(body: Any, succeeded: bool) -> None:
    task = task_of(body)
    assert task is not None
    assert task.names_all_failures is succeeded


def test_a_task_that_names_failures_only_is_done_for_the_others(place: Place) -> None:
    both = [place.registration(1), place.registration(2)]
    place.register(*both)
    [ticket] = {each.ticket for each in place.registrar.update(both)}
    failed = f'{{"data": {{"status": "finished", "fail_num": 1, "fail": [{{"cstr": "{both[1].value}"}}]}}}}'
    place.order("garble", body=failed)
    assert place.registrar.outcomes(ticket, [each.value for each in both]) == {
        both[0].value: DONE,
        both[1].value: Outcome(Stage.REFUSED, "It was refused without a reason."),
    }


def test_a_task_that_is_only_over_is_believed_when_its_members_are_known(place: Place) -> None:
    one = place.registration()
    [pending] = place.registrar.register([one])
    place.order("garble", body='{"status": "ok", "data": {"task_id": "t7"}}', match=pending.ticket[:32], times=0)
    assert place.registrar.outcomes(pending.ticket, [one.value, "99999.11.data.9"]) == {
        one.value: DONE,
        "99999.11.data.9": Outcome(Stage.PENDING, ticket=pending.ticket),
    }
    [changing] = place.registrar.update([one])
    place.order("garble", body='{"status": "ok", "data": {"task_id": "t8"}}', match=changing.ticket, times=0)
    assert place.registrar.outcomes(changing.ticket, [one.value]) == {one.value: DONE}


def test_a_task_that_failed_says_why() -> None:
    task = task_of({"code": 200, "message": "success", "data": {"status": "failed", "message": "format"}})
    assert task is not None
    assert (task.has_failed, task.cause) == (True, "format")


@pytest.mark.parametrize("body", [None, [], {}, "finished", {"data": {"status": "blue"}}, {"code": 200, "data": 7}])
def test_what_says_nothing_of_a_task_is_none(body: Any) -> None:
    assert task_of(body) is None


@pytest.mark.parametrize(
    ("body", "target"),
    [
        ({"data": {"identifier": ONE.upper(), "urls": ["https://a.test/1", "https://b.test"]}}, "https://a.test/1"),
        ({"data": {"identifier": f"CSTR:{ONE}", "urls": "https://a.test/1"}}, "https://a.test/1"),
        ({"data": {"metadata": {"identifier": ONE, "urls": [{"url": "https://a.test/1"}]}}}, "https://a.test/1"),
        ({"code": 0, "result": [{"url": "https://a.test/1"}]}, "https://a.test/1"),
        ({"data": {"identifier": ONE}}, ""),
        ({"data": {"identifier": OTHER, "urls": ["https://a.test/1"]}}, None),
        ({"data": {"title": "x"}}, None),
        (["https://a.test/1"], None),
    ],
)
def test_where_an_identifier_leads_is_read_in_many_forms(body: Any, target: str | None) -> None:
    assert target_in(body, ONE) == target


@pytest.mark.parametrize(
    ("status", "body", "absent"),
    [
        (404, None, True),
        (200, {"code": 404, "message": "identifier does not exist"}, True),
        (200, {"code": 500, "message": "标识不存在"}, True),
        (200, {"code": 200, "message": "success", "data": None}, True),
        (200, {"code": 401, "message": "clientId does not exist"}, False),
        (200, {"code": 500, "message": "database is down"}, False),
        (200, {"code": 200, "data": {"identifier": ONE}}, False),
    ],
)
def test_what_is_not_there_is_told_from_what_is_not_told(status: int, body: Any, absent: bool) -> None:
    assert is_absent(HttpReply(status, body)) is absent


@pytest.mark.parametrize("cause", ["identifier already exists", "DUPLICATE identifier", "标识已存在", "该标识已注册"])
def test_a_cause_may_say_that_it_exists(cause: str) -> None:
    assert exists(cause)


@pytest.mark.parametrize("cause", ["title does not exist", "标识不存在", "未注册", "creators is required"])
def test_a_cause_may_say_something_else(cause: str) -> None:
    assert not exists(cause)


@pytest.mark.parametrize("code", [401, 403, 429, 500, 503])
def test_a_failure_in_the_envelope_of_a_good_status_may_pass(place: Place, code: int) -> None:
    place.order("garble", body=f'{{"code": {code}, "message": "later"}}', times=2)
    with pytest.raises(Unavailable, match="later"):
        place.registrar.register([place.registration()])
    with pytest.raises(Unavailable, match="later"):
        place.registrar.target_of(place.registration().value)
