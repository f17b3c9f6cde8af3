"""Depositing by forms alone: from nothing to a published dataset, and what happens when two people write at once."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from repository.engines.services import Services
from repository.faces.pages.deposit.draft_form import anchor_of, controls_of
from repository.faces.pages.deposit.form_paths import changed, is_empty, moved, value_at, without_empty_rows
from repository.faces.pages.deposit.form_saves import PostedForm, document_of, subjects_of
from tests.features.pages import Page
from tests.features.signing_in import EMAIL, OTHER, SigningIn, browser, browsing, people, quick_passwords

__all__ = ["browser", "browsing", "people", "quick_passwords"]
pytestmark = pytest.mark.slow
Settle = Callable[[], None]
AUTHOR = "metadata.creators.0.person_or_org"
WHOLE = {
    "metadata.title": "青藏高原冻土温度",
    "metadata.additional_titles.0.title": "Permafrost temperatures",
    "metadata.additional_titles.0.type.id": "translated-title",
    "metadata.additional_titles.0.lang.id": "eng",
    "metadata.resource_type.id": "dataset",
    "metadata.description": "2001–2020 年的钻孔温度。",
    "subjects": "冻土、温度\nclimate",
    "languages.shown": "1",
    "languages": "zho",
    "metadata.publication_date": "2024-05",
    "metadata.publisher": "Test",
    f"{AUTHOR}.type": "personal",
    f"{AUTHOR}.family_name": "李",
    f"{AUTHOR}.given_name": "伟",
    f"{AUTHOR}.identifiers.0.identifier": "0000-0002-1825-0097",
    f"{AUTHOR}.identifiers.0.scheme": "orcid",
    f"{AUTHOR}.alternate_names.0.family_name": "Li",
    f"{AUTHOR}.alternate_names.0.given_name": "Wei",
    "metadata.creators.0.affiliations.0.name": "中国科学院",
    "metadata.creators.0.affiliations.0.alternate_names.0.name": "Chinese Academy of Sciences",
    "licence": "cc-by-4.0",
    "when": "now",
}


def post(browser: SigningIn, path: str, data: Any = None, **options: Any) -> TestResponse:
    """Send a form with the token of the session, as a page has it."""
    fields = {"csrf_token": browser.token, **(data or {})}
    return browser.http.post(path, data=fields, **options)


def begin(browser: SigningIn) -> str:
    reply = post(browser, "/uploads/new", {"title": "Begun", "type": "dataset"})
    assert reply.status_code == 303, reply.text
    return re.fullmatch(r".*/uploads/(\d+)/edit", reply.headers["Location"]).group(1)  # type: ignore[union-attr]


def revision(browser: SigningIn, draft: str) -> str:
    (value,) = [
        field["value"]
        for field in Page(browser("GET", f"/uploads/{draft}/edit").text).each("input")
        if field.get("name") == "revision"
    ]
    return str(value)


def save(browser: SigningIn, draft: str, data: dict[str, str], **options: Any) -> TestResponse:
    return post(browser, f"/uploads/{draft}/edit", {"revision": revision(browser, draft), **data}, **options)


def test_a_dataset_is_deposited_with_forms_alone(browser: SigningIn, settle: Settle) -> None:
    draft = begin(browser)

    assert save(browser, draft, WHOLE).status_code == 303
    sent = post(browser, f"/uploads/{draft}/files", {"files": [(io.BytesIO(b"1,2\n"), "温度.csv")]})
    assert sent.status_code == 303, sent.text
    assert "温度.csv" in browser("GET", f"/uploads/{draft}/files").text
    assert "Nothing is missing." in browser("GET", f"/uploads/{draft}/check").text
    published = post(browser, f"/uploads/{draft}/publish", {"revision": revision(browser, draft)})

    assert published.status_code == 303, published.text
    record = browser("GET", f"/api/records/{draft}").get_json()
    metadata = record["metadata"]
    assert metadata["title"] == WHOLE["metadata.title"]
    assert [title["title"] for title in metadata["additional_titles"]] == ["Permafrost temperatures"]
    assert [subject["subject"] for subject in metadata["subjects"]] == ["冻土", "温度", "climate"]
    assert metadata["creators"][0]["person_or_org"]["identifiers"][0]["identifier"] == "0000-0002-1825-0097"
    name = {"lang": "eng", "name": "Li, Wei", "family_name": "Li", "given_name": "Wei"}
    assert metadata["creators"][0]["person_or_org"]["alternate_names"] == [name]
    institution = {"lang": "eng", "name": "Chinese Academy of Sciences"}
    assert metadata["creators"][0]["affiliations"] == [{"name": "中国科学院", "alternate_names": [institution]}]
    assert metadata["rights"][0]["id"] == "cc-by-4.0"
    settle()
    listed = browser("GET", "/me/uploads?tab=published")
    assert WHOLE["metadata.title"] in listed.text


def test_what_is_typed_comes_back_as_it_was_typed_also_when_it_is_wrong(browser: SigningIn) -> None:
    draft = begin(browser)
    typed = {"metadata.publication_date": "soon", "metadata.title": 'a < b & c "d"'}

    save(browser, draft, typed)

    html = browser("GET", f"/uploads/{draft}/edit?lang=zh").text
    values = {field.get("name"): field.get("value") for field in Page(html).each("input")}
    assert values["metadata.publication_date"] == "soon"
    assert values["metadata.title"] == typed["metadata.title"]
    assert 'href="#field-metadata-publication_date"' in html
    assert 'aria-invalid="true"' in html


def test_an_empty_field_is_no_fault_before_the_check_and_named_by_it(browser: SigningIn) -> None:
    draft = begin(browser)

    assert 'class="faults"' not in browser("GET", f"/uploads/{draft}/edit").text
    check = browser("GET", f"/uploads/{draft}/check?lang=zh").text
    assert ">作者<" in check
    assert f'href="/uploads/{draft}/edit#field-metadata-creators-0-person_or_org-type"' in check
    refused = post(browser, f"/uploads/{draft}/publish", {"revision": revision(browser, draft)})
    assert refused.status_code == 400
    assert browser("GET", f"/api/records/{draft}").status_code == 404


def test_every_place_of_a_fault_is_on_the_page(browser: SigningIn) -> None:
    draft = begin(browser)
    save(browser, draft, WHOLE)
    body = browser("GET", f"/api/records/{draft}/draft").get_json()

    ids = {attributes.get("id") for _, attributes in Page(browser("GET", f"/uploads/{draft}/edit").text).elements}

    places = {anchor_of(control) for control in controls_of(body) if control != "files"}
    assert places - ids == set()


def test_a_form_changes_nothing_that_it_has_no_control_for(browser: SigningIn) -> None:
    draft = begin(browser)
    save(browser, draft, WHOLE)
    body = browser("GET", f"/api/records/{draft}/draft").get_json()["metadata"]
    body["creators"][0]["role"] = {"id": "datacollector"}
    body["dates"] = [{"date": "2019", "type": {"id": "collected"}}]
    assert browser("PUT", f"/api/records/{draft}/draft", json={"metadata": body}).status_code == 200

    save(browser, draft, {**WHOLE, "metadata.title": "Another title"})

    after = browser("GET", f"/api/records/{draft}/draft").get_json()["metadata"]
    assert after["title"] == "Another title"
    assert after["creators"][0]["role"]["id"] == "datacollector"
    assert after["dates"] == [{"date": "2019", "type": body["dates"][0]["type"] | after["dates"][0]["type"]}]


def test_two_people_who_write_at_once_see_both_texts(browser: SigningIn, browsing: Callable[[], SigningIn]) -> None:
    draft = begin(browser)
    seen = revision(browser, draft)
    save(browser, draft, {"metadata.title": "Theirs", "metadata.version": "2"})

    reply = post(browser, f"/uploads/{draft}/edit", {"revision": seen, "metadata.title": "Mine"})

    assert reply.status_code == 409
    assert "Theirs" in reply.text
    values = {field.get("name"): field.get("value") for field in Page(reply.text).each("input")}
    assert values["metadata.title"] == "Mine"
    assert values["metadata.version"] == "2"
    again = post(browser, f"/uploads/{draft}/edit", {"revision": str(values["revision"]), "metadata.title": "Mine"})
    assert again.status_code == 303
    assert browser("GET", f"/api/records/{draft}/draft").get_json()["metadata"]["title"] == "Mine"


def test_a_script_saves_and_is_told_the_new_revision_or_that_the_draft_has_changed(browser: SigningIn) -> None:
    draft = begin(browser)
    seen = revision(browser, draft)
    asks = {"Accept": "application/json"}
    fields = {"revision": seen, "metadata.publication_date": "soon"}

    reply = post(browser, f"/uploads/{draft}/edit", fields, headers=asks)

    assert reply.status_code == 200
    assert reply.get_json()["revision"] == int(seen) + 1
    assert [fault["anchor"] for fault in reply.get_json()["faults"]] == ["field-metadata-publication_date"]
    repeated = post(browser, f"/uploads/{draft}/edit", fields, headers=asks)
    assert repeated.get_json()["revision"] == int(seen) + 1, "it says already what the late save sends"
    other = {**fields, "metadata.publication_date": "2020"}
    assert post(browser, f"/uploads/{draft}/edit", other, headers=asks).status_code == 412


def test_a_form_without_its_token_or_of_another_site_changes_nothing(browser: SigningIn) -> None:
    draft = begin(browser)
    seen = revision(browser, draft)
    fields = {"revision": seen, "metadata.title": "Forged"}

    assert browser.http.post(f"/uploads/{draft}/edit", data=fields).status_code == 403
    crossed = post(browser, f"/uploads/{draft}/edit", fields, headers={"Sec-Fetch-Site": "cross-site"})
    assert crossed.status_code == 403
    assert revision(browser, draft) == seen


def test_nobody_else_sees_or_changes_a_draft(browser: SigningIn, browsing: Callable[[], SigningIn]) -> None:
    draft = begin(browser)
    stranger, public = browsing(), browsing()
    stranger.sign_in(OTHER)

    for path in ("edit", "files", "check", "delete"):
        assert stranger("GET", f"/uploads/{draft}/{path}").status_code in (403, 404)
        assert public("GET", f"/uploads/{draft}/{path}").status_code == 401
    assert post(stranger, f"/uploads/{draft}/delete").status_code in (403, 404)
    assert post(stranger, f"/uploads/{draft}/publish").status_code in (403, 404)
    assert public("GET", "/me/uploads").status_code == 401
    assert revision(browser, draft)


def test_a_draft_is_deleted_after_a_page_that_says_what_that_means(browser: SigningIn) -> None:
    draft = begin(browser)

    assert "removed for good" in browser("GET", f"/uploads/{draft}/delete").text
    assert post(browser, f"/uploads/{draft}/delete").status_code == 303
    assert browser("GET", f"/api/records/{draft}/draft").status_code == 404


def test_rows_are_moved_and_removed_and_grow_at_their_end() -> None:
    rows = {"metadata": {"creators": [{"n": "1"}, {"n": "2"}, {"n": "3"}]}}

    def order(act: str) -> list[str]:
        document = moved(changed(rows, []), act)
        return [row["n"] for row in document["metadata"]["creators"]]

    assert order("up:metadata.creators.2") == ["1", "3", "2"]
    assert order("up:metadata.creators.0") == ["1", "2", "3"]
    assert order("down:metadata.creators.0") == ["2", "1", "3"]
    assert order("remove:metadata.creators.1") == ["1", "3"]
    assert order("remove:metadata.creators.9") == order("explode:metadata.creators.0") == ["1", "2", "3"]
    assert order("remove:access.0") == ["1", "2", "3"]


def test_a_value_goes_to_its_path_and_nowhere_else() -> None:
    base: dict[str, Any] = {"metadata": {"title": "T", "creators": [{"role": {"id": "x"}}]}}

    document = changed(
        base,
        [
            ("metadata.creators.0.person_or_org.family_name", "Li"),
            ("metadata.creators.1.person_or_org.family_name", "  "),
            ("metadata.creators.7.person_or_org.family_name", "far away"),
            ("metadata.title.deeper", "no way through a text"),
            ("metadata.version", "1\r\n2"),
        ],
    )

    assert document["metadata"]["creators"] == [{"role": {"id": "x"}, "person_or_org": {"family_name": "Li"}}]
    assert document["metadata"]["title"] == "T"
    assert document["metadata"]["version"] == "1\n2"
    assert base == {"metadata": {"title": "T", "creators": [{"role": {"id": "x"}}]}}


def test_empty_rows_are_never_kept_and_those_between_stay_while_the_form_is_open() -> None:
    rows: dict[str, Any] = {"metadata": {"creators": [{"type": "x"}, {"name": "A"}, {"scheme": "orcid"}]}}

    assert value_at(without_empty_rows(changed(rows, [])), "metadata.creators") == [{"name": "A"}]
    kept = without_empty_rows(changed(rows, []), only_last=True)
    assert value_at(kept, "metadata.creators") == [{"type": "x"}, {"name": "A"}]
    assert is_empty({"person_or_org": {"type": "personal", "identifiers": [{"scheme": "orcid"}]}})


def test_keywords_part_at_commas_of_every_script_and_keep_their_ids() -> None:
    kept = [{"id": "a", "subject": "冻土"}]

    assert subjects_of("冻土，温度；climate, snow\nclimate", kept) == [
        {"id": "a", "subject": "冻土"},
        {"subject": "温度"},
        {"subject": "climate"},
        {"subject": "snow"},
    ]


@pytest.mark.parametrize(
    ("when", "files", "record", "active"),
    [
        ("now", "public", "public", False),
        ("day", "restricted", "public", True),
        ("request", "restricted", "public", False),
        ("hidden", "restricted", "restricted", False),
    ],
)
def test_the_answer_to_when_becomes_access_terms(when: str, files: str, record: str, active: bool) -> None:
    form = PostedForm([("when", when), ("access.embargo.until", "2030-01-01")], "1")

    access = document_of({"metadata": {}, "access": {}}, form)["access"]

    assert (access["files"], access["record"], access["embargo"]["active"]) == (files, record, active)
    assert access["embargo"].get("until") == ("2030-01-01" if active else None)


def test_the_list_of_ones_datasets_costs_the_same_for_many(
    browser: SigningIn, settle: Settle, services: Services
) -> None:
    drafts = [begin(browser) for _ in range(3)]
    settle()

    page = browser("GET", "/me/uploads?lang=zh")

    assert page.status_code == 200
    assert page.headers["Cache-Control"] == "private, no-store"
    assert all(f'href="/uploads/{draft}/edit"' in page.text for draft in drafts)
    assert EMAIL not in page.text


def test_a_name_in_the_other_language_takes_the_language_of_its_script_and_goes_when_emptied() -> None:
    def after(names: list[dict[str, str]], *typed: tuple[str, str], kind: str = "personal") -> Any:
        creator = {"person_or_org": {"type": kind, "family_name": "Li", "alternate_names": names}}
        form = PostedForm([(f"{AUTHOR}.alternate_names.{name}", value) for name, value in typed], "1")
        document = document_of({"metadata": {"creators": [creator]}, "access": {}}, form)
        return value_at(document, f"{AUTHOR}.alternate_names")

    chinese = {"lang": "zho", "family_name": "李", "name": "李"}
    assert after([], ("0.family_name", "李"), ("0.given_name", "")) == [{"family_name": "李", "lang": "zho"}]
    assert after([], ("0.name", "Institute"), kind="organizational") == [{"name": "Institute", "lang": "eng"}]
    assert after([chinese], ("0.family_name", "Lee"))[0]["lang"] == "eng"
    assert after([{**chinese, "lang": "zh-Hant"}], ("0.family_name", "Lee"))[0]["lang"] == "zh-Hant"
    assert after([chinese], ("0.family_name", ""), ("0.given_name", "")) is None
