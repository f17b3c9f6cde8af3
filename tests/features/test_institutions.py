"""Institutions: who belongs to them, by address, entitlement or act, and what follows at once."""

from collections.abc import Callable

import pytest

from repository.access.policy import Permission
from repository.access.principals import GrantSubject, SubjectKind
from repository.core.actor import SYSTEM, Role
from repository.core.database.engine import Base
from repository.engines.services import Services
from repository.people.institutions.define_institution import open_institution, set_domains, set_entitlements
from repository.people.institutions.institution_people import settle_entitlements
from repository.people.institutions.model import Institution
from repository.people.queries import person_by_email
from repository.sharing.share import share
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json, ids_of, search
from tests.support.query_plans import heard_statements, whole_reads

pytestmark = pytest.mark.slow

ROR = "034t30j35"
PATH = f"/api/institutions/{ROR}"
RIGHT = "urn:example:group:staff"


@pytest.fixture
def institution(services: Services) -> Institution:
    with services.database.transaction(SYSTEM) as unit:
        return open_institution(unit, f"https://ror.org/{ROR}", "Chinese Academy of Sciences")


@pytest.fixture
def record(services: Services, deposits: Deposits, institution: Institution, settle: Callable[[], None]) -> Json:
    """A restricted record that the people of the institution may see."""
    closed = {"access": {"record": "restricted", "files": "restricted"}}
    record = deposits.published(a_dataset(title="Secret ice") | closed)
    subject = GrantSubject(SubjectKind.INSTITUTION, institution.id)
    with services.database.transaction(SYSTEM) as unit:
        share(unit, int(record["parent"]["id"]), subject, Permission.VIEW)
    settle()
    return record


def reads(caller: Caller, record: Json) -> set[bool]:
    """Whether a read, a search and a list show the record."""
    return {
        caller.get(f"/api/records/{record['id']}").status_code == 200,
        ids_of(search(caller, q="ice")) == [record["id"]],
        caller.get("/api/user/records?shared_with_me=true").get_json()["hits"]["total"] == 1,
        caller.get(PATH).get_json()["is_member"],
    }


def number(services: Services, email: str) -> int:
    with services.database.snapshot(SYSTEM) as snapshot:
        person = person_by_email(snapshot, email)
        assert person is not None
        return person.id


@pytest.mark.parametrize(
    ("email", "belongs"),
    [
        ("a@cas.example", True),
        ("a@ice.polar.cas.example", True),
        ("a@evil-cas.example", False),
        ("a@cas.example.org", False),
        ("cas.example@evil.org", False),
        ("a@example", False),
    ],
)
def test_an_address_belongs_by_its_domain_or_what_follows_a_dot_of_it(
    services: Services, register: Callable[..., Caller], institution: Institution, email: str, belongs: bool
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        assert set_domains(unit, ROR, ["@CAS.example"]) == ["cas.example"]
    caller = register(email)
    assert caller.get(PATH).get_json()["is_member"] is belongs


def test_rules_and_acts_open_and_close_lists_searches_and_reads_at_once(
    services: Services, register: Callable[..., Caller], record: Json
) -> None:
    reader = register("reader@cas.example")
    assert reads(reader, record) == {False}
    with services.database.transaction(SYSTEM) as unit:
        set_domains(unit, ROR, ["cas.example"])
    assert reads(reader, record) == {True}
    with services.database.transaction(SYSTEM) as unit:
        set_domains(unit, ROR, [])
        set_entitlements(unit, ROR, ["urn:example:*"])
    assert reads(reader, record) == {False}
    person = number(services, "reader@cas.example")
    for entitlements, belongs in (([RIGHT], True), (["urn:example"], False), ([RIGHT, "urn:other"], True)):
        with services.database.transaction(SYSTEM) as unit:
            settle_entitlements(unit, person, entitlements)
        assert reads(reader, record) == {belongs}
    with services.database.transaction(SYSTEM) as unit:
        set_entitlements(unit, ROR, ["urn:example:group:guests"])
    assert reads(reader, record) == {False}


def test_those_who_manage_admit_people_and_only_administrators_appoint_them(
    services: Services, register: Callable[..., Caller], record: Json
) -> None:
    administrator = register("admin@example.org", Role.ADMINISTRATOR)
    manager, reader = register("manager@example.org"), register("reader@example.org")
    for caller in (manager, reader):
        assert caller.patch("/api/me", json={"preferences": {"visibility": "public"}}).status_code == 200
    ids = {name: str(number(services, f"{name}@example.org")) for name in ("manager", "reader")}

    def members(*names: str, **more: str) -> Json:
        return {"members": [{"id": ids[name]} for name in names], **more}

    assert manager.put(f"{PATH}/members", json=members("reader", role="member")).status_code == 403
    assert administrator.put(f"{PATH}/members", json=members("manager", role="manager")).status_code == 204
    assert manager.put(f"{PATH}/members", json=members("reader", role="manager")).status_code == 403
    assert manager.put(f"{PATH}/members", json=members("reader", role="member")).status_code == 204
    assert reads(reader, record) == {True}
    assert "domains" in manager.get(PATH).get_json()
    assert "domains" not in reader.get(PATH).get_json()
    listed = reader.get(f"{PATH}/members").get_json()["hits"]["hits"]
    assert {hit["member"]["id"]: hit["role"] for hit in listed} == {
        ids["manager"]: "manager",
        ids["reader"]: "member",
    }
    assert reader.delete(f"{PATH}/members", json=members("manager")).status_code == 403
    assert manager.delete(f"{PATH}/members", json=members("reader")).status_code == 204
    assert reads(reader, record) == {False}
    assert manager.put(f"{PATH}/members", json=members("reader", role="member")).status_code == 204
    assert reader.delete(f"{PATH}/members", json=members("reader")).status_code == 204
    assert reads(reader, record) == {False}
    assert reader.get(f"{PATH}/members").status_code == 403


def test_bad_requests_name_their_field(register: Callable[..., Caller], institution: Institution) -> None:
    administrator = register("admin@example.org", Role.ADMINISTRATOR)

    def field_of(method: str, path: str, body: Json) -> str:
        reply = administrator(method, path, json=body)
        assert reply.status_code == 400, reply.text
        return reply.get_json()["errors"][0]["field"]

    assert field_of("POST", "/api/institutions", {"id": "034t30j36", "name": "X"}) == "id"
    assert field_of("POST", "/api/institutions", {"id": ROR, "name": "X"}) == "id"
    assert field_of("POST", "/api/institutions", {"id": "05qbk4x57", "name": " "}) == "name"
    made = administrator.post("/api/institutions", json={"id": "05qbk4x57", "name": "UCAS"})
    assert made.status_code == 201, made.text
    assert administrator.put(PATH, json={"domains": ["cas.example"]}).get_json()["domains"] == ["cas.example"]
    other = "/api/institutions/05qbk4x57"
    for domain in ("cas.example", "org", "a b.org", "*.org", "", "-a.org"):
        assert field_of("PUT", other, {"domains": ["ucas.example", domain]}) == "domains.1"
    for pattern in ("*", "urn:*:staff", "short", "urn: example"):
        assert field_of("PUT", other, {"entitlements": [pattern]}) == "entitlements.0"
    assert administrator.get(other).get_json()["domains"] == []
    assert administrator.put("/api/institutions/nothing", json={}).status_code == 404


def test_recognising_a_credential_stays_one_statement_that_reads_by_indexes(
    services: Services, register: Callable[..., Caller]
) -> None:
    caller = register("reader@cas.example")
    with heard_statements() as heard:
        assert caller.get("/api/vocabularies/").status_code == 200
    [statement] = heard.values()
    assert {"team_member", "institution_member", "institution_domain"} <= set(Base.metadata.tables)
    with services.database.engine.connect() as connection:
        assert whole_reads(connection, statement) == set()
