"""Identities are linked with proof of both sides, rules give and take away, and providers end sessions."""

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM, Role
from repository.engines.services import Services
from repository.people.accounts import register_person, set_active, set_role
from repository.people.identity_departures import forget_identities, move_identities
from repository.people.identity_model import IdentitySession, LinkedIdentity
from repository.people.institutions.model import Institution, InstitutionMember
from repository.people.model import Person
from repository.people.queries import person_by_email
from repository.people.rules import NO_MAIL
from repository.people.sign_in_flows import forget_sign_ins
from repository.people.teams.model import Team, TeamMember
from tests.conftest import BASE_URL
from tests.features.providers.visitors import JANE, NewVisitor, Visitor, count, facts, role_of
from tests.support.odd_provider import OddProvider
from tests.support.query_plans import heard_statements, reads_rows, whole_reads

pytestmark = pytest.mark.slow


def test_an_address_alone_links_nothing_and_a_session_does(
    services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider
) -> None:
    stranger = visit()
    refused = stranger.sign_in(odd)
    assert refused.status_code == 409
    assert refused.get_json()["message"].startswith("There is already an account with the address that Odd names.")
    assert stranger.whoami() is None
    assert count(services, LinkedIdentity) == 0
    assert known.http.post("/api/me/identities", json={"provider": "odd"}).status_code == 403, "without CSRF token"
    begun = known.change("POST", "/api/me/identities", json={"provider": "odd", "next": "/uploads/1"})
    assert begun.status_code == 201, begun.text
    linked = known.get(f"/oauth/odd/callback?{odd.approve(begun.get_json()['address'])}")
    assert (linked.status_code, linked.headers["Location"]) == (302, f"{BASE_URL}/uploads/1")
    assert known.whoami() is not None
    [identity] = known.get("/api/me/identities").get_json()["hits"]["hits"]
    assert (identity["provider"], identity["subject"]) == ("odd", odd.person["sub"])
    assert stranger.sign_in(odd).status_code == 302
    user = stranger.whoami()
    assert user is not None
    assert user["email"] == JANE
    assert count(services, Person) == 1


def test_a_link_is_of_the_session_that_began_it(
    services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider
) -> None:
    odd.person |= {"sub": "other", "email": "other@example.org"}
    other = visit()
    assert other.sign_in(odd).status_code == 302
    begun = known.change("POST", "/api/me/identities", json={"provider": "odd"})
    taken = known.get(f"/oauth/odd/callback?{odd.approve(begun.get_json()['address'])}")
    assert taken.status_code == 409
    begun = known.change("POST", "/api/me/identities", json={"provider": "odd"})
    odd.person["sub"] = "a third"
    known.http.delete_cookie("session")
    assert known.get(f"/oauth/odd/callback?{odd.approve(begun.get_json()['address'])}").status_code == 401
    assert count(services, LinkedIdentity) == 1


def test_a_provider_that_makes_no_accounts_lets_known_people_in_only(
    services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider
) -> None:
    odd.issuer += "/"
    assert visit().sign_in(odd, "closed").status_code == 403
    begun = known.change("POST", "/api/me/identities", json={"provider": "closed"})
    assert known.get(f"/oauth/closed/callback?{odd.approve(begun.get_json()['address'])}").status_code == 302
    assert visit().sign_in(odd, "closed").status_code == 302


@pytest.mark.parametrize("email", [{"email_verified": False}, {"email": "no address"}, {"email": f"x@{NO_MAIL}"}])
def test_an_address_that_is_not_proved_is_not_taken_over(
    services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider, email: dict[str, Any]
) -> None:
    odd.person |= email
    visitor = visit()
    assert visitor.sign_in(odd).status_code == 302
    user = visitor.whoami()
    assert user is not None
    assert user["email"].endswith(f"@{NO_MAIL}")
    assert not user["email"].startswith("x@")


def test_the_last_way_in_stays(services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider) -> None:
    odd.person["email_verified"] = False
    visitor, elsewhere = visit(), visit()
    visitor.sign_in(odd)
    elsewhere.sign_in(odd)
    visitor.whoami()
    [identity] = visitor.get("/api/me/identities").get_json()["hits"]["hits"]
    path = f"/api/me/identities/{identity['id']}"
    assert visitor.change("DELETE", path).status_code == 409
    assert known.change("DELETE", path).status_code == 404, "it is somebody else's"
    odd.person["sub"] = "second"
    begun = visitor.change("POST", "/api/me/identities", json={"provider": "odd"})
    visitor.get(f"/oauth/odd/callback?{odd.approve(begun.get_json()['address'])}")
    visitor.whoami()
    assert visitor.change("DELETE", path).status_code == 204
    assert visitor.whoami() is not None
    assert elsewhere.whoami() is None, "sessions that began with it are over"
    odd.person["sub"] = "248289761001"
    assert visit().sign_in(odd).status_code == 302
    assert count(services, Person) == 3, "it is a stranger's from now on"


def test_rules_give_and_take_away(services: Services, visit: NewVisitor, odd: OddProvider) -> None:
    odd.person |= {"groups": ["/curators"], "schac_home_organization": "Uni.Example.org"}
    visit().sign_in(odd)
    assert role_of(services) == "curator"
    [given] = facts(services, "RuleGrantsChanged")
    assert (given["role"], given["institutions"], given["teams"]) == ("curator", ["02nr0ka47"], ["uni"])
    odd.person["groups"] = ["/visitors"]
    visit().sign_in(odd)
    assert role_of(services) == "depositor"
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, JANE)
        assert person is not None
        set_role(unit, person, Role.ADMINISTRATOR)
    for groups in (["/curators"], []):
        odd.person["groups"] = groups
        visit().sign_in(odd)
        assert role_of(services) == "administrator", "what an administrator gave is not a rule's to take"


def test_rules_let_people_into_teams_and_institutions_and_out_again(
    services: Services, visit: NewVisitor, odd: OddProvider
) -> None:
    with services.database.transaction(SYSTEM) as unit:
        about = {"name": "Uni", "name_key": "uni", "description": "", "members": 0, "managers": 0}
        unit.session.add(Team(slug="uni", created=unit.now, **about))
        unit.session.add(Institution(ror="02nr0ka47", name="The Institute", created=unit.now))

    def belongs() -> tuple[int, int, int]:
        with services.database.snapshot(SYSTEM) as snapshot:
            team = snapshot.session.scalars(select(Team)).one()
        return count(services, TeamMember), team.members, count(services, InstitutionMember)

    visitor = visit()
    for _ in range(2):
        odd.person |= {"groups": ["/curators"], "schac_home_organization": "uni.example.org"}
        visitor.sign_in(odd)
        assert belongs() == (1, 1, 1)
    odd.person |= {"groups": [], "schac_home_organization": "elsewhere.example.org"}
    visitor.sign_in(odd)
    assert belongs() == (0, 0, 0)
    assert [len(facts(services, kind)) for kind in ("TeamJoined", "TeamLeft", "InstitutionLeft")] == [1, 1, 1]


def test_identities_go_with_their_person(services: Services, visit: NewVisitor, odd: OddProvider) -> None:
    visit().sign_in(odd)
    with services.database.transaction(SYSTEM) as unit:
        person, other = person_by_email(unit, JANE), register_person(unit, "other@example.org")
        assert person is not None
        person_id, other_id = person.id, other.id
        move_identities(unit, person_id, other_id)
    visitor = visit()
    visitor.sign_in(odd)
    user = visitor.whoami()
    assert user is not None
    assert user["email"] == "other@example.org"
    with services.database.transaction(SYSTEM) as unit:
        forget_identities(unit, other_id)
    assert count(services, LinkedIdentity) == count(services, IdentitySession) == 0


PROVED = "0000-0002-1825-0097"


def shown_orcid(visitor: Visitor) -> tuple[str | None, bool]:
    me = visitor.get("/api/me").get_json()
    assert visitor.get(f"/api/users/{me['id']}").get_json()["verified"] is me["verified"]
    return me["identities"].get("orcid"), me["verified"]


def type_orcid(visitor: Visitor, orcid: str | None) -> None:
    visitor.whoami()
    assert visitor.change("PATCH", "/api/me", json={"identities": {"orcid": orcid}}).status_code == 200


def test_a_proved_orcid_is_shown_as_verified_and_a_typed_one_is_not(
    services: Services, visit: NewVisitor, odd: OddProvider
) -> None:
    visitor = visit()
    visitor.sign_in(odd)
    type_orcid(visitor, PROVED)
    assert shown_orcid(visitor) == (PROVED, False)
    odd.person["orcid"] = f"https://orcid.org/{PROVED}"
    visitor.sign_in(odd)
    [identity] = visitor.get("/api/me/identities").get_json()["hits"]["hits"]
    assert identity["orcid"] == PROVED
    assert shown_orcid(visitor) == (PROVED, True)
    type_orcid(visitor, "0000-0002-1694-233X")
    assert shown_orcid(visitor) == ("0000-0002-1694-233X", False)
    type_orcid(visitor, PROVED)
    assert shown_orcid(visitor) == (PROVED, True)
    type_orcid(visitor, None)
    visitor.sign_in(odd)
    assert shown_orcid(visitor) == (None, False), "who does not want to show it does not have to"
    type_orcid(visitor, PROVED)
    del odd.person["orcid"]
    visitor.sign_in(odd)
    assert shown_orcid(visitor) == (PROVED, False), "the provider no longer proves it"


def test_a_proved_orcid_takes_the_place_of_none_and_of_a_typed_one(
    services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider
) -> None:
    odd.person |= {"orcid": PROVED, "email": "other@example.org"}
    first = visit()
    first.sign_in(odd)
    assert shown_orcid(first) == (PROVED, True)
    odd.person |= {"sub": "second", "email": "second@example.org"}
    second = visit()
    second.sign_in(odd)
    assert shown_orcid(second) == (None, False), "it is verified of somebody else"
    type_orcid(second, PROVED)
    second.sign_in(odd)
    assert shown_orcid(second) == (PROVED, False)
    type_orcid(first, None)
    second.sign_in(odd)
    assert shown_orcid(second) == (PROVED, True)
    type_orcid(first, PROVED)
    assert shown_orcid(first) == (PROVED, False)


def test_a_proved_orcid_goes_with_the_identity_that_proved_it(
    services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider
) -> None:
    odd.person["orcid"] = PROVED
    begun = known.change("POST", "/api/me/identities", json={"provider": "odd"})
    known.get(f"/oauth/odd/callback?{odd.approve(begun.get_json()['address'])}")
    known.whoami()
    assert shown_orcid(known) == (PROVED, True)
    [identity] = known.get("/api/me/identities").get_json()["hits"]["hits"]
    assert known.change("DELETE", f"/api/me/identities/{identity['id']}").status_code == 204
    assert shown_orcid(known) == (PROVED, False)
    odd.person["email"] = "other@example.org"
    doubled = visit()
    doubled.sign_in(odd)
    assert shown_orcid(doubled) == (PROVED, True)
    with services.database.transaction(SYSTEM) as unit:
        move_identities(unit, doubled.get("/api/me").get_json()["id"], known.get("/api/me").get_json()["id"])
    assert shown_orcid(known) == (PROVED, True)


def test_a_suspended_person_stays_out(services: Services, visit: NewVisitor, odd: OddProvider) -> None:
    visitor = visit()
    visitor.sign_in(odd)
    with services.database.transaction(SYSTEM) as unit:
        person = person_by_email(unit, JANE)
        assert person is not None
        set_active(unit, person, False)
    assert visitor.whoami() is None
    refused = visitor.sign_in(odd)
    assert (refused.status_code, refused.get_json()["message"]) == (403, "This account is suspended.")


def test_the_provider_ends_sessions_by_a_logout_token_once(
    services: Services, visit: NewVisitor, odd: OddProvider
) -> None:
    one, two = visit(), visit()
    one.sign_in(odd)
    two.sign_in(odd)
    path, token = "/oauth/odd/back-channel-logout", odd.logout_token()
    for wrong in ({"logout_token": "x"}, {}, {"logout_token": odd.logout_token(sub="somebody", iss="https://x.org")}):
        reply = visit().http.post(path, data=wrong)
        assert (reply.status_code, reply.get_json()["error"]) == (400, "invalid_request")
        assert reply.headers["Cache-Control"] == "private, no-store"
    assert visit().http.post(path, data={"logout_token": odd.logout_token(sub="somebody")}).status_code == 200
    assert one.whoami() is not None
    assert visit().http.post(path, data={"logout_token": token}).status_code == 200
    assert one.whoami() is two.whoami() is None
    assert [fact["sessions"] for fact in facts(services, "SignedOutByProvider")] == [2]
    one.sign_in(odd)
    assert visit().http.post(path, data={"logout_token": token}).status_code == 400, "it was used"
    assert one.whoami() is not None
    assert visit().http.post(path, data={"logout_token": odd.logout_token(sid="their-session")}).status_code == 200
    assert one.whoami() is None


def test_signing_out_leads_to_the_provider_too(services: Services, visit: NewVisitor, odd: OddProvider) -> None:
    visitor = visit()
    visitor.sign_in(odd)
    visitor.whoami()
    reply = visitor.change("DELETE", "/api/session")
    assert reply.status_code == 200, reply.text
    address = urlsplit(reply.get_json()["provider_logout"])
    query = dict(parse_qsl(address.query))
    assert address.path == "/logout"
    assert query["post_logout_redirect_uri"] == f"{BASE_URL}/"
    assert query["id_token_hint"].count(".") == 2
    assert visitor.whoami() is None
    assert count(services, IdentitySession) == 0


def test_no_statement_of_a_sign_in_reads_a_whole_table(
    services: Services, known: Visitor, visit: NewVisitor, odd: OddProvider
) -> None:
    odd.person |= {"groups": ["/curators"]}
    with heard_statements() as heard:
        begun = known.change("POST", "/api/me/identities", json={"provider": "odd"})
        known.get(f"/oauth/odd/callback?{odd.approve(begun.get_json()['address'])}")
        visitor = visit()
        visitor.sign_in(odd)
        visitor.sign_in(odd)
        visitor.whoami()
        [identity] = visitor.get("/api/me/identities").get_json()["hits"]["hits"]
        for names in ({}, {"sid": "their-session"}, {"sub": None, "sid": "their-session"}):
            visit().http.post("/oauth/odd/back-channel-logout", data={"logout_token": odd.logout_token(**names)})
            visitor.sign_in(odd)
        visitor.whoami()
        visitor.change("DELETE", f"/api/me/identities/{identity['id']}")
        visitor.change("DELETE", "/api/session")
        forget_sign_ins(services.database)
    statements = [statement for statement in heard.values() if reads_rows(statement)]
    assert any("DELETE FROM linked_identity" in statement.text for statement in statements)
    with services.database.engine.connect() as connection:
        reads = {statement.text: whole_reads(connection, statement) for statement in statements}
    assert {text: tables for text, tables in reads.items() if tables} == {}
