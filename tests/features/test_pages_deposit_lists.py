"""Lists of the deposit form: people, works, dates and funding, pasted, looked up, moved and left as they were."""

import html as entities
import re
from typing import Any

import pytest

from repository.engines.services import Services
from repository.faces.pages.deposit.date_words import date_in_words
from repository.faces.pages.deposit.form_paths import value_at
from repository.faces.pages.deposit.form_saves import PostedForm, document_of
from repository.faces.pages.deposit.people_lines import people_of
from repository.faces.pages.deposit.work_lines import works_of
from repository.organisations.refresh import load_snapshot
from tests.features.pages import Page
from tests.features.signing_in import SigningIn, browser, browsing, people, quick_passwords
from tests.features.test_pages_deposit import WHOLE, begin, post, revision, save

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
ORCID = "0000-0002-1825-0097"
CAS, NSFC = "034t30j35", "01h0zpd94"


def described(browser: SigningIn, draft: str) -> dict[str, Any]:
    metadata: dict[str, Any] = browser("GET", f"/api/records/{draft}/draft").get_json()["metadata"]
    return metadata


def controls(html: str) -> dict[str, str]:
    """The fields that the form sends, as a browser would."""
    page = Page(html)
    return {str(field["name"]): field.get("value") or "" for field in page.each("input") if field.get("name")}


@pytest.mark.parametrize(
    ("line", "family_name", "given_name", "places"),
    [
        (
            "Li Wei, 0000-0002-1825-0097, Institute of Physics; Academy",
            "Li",
            "Wei",
            ["Institute of Physics", "Academy"],
        ),
        ("Wei Zhang", "Zhang", "Wei", []),
        ("1. 李伟^1；https://orcid.org/0000-0002-1825-0097；中国科学院", "李", "伟", ["中国科学院"]),
        ("欧阳修文，北京大学", "欧阳", "修文", ["北京大学"]),
        ("Müller, Jörg; ETH Zürich", "Müller", "Jörg", ["ETH Zürich"]),
        ("Jane van Dyk <j@x.org>, University of Oslo, Norway", "Dyk", "Jane van", ["University of Oslo, Norway"]),
    ],
)
def test_a_line_of_a_pasted_list_is_a_person(line: str, family_name: str, given_name: str, places: list[str]) -> None:
    (person,) = people_of(line)

    name = person["person_or_org"]
    assert (name["type"], name["family_name"], name["given_name"]) == ("personal", family_name, given_name)
    assert [place["name"] for place in person.get("affiliations", ())] == places
    assert [entry["identifier"] for entry in name.get("identifiers", ())] == ([ORCID] if "0000" in line else [])


def test_a_pasted_list_may_hold_institutions_and_several_names_in_a_line() -> None:
    people = people_of("王芳、张三\n\nInstitute of Atmospheric Physics\n ; ,\nsomebody@example.org")

    assert [person["person_or_org"].get("family_name") for person in people] == ["王", "张", None]
    assert people[2]["person_or_org"] == {"type": "organizational", "name": "Institute of Atmospheric Physics"}


def test_the_schemes_of_pasted_works_are_recognised_and_the_rest_is_kept_as_typed() -> None:
    works = works_of("https://doi.org/10.5072/ABC\nCSTR:31253.11.sciencedb.01092, arXiv:2101.00001\nsome book", "cites")

    assert [work.get("scheme") for work in works] == ["doi", "cstr", "arxiv", None]
    assert works[0]["identifier"] == "10.5072/ABC"
    assert works[3] == {"identifier": "some book", "relation_type": {"id": "cites"}}


@pytest.mark.parametrize(
    ("text", "english", "chinese"),
    [
        ("2019-05/2020", "May 2019 to 2020", "2019年5月至2020年"),
        ("2019-05-03", "3 May 2019", "2019年5月3日"),
        ("../2020", "until 2020", "至2020年"),
        ("2019/..", "from 2019 on", "2019年起"),
        ("2019-XX", "2019", "2019年"),
        ("2020-01-01T10:00:00Z", "1 January 2020 10:00:00Z", "2020年1月1日 10:00:00Z"),
        ("soon", "", ""),
        ("", "", ""),
    ],
)
def test_what_was_understood_of_a_date_is_said_in_words(text: str, english: str, chinese: str) -> None:
    assert (date_in_words(text, "en"), date_in_words(text, "zh-CN")) == (english, chinese)


def test_pasted_people_are_rows_that_can_be_corrected_and_nobody_comes_twice(browser: SigningIn) -> None:
    draft = begin(browser)
    text = f"Li Wei, {ORCID}, Institute of Physics\n王芳；北京大学\nWei Li; {ORCID}"

    reply = save(browser, draft, {"paste.metadata.creators": text, "do": "paste:metadata.creators.0"})

    assert reply.status_code == 303
    assert "added=2&twice=1" in reply.headers["Location"]
    page = browser("GET", reply.headers["Location"]).text
    assert "2 added from your list" in page
    assert "1 were in the list already" in page
    row = "metadata.creators.0.person_or_org"
    assert controls(page)[f"{row}.family_name"] == "Li"
    save(browser, draft, {f"{row}.family_name": "Lee"})
    names = [creator["person_or_org"]["family_name"] for creator in described(browser, draft)["creators"]]
    assert names == ["Lee", "王"]


def test_a_pasted_list_is_taken_over_by_every_button_and_never_by_a_script(browser: SigningIn) -> None:
    draft = begin(browser)
    fields = {"paste.metadata.contributors": "Wang Fang", "paste.role": "datacollector"}

    save(browser, draft, fields, headers={"Accept": "application/json"})
    assert "contributors" not in described(browser, draft)
    save(browser, draft, {**fields, "do": "check"})

    (contributor,) = described(browser, draft)["contributors"]
    assert contributor["role"]["id"] == "datacollector"
    assert contributor["person_or_org"]["family_name"] == "Wang"


def test_works_that_are_in_the_list_are_not_added_again(browser: SigningIn) -> None:
    draft = begin(browser)
    works = {"paste.metadata.related_identifiers": "10.5072/abc\nhttps://doi.org/10.5072/ABC\narXiv:2101.00001"}

    reply = save(browser, draft, {**works, "paste.relation": "cites"})

    assert "added=2&twice=1" in reply.headers["Location"]
    assert "twice=3" in save(browser, draft, {**works, "paste.relation": "cites"}).headers["Location"]
    page = browser("GET", f"/uploads/{draft}/edit?lang=zh").text
    assert "已识别为 DOI" in page
    kept = described(browser, draft)["related_identifiers"]
    assert [work["identifier"] for work in kept] == ["10.5072/abc", "arXiv:2101.00001"]


def test_an_identifier_that_is_typed_anew_gets_the_scheme_of_its_new_text(browser: SigningIn) -> None:
    draft = begin(browser)
    row = "metadata.related_identifiers.0"
    save(browser, draft, {f"{row}.identifier": "10.5072/abc", f"{row}.relation_type.id": "cites"})

    save(browser, draft, {f"{row}.identifier": "https://example.org/data", f"{row}.relation_type.id": "cites"})

    (work,) = described(browser, draft)["related_identifiers"]
    assert (work["scheme"], work["identifier"]) == ("url", "https://example.org/data")


def test_dates_descriptions_and_funding_come_back_and_empty_rows_do_not(browser: SigningIn) -> None:
    draft = begin(browser)
    typed = {
        "metadata.additional_descriptions.0.type.id": "abstract",
        "metadata.additional_descriptions.0.lang.id": "zho",
        "metadata.additional_descriptions.1.type.id": "methods",
        "metadata.additional_descriptions.1.description": "Boreholes.",
        "metadata.dates.0.type.id": "collected",
        "metadata.dates.0.date": "2019-05/2020",
        "metadata.dates.1.type.id": "valid",
        "metadata.funding.0.funder.name": "NSFC",
        "metadata.funding.0.award.number": "41971000",
    }

    save(browser, draft, typed)

    kept = described(browser, draft)
    assert [text["type"]["id"] for text in kept["additional_descriptions"]] == ["methods"]
    assert [date["date"] for date in kept["dates"]] == ["2019-05/2020"]
    page = browser("GET", f"/uploads/{draft}/edit?lang=zh").text
    assert "识别为：2019年5月至2020年" in page
    save(browser, draft, {"metadata.funding.0.award.number": ""})
    assert described(browser, draft)["funding"] == [{"funder": {"name": "NSFC"}}]


def test_contributors_are_moved_by_buttons_without_scripts(browser: SigningIn) -> None:
    draft = begin(browser)
    save(browser, draft, {"paste.metadata.contributors": "Li Wei\nWang Fang\nZhang San"})

    reply = save(browser, draft, {"do": "up:metadata.contributors.2"})

    assert reply.headers["Location"].endswith("#rows-metadata-contributors")
    rows = described(browser, draft)["contributors"]
    assert [row["person_or_org"]["family_name"] for row in rows] == ["Li", "Zhang", "Wang"]


def test_a_save_of_the_whole_form_changes_nothing_that_programs_wrote(browser: SigningIn) -> None:
    draft = begin(browser)
    save(browser, draft, WHOLE)
    body = described(browser, draft)
    body["contributors"] = [{**body["creators"][0], "role": {"id": "datacollector"}}]
    book = {"identifier": "978-0-306-40615-7", "scheme": "isbn", "relation_type": {"id": "cites"}}
    body["related_identifiers"] = [{**book, "resource_type": {"id": "dataset"}}]
    body["funding"] = [{"funder": {"name": "F"}, "award": {"number": "1", "title": {"en": "T"}}}]
    body["dates"] = [{"date": "2019", "type": {"id": "collected"}, "description": "D"}]
    body["additional_descriptions"] = [{"description": "M", "type": {"id": "methods"}, "lang": {"id": "eng"}}]
    body["locations"] = {"features": [{"place": "P", "geometry": {"type": "Point", "coordinates": [1, 2]}}]}
    assert browser("PUT", f"/api/records/{draft}/draft", json={"metadata": body}).status_code == 200
    before = described(browser, draft)

    fields = _sent(browser("GET", f"/uploads/{draft}/edit").text)
    saved = post(browser, f"/uploads/{draft}/edit", fields)

    assert saved.status_code == 303, saved.text
    assert described(browser, draft) == before


def _sent(html: str) -> dict[str, Any]:
    """What a browser sends of the form as it stands: texts, choices, ticked boxes."""
    fields: dict[str, Any] = {}
    select, texts = "", Page(html)
    for tag, at in texts.elements:
        name = at.get("name") or ""
        if tag == "input" and name and (at.get("type") not in ("radio", "checkbox") or "checked" in at):
            fields.setdefault(name, []).append(at.get("value") or "")
        elif tag == "select":
            select = name
        elif tag == "option" and "selected" in at:
            fields[select] = [at.get("value") or ""]
    areas = [name for name in (at.get("name") for tag, at in texts.elements if tag == "textarea") if name]
    written = dict(zip(areas, _areas(html), strict=True))
    return {**fields, **written}


def _areas(html: str) -> list[str]:
    found = re.findall(r"<textarea[^>]*>\n?(.*?)</textarea>", html, re.S)
    return [entities.unescape(text) for text in found]


def test_an_institution_is_looked_up_without_scripts(browser: SigningIn, services: Services) -> None:
    assert load_snapshot(services.database) is not None
    draft = begin(browser)
    place = "metadata.creators.0.affiliations.0"
    typed = {
        "metadata.creators.0.person_or_org.type": "personal",
        "metadata.creators.0.person_or_org.family_name": "Li",
        f"{place}.name": "Chinese Academy of Sc",
    }

    reply = save(browser, draft, {**typed, "do": f"find:{place}"})
    assert f"/uploads/{draft}/find" in reply.headers["Location"]
    page = browser("GET", reply.headers["Location"]).text
    assert 'value="Chinese Academy of Sc"' in page
    first = Page(page.split('<ul class="plain rows found">')[1].split("</form>")[0].replace('<li class="card">', ""))
    fields = {str(field["name"]): field["value"] for field in first.each("input")}
    chosen = post(browser, f"/uploads/{draft}/edit", {**fields, "revision": revision(browser, draft)})

    assert chosen.status_code == 303
    (affiliation,) = described(browser, draft)["creators"][0]["affiliations"]
    assert (affiliation["id"], affiliation["name"]) == (CAS, "Chinese Academy of Sciences")


def test_a_funder_is_suggested_to_a_script_in_the_reader_s_language(browser: SigningIn, services: Services) -> None:
    assert load_snapshot(services.database) is not None

    told = browser("GET", "/uploads/look-up/funders?q=自然科学基金&lang=zh").get_json()["suggestions"]

    assert [one["fields"]["id"] for one in told] == [NSFC]
    assert told[0]["text"] == "国家自然科学基金委员会"
    assert browser("GET", "/uploads/look-up/ministers?q=a").status_code == 404


def test_nobody_else_looks_up_for_a_draft(browser: SigningIn, browsing: Any) -> None:
    draft = begin(browser)
    address = f"/uploads/{draft}/find?at=metadata.creators.0"

    assert browsing()("GET", address).status_code == 401
    assert browsing()("GET", "/uploads/look-up/people?q=Li").status_code == 401
    assert browser("GET", f"/uploads/{draft}/find?at=metadata.title").status_code == 404
    assert browser("GET", address).status_code == 200


def test_a_pasted_work_in_the_document_has_no_row_of_its_own_while_the_form_is_open() -> None:
    form = PostedForm([("paste.metadata.related_identifiers", "10.5072/abc")], "1", is_open=True)

    assert value_at(document_of({"metadata": {}, "access": {}}, form), "metadata.related_identifiers") is None


def test_the_depositor_is_the_first_creator_as_the_profile_has_them(browser: SigningIn) -> None:
    profile = {"full_name": "Li, Wei", "affiliations": [{"name": "Institute of Physics"}]}
    reply = browser("PATCH", "/api/me", json={"profile": profile, "identities": {"orcid": ORCID}})
    assert reply.status_code == 200, reply.text

    (creator,) = described(browser, begin(browser))["creators"]

    assert creator["person_or_org"]["name"] == "Li, Wei"
    assert creator["person_or_org"]["identifiers"] == [{"identifier": ORCID, "scheme": "orcid"}]
    assert creator["affiliations"] == [{"name": "Institute of Physics"}]


def test_a_form_that_met_an_ended_session_is_whole_in_the_page_and_saved_after_sign_in(browser: SigningIn) -> None:
    draft = begin(browser)
    typed = {**WHOLE, "revision": revision(browser, draft), "do": "save", "paste.metadata.contributors": "王芳\nLi Wei"}
    browser.http.delete_cookie("session")

    refused = post(browser, f"/uploads/{draft}/edit", typed, headers={"Sec-Fetch-Site": "same-origin"})

    assert refused.status_code in (401, 403)
    fields = controls(refused.text)
    assert {name: fields.get(name) for name in typed} == typed
    browser.sign_in()
    assert post(browser, f"/uploads/{draft}/edit", {name: fields[name] for name in typed}).status_code == 303
    kept = described(browser, draft)
    assert kept["title"] == WHOLE["metadata.title"]
    assert [row["person_or_org"]["family_name"] for row in kept["contributors"]] == ["王", "Li"]
