"""Share links: what a secret opens, for how long, and what it changes nothing of."""

import re
from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from repository.core import clock
from repository.core.actor import SYSTEM, TokenScope
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.access_tokens import PREFIX as OWN_PREFIX
from repository.sharing.model import ShareLink
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, ids_of, search
from tests.features.walked_routes import FILE, Walk, rules_of

pytestmark = pytest.mark.slow

HIDDEN = a_dataset() | {"access": {"record": "restricted", "files": "restricted"}}
NO_LINK = "No secret link found with the given ID."


def links_of(record: Json) -> str:
    return f"/api/records/{record['id']}/access/links"


def link_to(caller: Caller, record: Json, permission: str = "view", **more: object) -> Json:
    reply = caller.post(links_of(record), json={"permission": permission, **more})
    assert reply.status_code == 201, reply.text
    return dict(reply.get_json())


def with_token(address: str, link: Json) -> str:
    return f"{address}{'&' if '?' in address else '?'}token={link['token']}"


def doors_of(record: Json) -> list[str]:
    at, page = f"/api/records/{record['id']}", f"/records/{record['id']}"
    doors = [at, f"{at}/files", f"{at}/files/data.csv", f"{at}/files/data.csv/content", f"{at}/files-archive"]
    doors += [f"{at}/export/datacite-json", f"{at}/versions", page, f"{page}/export/csl", f"{page}/files/data.csv"]
    return [*doors, f"{page}/linkset.json", f"/uploads/{record['id']}"]


def test_a_link_opens_every_door_of_a_record_until_it_is_revoked(
    deposits: Deposits, anyone: Caller, settle: Callable[[], None]
) -> None:
    record = deposits.published(HIDDEN)
    link = link_to(deposits.caller, record, description="For the editor")
    settle()
    for door in doors_of(record):
        reply = anyone.get(with_token(door, link))
        assert reply.status_code == 200, door
        assert reply.headers["Cache-Control"].startswith("private"), door
        assert reply.headers["Referrer-Policy"] == "no-referrer", door
        assert link["token"] not in str(reply.headers)
        if not reply.mimetype.endswith("html"):  # the addresses of a page lead on with it
            assert link["token"] not in reply.data.decode("latin-1")
    assert ids_of(search(anyone, token=link["token"])) == [record["id"]]
    assert ids_of(search(anyone)) == []
    assert deposits.caller.delete(link["links"]["self"]).status_code == 204
    for door in doors_of(record):
        assert anyone.get(with_token(door, link)).status_code == anyone.get(door).status_code, door
    assert ids_of(search(anyone, token=link["token"])) == []
    assert deposits.caller.get(link["links"]["self"]).get_json()["message"] == NO_LINK


def test_a_secret_is_shown_once_and_stored_nowhere(deposits: Deposits, services: Services, anyone: Caller) -> None:
    draft, caller = deposits.open(), deposits.caller
    link = link_to(caller, draft, "preview")
    secret = link.pop("token")
    assert re.fullmatch(rf"{OWN_PREFIX}link_[A-Za-z0-9_-]{{43}}", secret)
    assert caller.get(link["links"]["self"]).get_json() == link
    [listed] = caller.get(links_of(draft)).get_json()["hits"]["hits"]
    assert listed == link
    with services.database.snapshot(SYSTEM) as snapshot:
        [row] = snapshot.session.scalars(select(ShareLink)).all()
        facts = snapshot.session.scalars(select(FactRow)).all()
        assert secret not in str([vars(row), *(vars(fact) for fact in facts)])
    assert anyone.get(f"/api/records/{draft['id']}/draft?token={secret}").status_code == 200


@pytest.mark.parametrize(
    ("permission", "read", "saved_by_person", "published"),
    [("view", 403, 403, 403), ("preview", 200, 403, 403), ("edit", 200, 200, 403)],
)
def test_a_link_goes_as_far_as_its_permission_and_changes_nothing_without_a_person(
    deposits: Deposits,
    anyone: Caller,
    register: Callable[..., Caller],
    permission: str,
    read: int,
    saved_by_person: int,
    published: int,
) -> None:
    draft = deposits.open()
    deposits.upload(draft["id"])
    link = link_to(deposits.caller, draft, permission)
    at = with_token(f"/api/records/{draft['id']}/draft", link)
    friend = register("friend@example.org")
    narrow = register("narrow@example.org", scopes=(TokenScope.READ,))
    assert anyone.get(at).status_code == read
    assert anyone.put(at, json=a_dataset()).status_code == 403
    assert narrow.put(at, json=a_dataset()).status_code == 403
    assert friend.put(at, json=a_dataset()).status_code == saved_by_person
    publish = with_token(f"/api/records/{draft['id']}/draft/actions/publish", link)
    assert friend.post(publish).status_code == published
    assert friend.get(with_token(links_of(draft), link)).status_code == 403


def test_a_link_gives_a_narrow_token_nothing_of_its_person(deposits: Deposits, register: Callable[..., Caller]) -> None:
    writer = register("writer@example.org", scopes=(TokenScope.WRITE, TokenScope.ACTIONS))
    own = Deposits(writer).published(HIDDEN)
    shared = deposits.published(HIDDEN)
    link = link_to(deposits.caller, shared)
    own_link = link_to(writer, own)
    assert writer.get(with_token(f"/api/records/{shared['id']}", link)).status_code == 200
    for token in (link, own_link):
        assert writer.get(with_token(f"/api/records/{own['id']}", token)).status_code == (403 if token is link else 200)
        assert ids_of(search(writer, token=token["token"])) == []
        assert writer.get(with_token("/api/user/records", token)).status_code == 403


def test_what_is_no_link_of_the_record_changes_neither_status_nor_body(
    app: Flask, deposits: Deposits, anyone: Caller
) -> None:
    record, other = deposits.published(HIDDEN, **{FILE: b"a,b"}), deposits.published(HIDDEN)
    draft = deposits.open()
    end = clock.now().replace(year=clock.now().year + 1)
    foreign = link_to(deposits.caller, other, "edit")
    ended = link_to(deposits.caller, record, "edit", expires_at=end.isoformat())
    blind = link_to(deposits.caller, other, "preview", blinded=True)

    def told(path: str) -> tuple[int, str]:
        reply = anyone.get(path)
        return reply.status_code, re.sub("[0-9a-f]{32}", "", reply.data.decode("latin-1"))

    with time_machine.travel(end, tick=False):
        for rule in rules_of(app, "GET"):
            if "record_id" not in rule.arguments:
                continue
            for walk in (Walk(record), Walk(draft)):
                path = walk.path(rule)
                for secret in (foreign["token"], ended["token"], blind["token"], "nonsense", "\x00", "x" * 5000, "é"):
                    reply = anyone.get(path, query_string={"token": secret})
                    text = re.sub("[0-9a-f]{32}", "", reply.data.decode("latin-1"))
                    assert (reply.status_code, text) == told(path), (path, secret)


def test_a_link_is_changed_and_replaced(deposits: Deposits, anyone: Caller) -> None:
    draft, caller = deposits.open(), deposits.caller
    link = link_to(caller, draft, "view", description="First")
    at = with_token(f"/api/records/{draft['id']}/draft", link)
    assert anyone.get(at).status_code == 403
    changed = caller.patch(link["links"]["self"], json={"permission": "preview"}).get_json()
    assert (changed["permission"], changed["description"]) == ("preview", "First")
    assert anyone.get(at).status_code == 200
    replaced = caller.put(link["links"]["self"], json={"permission": "edit", "expires_at": "2999-01-01"}).get_json()
    assert (replaced["description"], replaced["expires_at"][:10]) == ("", "2999-01-01")
    refused = caller.patch(link["links"]["self"], json={"secret_hash": "0" * 64, "uses": 9, "blinded": True})
    assert {error["field"] for error in refused.get_json()["errors"]} == {"secret_hash", "uses", "blinded"}
    assert caller.patch(link["links"]["self"], json={"expires_at": "2001-01-01"}).status_code == 400


def test_uses_are_counted_without_a_name(deposits: Deposits, anyone: Caller, author: Caller) -> None:
    record = deposits.published(HIDDEN)
    link = link_to(deposits.caller, record)
    at = f"/api/records/{record['id']}"
    for caller in (anyone, author, anyone):
        assert caller.get(with_token(at, link)).status_code == 200
    assert anyone.get(with_token(f"{at}/files/none.csv", link)).status_code == 404
    counted = deposits.caller.get(link["links"]["self"]).get_json()
    assert counted["uses"] == 3
    assert counted["last_used_at"] is not None
    assert not {"user", "by", "actor"} & counted.keys()


def test_discarding_a_draft_forgets_its_links(deposits: Deposits, services: Services) -> None:
    draft = deposits.open()
    link_to(deposits.caller, draft, "edit")
    assert deposits.caller.delete(f"/api/records/{draft['id']}/draft").status_code == 204
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.scalars(select(ShareLink)).all() == []


def test_a_redirect_repeats_no_secret(deposits: Deposits, anyone: Caller) -> None:
    record = deposits.published(HIDDEN)
    link = link_to(deposits.caller, record)
    for path in (f"/api/records/{record['parent']['id']}", f"/api/records/{record['id']}/versions/latest"):
        reply = anyone.get(with_token(f"{path}?lang=zh", link))
        assert reply.status_code in (301, 302)
        assert link["token"] not in reply.headers["Location"]
