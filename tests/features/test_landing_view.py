"""The page that identifiers resolve to: complete, in two languages, and harmless whatever it shows."""

import json
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from tests.conftest import BASE_URL, Caller, Deposits, a_dataset

Json = dict[str, Any]
HOSTILE = '</title></script><script>alert(1)</script><svg onload=alert(2)> " \' & <m y="{{ 7*7 }}">'
HOSTILE_KEY = 'a<script>alert(1)</script>"onmouseover=alert(2) x=".csv'


class Page(HTMLParser):
    """What a browser would make of a page: elements, visible text, embedded scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.text = ""
        self._inside = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = (dict(attrs).get("type") or tag) if tag == "script" else tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside == "application/ld+json":
            self.scripts.append(data)
        elif self._inside not in ("style", "script"):
            self.text += data

    def links(self) -> set[str]:
        return {attributes["href"] or "" for _, attributes in self.elements if "href" in attributes}


def page_of(caller: Caller, path: str, **options: Any) -> Page:
    reply = caller.get(path, **options)
    assert reply.status_code == 200, reply.text
    assert reply.mimetype == "text/html"
    return Page(reply.text)


def test_the_page_shows_what_a_reader_needs(anyone: Caller, deposits: Deposits) -> None:
    said = a_dataset(version="1.2", rights=[{"id": "cc0-1.0"}])
    record = deposits.published(said, **{"a folder/数据.csv": b"1,2"})
    entry = record["files"]["entries"]["a folder/数据.csv"]

    page = page_of(anyone, record["links"]["self_html"])
    folder = page_of(anyone, record["links"]["self_html"], query_string={"path": "a folder/"})

    for text in ("数据.csv", entry["checksums"]["sha256"], entry["checksums"]["md5"].removeprefix("md5:")):
        assert text in folder.text, text
    assert f"{BASE_URL}/records/{record['id']}/files/{quote('a folder/数据.csv')}?download=1" in folder.links()
    for text in (
        "Bill dimensions of penguins",
        "Gorman",
        "Measured near Palmer Station.",
        "Creative Commons Zero v1.0 Universal",
        "a folder",
        record["pids"]["doi"]["identifier"],
        record["pids"]["cstr"]["identifier"],
        record["parent"]["pids"]["doi"]["identifier"],
        "[DS/OL]",
        "BibTeX",
    ):
        assert text in page.text, text
    assert f"https://doi.org/{record['pids']['doi']['identifier']}" in page.links()


def test_every_file_link_of_the_page_downloads_the_file(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(None, **{"a b.csv": b"1,2", "页.html": b"<p>"})
    page = page_of(anyone, record["links"]["self_html"])

    downloads = [link for link in page.links() if "/files/" in link]

    assert {anyone.get(link).data for link in downloads} == {b"1,2", b"<p>"}


def test_machines_find_schema_org_and_link_to_the_record(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()

    page = page_of(anyone, record["links"]["self_html"])

    (script,) = page.scripts
    data = json.loads(script)
    assert data["@type"] == "Dataset"
    assert data["name"] == record["metadata"]["title"]
    assert record["pids"]["doi"]["identifier"] in json.dumps(data["identifier"])
    assert record["links"]["self"] in page.links()


@pytest.mark.parametrize(
    ("options", "language", "word"),
    [
        ({}, "en", "How to cite"),
        ({"query_string": {"lang": "zh"}}, "zh", "引用格式"),
        ({"query_string": {"lang": "en"}, "headers": {"Accept-Language": "zh-CN"}}, "en", "How to cite"),
        ({"headers": {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.1"}}, "zh", "引用格式"),
        ({"headers": {"Accept-Language": "fr"}}, "en", "How to cite"),
        ({"query_string": {"lang": "<script>"}}, "en", "How to cite"),
    ],
)
def test_the_page_speaks_english_and_chinese(
    anyone: Caller, deposits: Deposits, options: Json, language: str, word: str
) -> None:
    record = deposits.published()

    page = page_of(anyone, record["links"]["self_html"], **options)

    assert ("html", language) in [(tag, attributes.get("lang")) for tag, attributes in page.elements]
    assert word in page.text


def test_nothing_a_depositor_writes_can_act_on_the_page(anyone: Caller, deposits: Deposits) -> None:
    said = a_dataset(
        title=f"A title {HOSTILE}",
        description=f"<p>{HOSTILE}</p><a href='javascript:alert(1)'>x</a><img src=x onerror=alert(1)>",
        publisher=f"P {HOSTILE}",
        version="{{ 7*7 }}",
        creators=[{"person_or_org": {"type": "organizational", "name": f"N {HOSTILE}"}}],
        subjects=[{"subject": f"S {HOSTILE}"}],
        references=[{"reference": f"R {HOSTILE}"}],
        rights=[{"title": {"en": f"L {HOSTILE}"}, "link": "https://example.org/"}],
    )
    record = deposits.published(said, **{HOSTILE_KEY: b"x"})

    reply = anyone.get(record["links"]["self_html"])

    page = Page(reply.text)
    scripts = [attributes for tag, attributes in page.elements if tag == "script"]
    assert [script["type"] for script in scripts] == ["application/ld+json", "module"]
    json.loads("".join(page.scripts))
    assert not [tag for tag, _ in page.elements if tag in ("svg", "img", "iframe", "object", "m")]
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    empty_icon = "data:,"
    links = [link.lower() for link in page.links() if link != empty_icon]
    assert not [link for link in links if link.startswith(("javascript:", "data:"))]
    assert "{{ 7*7 }}" in page.text
    policy = reply.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy


def test_a_concept_leads_to_its_latest_version(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    first = deposits.published()
    draft = author.post(first["links"]["versions"]).get_json()
    deposits.upload(draft["id"])
    second = deposits.publish(draft["id"])

    by_concept = anyone.get(first["links"]["parent_html"])
    by_first = anyone.get(first["links"]["latest_html"])

    for reply in (by_concept, by_first):
        assert reply.status_code == 302
        assert reply.headers["Location"] == second["links"]["self_html"]
    page = page_of(anyone, first["links"]["self_html"])
    assert second["links"]["self_html"] in page.links()


@pytest.mark.parametrize("record_id", ["999999", "0", "abc", "<script>alert(1)<script>"])
@pytest.mark.parametrize(("language", "word"), [("en", "There is no such page"), ("zh", "页面不存在")])
def test_an_unknown_record_is_a_page_that_says_so(anyone: Caller, record_id: str, language: str, word: str) -> None:
    path = quote(record_id, safe="")

    reply = anyone.get(f"/records/{path}?lang={language}")

    assert reply.status_code == 404
    assert reply.mimetype == "text/html"
    assert word in reply.text
    assert "<script>alert" not in reply.text


def test_a_draft_has_no_public_page(anyone: Caller, author: Caller, deposits: Deposits) -> None:
    draft = deposits.open()

    assert anyone.get(draft["links"]["record_html"]).status_code == 404
    assert "penguins" not in anyone.get(draft["links"]["record_html"]).text


def test_a_hidden_record_shows_nothing_but_that_one_may_not(
    anyone: Caller, author: Caller, deposits: Deposits, register: Callable[..., Caller]
) -> None:
    record = deposits.published(a_dataset() | {"access": {"record": "restricted", "files": "restricted"}})

    for caller in (anyone, register("someone.else@example.org")):
        reply = caller.get(record["links"]["self_html"])
        assert reply.status_code == 403
        assert reply.mimetype == "text/html"
        assert "penguins" not in reply.text
    assert "penguins" in page_of(author, record["links"]["self_html"]).text


def test_restricted_files_are_neither_listed_nor_linked(anyone: Caller, deposits: Deposits) -> None:
    body = a_dataset() | {"access": {"record": "public", "files": "restricted"}}
    record = deposits.published(body, **{"secret.csv": b"1"})

    page = page_of(anyone, record["links"]["self_html"])

    assert "Access to the files is restricted." in page.text
    assert "secret.csv" not in page.text + "".join(page.scripts)
    assert not [link for link in page.links() if "files" in link and link.startswith(BASE_URL)]


@pytest.mark.slow
def test_a_long_list_of_files_is_read_page_by_page(author: Caller, deposits: Deposits) -> None:
    files = {f"{number:03}.txt": b"x" for number in range(103)}
    record = deposits.published(None, **files)

    first = page_of(author, record["links"]["self_html"])
    last = page_of(author, record["links"]["self_html"] + "?page=3")

    assert "049.txt" in first.text
    assert "050.txt" not in first.text
    assert "Files 1 to 50 of 103" in first.text
    assert "?page=2#files" in first.links()
    assert len(json.loads("".join(first.scripts))["distribution"]) == 101, "the first hundred, and the archive"
    assert "099.txt" not in last.text
    assert "102.txt" in last.text
    assert [file["name"] for file in json.loads("".join(last.scripts))["distribution"]] == [
        "100.txt",
        "101.txt",
        "102.txt",
        "All files",
    ]
    assert author.get(record["links"]["self_html"] + "?page=4").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "1.5", "９", "99999999999999999999", ""])
def test_a_page_that_is_no_number_is_the_first(anyone: Caller, deposits: Deposits, page: str) -> None:
    record = deposits.published()

    assert "data.csv" in page_of(anyone, record["links"]["self_html"], query_string={"page": page}).text
