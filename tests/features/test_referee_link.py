"""A link for referees names nobody, at every door, until it is released."""

from collections.abc import Callable

import orjson
import pytest
from flask import Flask

from repository.core.actor import Role
from repository.dataset.formats.registry import FORMATS
from repository.engines.services import Services
from repository.faces.presented_link import REFEREE_DOORS
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.steps import Json
from tests.features.test_share_links import link_to, with_token
from tests.features.walked_routes import FILE, Walk, acts_of, rules_of

pytestmark = pytest.mark.slow

LEADING_ON = {
    "pages-landing.upload",
    "pages-landing.landing_page",
    "pages-landing.file_preview",
    "pages-landing.draft_file_preview",
}
"""Pages whose addresses lead on with the secret that their reader came with."""
NAME = "Zweiblumen"
TITLE = "Moisture of soils"


def naming() -> Json:
    """A dataset that names its makers wherever a description can."""
    names = {"family_name": NAME, "given_name": NAME}
    person = {"type": "personal", **names, "alternate_names": [{"lang": "zho", **names}]}
    place = {"name": NAME, "alternate_names": [{"lang": "zho", "name": NAME}]}
    maker = {"person_or_org": person, "affiliations": [place]}
    metadata = a_dataset(title=TITLE)["metadata"] | {
        "creators": [maker],
        "contributors": [{**maker, "role": {"id": "other"}}],
        "publisher": NAME,
        "copyright": f"© {NAME}",
        "description": "<p>Of soils.</p>",
        "additional_descriptions": [{"description": f"Thanks to {NAME}", "type": {"id": "other"}}],
        "rights": [{"title": {"en": NAME}, "description": {"en": NAME}, "link": f"https://a.test/{NAME}"}],
        "identifiers": [{"identifier": f"https://a.test/{NAME}", "scheme": "url"}],
        "related_identifiers": [
            {"identifier": f"https://b.test/{NAME}", "scheme": "url", "relation_type": {"id": "cites"}}
        ],
        "references": [{"reference": NAME}],
        "funding": [{"funder": {"name": NAME}, "award": {"title": {"en": NAME}, "number": NAME}}],
        "dates": [{"date": "2024", "type": {"id": "collected"}, "description": NAME}],
        "locations": {"features": [{"place": "A field", "description": NAME}]},
    }
    reason = {"active": True, "until": "2999-01-01", "reason": f"{NAME} asked for it"}
    return {"metadata": metadata, "access": {"record": "public", "files": "restricted", "embargo": reason}}


@pytest.fixture
def owner(register: Callable[..., Caller]) -> Caller:
    return register(f"{NAME.lower()}@example.org", role=Role.CURATOR)


@pytest.fixture
def draft(owner: Caller) -> Json:
    """A draft that names its makers, with a file that has words on it."""
    deposits = Deposits(owner)
    opened = deposits.open(naming())
    assert opened["errors"] == []
    deposits.upload(opened["id"], FILE)
    at = f"/api/records/{opened['id']}/draft/files/{FILE}"
    assert owner.put(at, json={"metadata": {"description": f"By {NAME}"}}).status_code == 200
    return opened


def walked(app: Flask, caller: Caller, walk: Walk, link: Json, **headers: str) -> dict[str, int]:
    """Knock at every GET door of a record with a link; return the statuses, after a look for the name."""
    statuses = {}
    for rule in rules_of(app, "GET"):
        if "record_id" not in rule.arguments:
            continue
        names = [*FORMATS, "json", "bibliography"] if "name" in rule.arguments else [""]
        for name in names:
            path = walk.path(rule).replace("/export/datacite-json", f"/export/{name}")
            reply = caller.get(with_token(path, link), headers=headers)
            told = f"{reply.headers} {reply.data.decode('latin-1')}"
            assert NAME.casefold() not in told.casefold(), path
            assert str(walk.record["pids"].get("doi", {}).get("identifier", NAME)) not in told, path
            readable = rule.endpoint in LEADING_ON and reply.status_code == 200
            assert link["token"] not in (str(reply.headers) if readable else told), path
            statuses[rule.endpoint] = reply.status_code
    return statuses


def test_no_door_of_a_draft_or_of_the_published_record_names_anybody(
    app: Flask, owner: Caller, draft: Json, anyone: Caller, settle: Callable[[], None]
) -> None:
    link = link_to(owner, draft, "preview", blinded=True)
    opened = walked(app, anyone, Walk(draft), link)
    assert {door for door, status in opened.items() if status == 200} == {
        "drafts.read_draft",
        "draft-files.list_draft_files",
        "draft-files.read_draft_file",
        "draft-files.download_draft_file",
        "draft-files.download_draft_archive",
        "pages-landing.upload",
        "pages-landing.draft_file_preview",
    }
    shown = anyone.get(with_token(f"/api/records/{draft['id']}/draft", link)).get_json()
    assert (shown["metadata"]["title"], shown["pids"], shown["custom_fields"], shown["errors"]) == (TITLE, {}, {}, [])
    assert shown["parent"] == {"id": draft["parent"]["id"]}
    assert list(shown["files"]["entries"]) == [FILE]

    record = owner.post(f"/api/records/{draft['id']}/draft/actions/publish").get_json()
    assert NAME in owner.get(f"/api/records/{record['id']}").text
    settle()
    later = owner.post(f"/api/records/{record['id']}/versions").get_json()
    for accept in ("application/json", "text/html", "*/*"):
        opened = walked(app, anyone, Walk(record), link, Accept=accept)
    assert {door for door in opened if opened[door] == 200} == {
        door for door in REFEREE_DOORS if not door.startswith("draft") and "draft" not in door
    }
    assert opened["records.list_versions"] == 403
    walked(app, anyone, Walk({**record, "id": record["parent"]["id"]}), link)
    walked(app, anyone, Walk({**record, "id": later["id"]}), link)
    walked(app, owner, Walk(record), link)  # who owns it sees what referees see
    page = anyone.get(with_token(f"/records/{record['id']}", link))
    assert TITLE in page.text
    assert anyone.get(with_token(f"/uploads/{record['id']}", link)).data == page.data
    full = anyone.get(f"/api/records/{record['id']}")
    tag = {"If-None-Match": full.headers["ETag"]}
    assert anyone.get(with_token(f"/api/records/{record['id']}", link), headers=tag).status_code == 200

    released = owner.post(f"{link['links']['self']}/actions/release")
    assert released.get_json()["released_at"] is not None
    shown = anyone.get(with_token(f"/api/records/{record['id']}", link)).get_json()
    assert shown["pids"]["doi"]["identifier"] == record["pids"]["doi"]["identifier"]
    assert shown["metadata"]["creators"][0]["person_or_org"]["family_name"] == NAME
    assert list(shown["files"]["entries"]) == [FILE]


def test_a_withdrawn_record_and_acts_tell_a_referee_nothing(
    app: Flask, owner: Caller, draft: Json, anyone: Caller
) -> None:
    link = link_to(owner, draft, "preview", blinded=True)
    record = owner.post(f"/api/records/{draft['id']}/draft/actions/publish").get_json()
    for method, rule in acts_of(app):
        if "record_id" in rule.arguments:
            reply = owner(method, with_token(Walk(record).path(rule), link), json={})
            assert reply.status_code == 403, rule
    reason = {"removal_reason": {"id": "spam"}, "note": NAME}
    assert owner.delete(f"/api/records/{record['id']}/delete", json=reason).status_code == 204
    opened = walked(app, anyone, Walk(record), link)
    assert set(opened.values()) <= {403, 404}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_of_an_error_is_nobody_s_for_a_referee(
    owner: Caller, draft: Json, anyone: Caller, services: Services, language: str
) -> None:
    link = link_to(owner, draft, "preview", blinded=True)
    for path in (f"/uploads/{draft['id']}/edit", f"/records/{draft['id']}/history", f"/records/{draft['id']}/compare"):
        for caller in (anyone, owner):
            reply = caller.get(with_token(path, link), headers={"Accept": "text/html", "Accept-Language": language})
            assert (reply.status_code, reply.mimetype) == (403, "text/html"), path
            assert services.site.name not in reply.text
            for way in ("/login", "/logout", "/search", "/about", "/uploads/new", "/feed.atom", "/status"):
                assert f'"{way}' not in reply.text, path
            assert link["token"] not in reply.text


def test_a_referee_is_counted_and_no_more(
    owner: Caller, draft: Json, register: Callable[..., Caller], services: Services
) -> None:
    referee = register("referee@example.org")
    link = link_to(owner, draft, "preview", blinded=True)
    at = f"/api/records/{draft['id']}/draft"
    assert referee.get(with_token(at, link)).status_code == 200
    told = owner.get(link["links"]["self"]).get_json()
    assert told["uses"] == 1
    assert "referee@" not in orjson.dumps(told).decode()


def test_names_in_titles_texts_and_file_names_are_warned_of(owner: Caller) -> None:
    body = naming()
    body["metadata"]["title"] = f"Soils of {NAME} and Müller"
    body["metadata"]["additional_titles"] = [{"title": "张伟的土壤数据", "type": {"id": "translated-title"}}]
    body["metadata"]["creators"].append(
        {"person_or_org": {"type": "personal", "family_name": "张", "given_name": "伟"}}
    )
    deposits = Deposits(owner)
    draft = deposits.open(body)
    deposits.upload(draft["id"], f"{NAME.lower()}_2024.csv")
    deposits.upload(draft["id"], "soil.csv")
    link = link_to(owner, draft, "preview", blinded=True)
    assert {warning["field"] for warning in link["warnings"]} == {
        "metadata.title",
        "metadata.additional_titles.0.title",
        "metadata.additional_descriptions.0.description",
        f"files.entries.{NAME.lower()}_2024.csv",
    }
    assert {warning["severity"] for warning in link["warnings"]} == {"warning"}
    assert "warnings" not in link_to(owner, draft, "preview")


def test_only_a_link_for_previewing_is_for_referees_and_only_such_a_one_is_released(owner: Caller, draft: Json) -> None:
    at = f"/api/records/{draft['id']}/access/links"
    assert owner.post(at, json={"permission": "edit", "blinded": True}).status_code == 400
    blind, plain = (link_to(owner, draft, "preview", blinded=blinded) for blinded in (True, False))
    assert owner.patch(blind["links"]["self"], json={"permission": "edit"}).status_code == 400
    assert owner.post(f"{plain['links']['self']}/actions/release").status_code == 409
    for _ in range(2):
        assert owner.post(f"{blind['links']['self']}/actions/release").status_code == 200
