"""People as they see themselves and as others may see them: nothing tells a hidden person from none."""

from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from sqlalchemy import select, update

from repository.core.actor import SYSTEM, Role
from repository.core.facts import FactRow
from repository.engines.services import Services
from repository.people.accounts import set_active
from repository.people.model import Person, PersonKey
from repository.people.name_keys import key_of_text, keys_of_name
from repository.people.queries import person_by_email
from tests.conftest import Caller
from tests.features.steps import Json, faults, statements
from workers.sweeps.schedule import run_now

pytestmark = pytest.mark.slow

Register = Callable[..., Caller]
ORCID = "0000-0002-1825-0097"
UNKNOWN_ID = 987_654_321
REFUSED: list[tuple[Json, str]] = [
    ({"role": "administrator"}, "role"),
    ({"roles": ["administrator"]}, "roles"),
    ({"id": 1}, "id"),
    ({"active": True}, "active"),
    ({"email": "other@example.org"}, "email"),
    ({"verified": True}, "verified"),
    ({"profile": {"email": "x@example.org"}}, "profile.email"),
    ({"identities": {"orcid_verified": True}}, "identities.orcid_verified"),
    ({"identities": {"orcid": "0000-0002-1825-0098"}}, "identities.orcid"),
    ({"username": "0"}, "username"),
    ({"username": 5}, "username"),
    ({"profile": {"full_name": "Ada\r\nBcc: all"}}, "profile.full_name"),
    ({"profile": {"full_name": "Ada \u202egnp"}}, "profile.full_name"),
    ({"profile": {"full_name": None}}, "profile.full_name"),
    ({"profile": {"affiliations": [{"name": "X"}, {}]}}, "profile.affiliations.1.name"),
    ({"profile": {"affiliations": [{"id": "04wxnsj82"}]}}, "profile.affiliations.0.id"),
    ({"preferences": {"timezone": "Mars/Olympus"}}, "preferences.timezone"),
    ({"preferences": {"timezone": "../../etc/passwd"}}, "preferences.timezone"),
    ({"preferences": {"locale": "fr"}}, "preferences.locale"),
    ({"preferences": {"visibility": "hidden"}}, "preferences.visibility"),
    ({"preferences": {"notifications": {"x": "loud"}}}, "preferences.notifications.x.value"),
    ({"preferences": {"notifications": {"\u0000": "off"}}}, "preferences.notifications.\u0000.key"),
    ({"preferences": []}, "preferences._schema"),
]


def me(caller: Caller) -> Json:
    reply = caller.get("/api/me")
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def change(caller: Caller, **parts: Any) -> Json:
    reply = caller.patch("/api/me", json=parts)
    assert reply.status_code == 200, reply.text
    return reply.get_json()


def show(caller: Caller, name: str, **more: Any) -> Json:
    """Let everybody find the person."""
    return change(caller, profile={"full_name": name}, preferences={"visibility": "public", **more})


def names(caller: Caller, path: str = "/api/users", **query: Any) -> list[str]:
    reply = caller.get(path, query_string=query)
    assert reply.status_code == 200, reply.text
    return [hit["profile"]["full_name"] for hit in reply.get_json()["hits"]["hits"]]


def test_a_person_reads_and_changes_what_is_theirs(author: Caller, services: Services) -> None:
    before = me(author)
    assert (before["email"], before["roles"], before["username"]) == ("author@example.org", ["depositor"], None)
    assert before["preferences"]["visibility"] == before["preferences"]["email_visibility"] == "restricted"
    assert author.get(before["links"]["quota"]).status_code == 200
    after = change(
        author,
        username="Ada_L",
        profile={"full_name": " Ada Lovelace ", "affiliations": [{"id": "https://ror.org/04wxnsj81"}, {"name": "X"}]},
        preferences={"locale": "zh", "timezone": "Asia/Shanghai", "notifications": {"GrantsChanged": "digest"}},
        identities={"orcid": f"https://orcid.org/{ORCID}"},
    )
    assert after == me(author)
    assert after["username"] == "ada_l"
    assert after["profile"] == {"full_name": "Ada Lovelace", "affiliations": [{"id": "04wxnsj81"}, {"name": "X"}]}
    assert after["preferences"]["timezone"] == "Asia/Shanghai"
    assert (after["identities"], after["verified"]) == ({"orcid": ORCID}, False)
    assert change(author, username="ada_l") == after
    with services.database.snapshot(SYSTEM) as snapshot:
        rows = snapshot.session.scalars(select(FactRow).where(FactRow.kind == "ProfileChanged")).all()
    assert [sorted(row.details["fields"]) for row in rows] == [
        ["affiliations", "language", "name", "notifications", "orcid", "time_zone", "username"]
    ]


def test_what_a_person_may_not_change_names_its_field_and_changes_nothing(author: Caller) -> None:
    before = me(author)
    for body, field in REFUSED:
        refused = author.patch("/api/me", json={"preferences": {"locale": "zh"}, **body})
        assert refused.status_code == 400, body
        assert list(faults(refused.get_json())) == [field]
    assert me(author) == before


def test_a_user_name_is_of_one_person(author: Caller, register: Register) -> None:
    change(author, username="ada")
    refused = register("other@example.org").patch("/api/me", json={"username": "ADA"})
    assert faults(refused.get_json()) == {"username": ["Somebody else has this name."]}


def test_people_are_found_by_words_of_their_names_by_user_name_and_orcid(author: Caller, register: Register) -> None:
    show(author, "Ada King Lovelace", locale="zh")
    change(author, username="countess", identities={"orcid": ORCID})
    show(register("wei@example.org"), "李 伟")
    show(register("mueller@example.org"), "Jürgen Müller")
    reader = register("reader@example.org")
    for text in (
        "ada",
        "Love",
        "king ada",
        "lovelace ada k",
        "ADA KING",
        "countess",
        ORCID,
        f"https://orcid.org/{ORCID}",
    ):
        assert names(reader, q=text) == ["Ada King Lovelace"], text
        assert names(reader, suggest=text) == ["Ada King Lovelace"], text
    assert names(reader, q="李伟") == names(reader, q="伟") == ["李 伟"]
    assert names(reader, q="muller jurgen") == ["Jürgen Müller"]
    assert names(reader, q="da") == names(reader, q="king lovelace x") == names(reader, q="%") == []
    assert names(reader) == ["", "Ada King Lovelace", "Jürgen Müller", "李 伟"]  # the first one is the reader
    shown = reader.get("/api/users?q=ada").get_json()["hits"]["hits"][0]
    assert set(shown["preferences"]) == {"visibility", "email_visibility"}
    assert "email" not in shown


def test_an_address_finds_only_who_shows_it(author: Caller, register: Register) -> None:
    show(author, "Ada")
    reader = register("reader@example.org")
    assert names(reader, q="author@example.org") == names(reader, q="author") == []
    show(author, "Ada", email_visibility="public")
    [hit] = reader.get("/api/users?q=author@example.org").get_json()["hits"]["hits"]
    assert hit["email"] == "author@example.org"
    show(author, "Ada", email_visibility="restricted")
    assert names(reader, q="author@example.org") == []


def test_a_hidden_suspended_or_unknown_person_is_the_same_nobody(
    author: Caller, register: Register, anyone: Caller, services: Services
) -> None:
    reader, gone = register("reader@example.org"), register("gone@example.org")
    hidden_id, gone_id = me(author)["id"], me(gone)["id"]
    change(author, profile={"full_name": "Ada Hidden"}, username="hidden")
    show(gone, "Ada Gone")
    assert names(reader, q="ada") == ["Ada Gone"]
    with services.database.transaction(SYSTEM) as unit:
        set_active(unit, unit.session.get_one(Person, gone_id), False)
    replies = []
    for person_id in (hidden_id, gone_id, UNKNOWN_ID):
        for path in (f"/api/users/{person_id}", f"/api/users/{person_id}/avatar.svg"):
            with statements(services) as heard:
                reply = reader.get(path)
            body = {**reply.get_json(), "request_id": ""}
            replies.append((reply.status_code, body, sorted(reply.headers.keys()), list(heard)))
    assert [status for status, *_ in replies] == [404] * 6
    assert replies[0:2] == replies[2:4] == replies[4:6]
    for query in ("ada", "hidden"):
        assert reader.get("/api/users", query_string={"q": query}).get_json()["hits"] == {"hits": [], "total": 0}
    assert reader.get("/api/users").get_json()["hits"]["total"] == 1
    for path in ("/api/users", f"/api/users/{hidden_id}", f"/api/users/{UNKNOWN_ID}", "/api/users/all", "/api/me"):
        assert anyone.get(path).status_code == 403
    assert reader.get("/api/users/all").status_code == 403


def test_one_finds_oneself_and_an_administrator_finds_everybody(author: Caller, register: Register) -> None:
    change(author, profile={"full_name": "Ada Hidden"})
    register("reader@example.org")
    assert names(author, q="hidden") == names(author) == ["Ada Hidden"]
    own = author.get(f"/api/users/{me(author)['id']}").get_json()
    assert own["is_current_user"]
    assert own["preferences"]["timezone"] == "UTC"
    head = register("head@example.org", role=Role.ADMINISTRATOR)
    assert names(head, q="hid") == names(head, q="author@example") == ["Ada Hidden"]
    answer = head.get("/api/users/all?size=2").get_json()
    assert [hit["email"] for hit in answer["hits"]["hits"]] == ["author@example.org", "reader@example.org"]
    assert answer["hits"]["total"] == 3
    assert [hit["roles"] for hit in head.get("/api/users/all?role=administrator").get_json()["hits"]["hits"]] == [
        ["administrator"]
    ]
    assert names(head, "/api/users/all", q="ada", blocked="false") == ["Ada Hidden"]
    assert names(head, "/api/users/all", q="ada", blocked="true") == []
    assert head.get(f"/api/users/all?after={me(author)['id']}").get_json()["hits"]["total"] == 2


def test_pages_show_each_person_once(register: Register) -> None:
    for number in range(5):
        show(register(f"p{number}@example.org"), f"Ann Anna{number}")
    reader = register("reader@example.org")
    pages = [names(reader, q="ann", size=2, page=page) for page in (1, 2, 3, 4)]
    assert pages == [["Ann Anna0", "Ann Anna1"], ["Ann Anna2", "Ann Anna3"], ["Ann Anna4"], []]
    assert "next" not in reader.get("/api/users?q=ann&size=2&page=3").get_json()["links"]


def test_a_picture_has_initials_and_runs_nothing(author: Caller, register: Register) -> None:
    show(author, "<script>x</script> Lovelace")
    reply = register("reader@example.org").get(me(author)["links"]["avatar"])
    assert (reply.status_code, reply.mimetype) == (200, "image/svg+xml")
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "private" in reply.headers["Cache-Control"]
    picture = etree.fromstring(reply.data)
    assert {element.tag.rpartition("}")[2] for element in picture.iter()} == {"svg", "rect", "text"}
    assert "".join(picture.itertext()) == "L"


def test_who_was_registered_by_an_earlier_release_is_found_after_the_sweep(
    author: Caller, register: Register, services: Services
) -> None:
    head = register("head@example.org", role=Role.ADMINISTRATOR)
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, "author@example.org")
        assert person is not None
        unit.session.execute(PersonKey.__table__.delete().where(PersonKey.person_id == person.id))
        unit.session.execute(update(Person).where(Person.id == person.id).values(keys_made=None))
    assert head.get("/api/users?q=author").get_json()["hits"]["total"] == 0
    run_now(services, "people")
    assert head.get("/api/users?q=author").get_json()["hits"]["total"] == 1


def test_a_name_has_a_key_for_each_word_at_its_head() -> None:
    assert keys_of_name("Ada King") == {"ada king", "king ada"}
    assert len(keys_of_name("a b c d e f g h i")) <= 37
    assert max(map(len, keys_of_name("x" * 150 + " " + "y" * 150))) == 200
    assert keys_of_name(" \u0000!? ") == set()
    assert key_of_text("  O’Brien,  Zoë ") == "o brien zoe"
