"""Signposting: another's client reads our header, our page's links and both linksets, and finds the same."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest
from signposting import AbsoluteURI, Signposting
from signposting.linkheader import find_signposting_http_link
from signposting.linkset import Linkset, LinksetJSON, _parse_linkset, _parse_linkset_json

from repository.dataset.description import FileOf, Publication
from repository.dataset.formats.registry import FORMATS
from repository.dataset.formats.signposting import (
    LINKSET,
    LINKSET_JSON,
    LONGEST_HEADER,
    MOST_OF_A_KIND,
    LinkedFile,
    address,
    file_header,
    items,
    level_1,
    link_header,
    linkset_json,
    linkset_text,
    signposts,
)
from tests.features.samples import PUBLICATION, person, publication

API = "https://repository.test/api/records/12"
PAGE = PUBLICATION.url


@dataclass(frozen=True)
class Offered:
    name: str
    media_type: str
    label: str = ""


EXPORTS = (
    Offered("datacite-xml", "application/vnd.datacite.datacite+xml"),
    Offered("schema-org", "application/ld+json"),
    Offered("bibtex", "application/x-bibtex"),
)


def header(unit: Publication = PUBLICATION, exports: Sequence[Offered] = EXPORTS) -> str:
    return link_header(level_1(signposts(unit, exports, API), items(unit)))


def read(text: str) -> Signposting:
    return find_signposting_http_link([text], PAGE)


def read_json(unit: Publication = PUBLICATION) -> Signposting:
    text = "".join(linkset_json(unit, EXPORTS, API, lambda: items(unit)))
    here = AbsoluteURI(f"{PAGE}/linkset.json")
    return _parse_linkset_json(LinksetJSON(text, LINKSET_JSON, here, here)).for_context(PAGE)


def read_text(unit: Publication = PUBLICATION) -> Signposting:
    text = "".join(linkset_text(unit, EXPORTS, API, lambda: items(unit)))
    here = AbsoluteURI(f"{PAGE}/linkset")
    return _parse_linkset(Linkset(text, LINKSET, here, here)).for_context(PAGE)


def told(found: Signposting) -> set[tuple[str, str, str | None, frozenset[str]]]:
    return {(str(each.rel), each.target, each.type, each.profiles) for each in found}


def many_files(number: int) -> list[FileOf]:
    return [
        FileOf(f"{n}.csv", n, "text/csv", "0" * 32, "a" * 64, f"https://repository.test/f/{n}") for n in range(number)
    ]


def test_the_header_says_what_the_profile_asks_for() -> None:
    found = read(header())
    assert found.citeAs is not None
    assert found.citeAs.target == "https://doi.org/10.5072/data.12"
    assert {each.target for each in found.types} == {"https://schema.org/AboutPage", "https://schema.org/Dataset"}
    assert found.license is not None
    assert found.license.target.startswith("https://creativecommons.org/licenses/by/4.0/")
    assert {each.target for each in found.authors} == {
        "https://orcid.org/0000-0002-1825-0097",
        "https://ror.org/03yrm5c26",
    }
    assert {(each.target, each.type) for each in found.items} == {(f.url, f.media_type) for f in PUBLICATION.files}
    assert {(each.target, each.type) for each in found.linksets} == {
        (f"{PAGE}/linkset", LINKSET),
        (f"{PAGE}/linkset.json", LINKSET_JSON),
    }


def test_each_format_is_described_by_its_address_type_and_profile() -> None:
    found = {each.target: each for each in read(header()).describedBy}
    assert found[f"{PAGE}?format=datacite-xml"].type == "application/vnd.datacite.datacite+xml"
    assert found[f"{PAGE}?format=datacite-xml"].profiles == {"http://datacite.org/schema/kernel-4"}
    assert found[f"{PAGE}?format=schema-org"].profiles == {"https://schema.org/"}
    assert found[f"{PAGE}?format=bibtex"].profiles == frozenset()
    assert found[API].type == "application/json"


@pytest.mark.parametrize("read_linkset", [read_json, read_text])
def test_both_linksets_say_the_same_as_the_header_of_a_small_record(read_linkset: Any) -> None:
    assert told(read_linkset()) == told(read(header()))


@pytest.mark.parametrize("read_linkset", [read_json, read_text])
def test_linksets_name_all_files_and_authors_and_lead_back_to_the_page(read_linkset: Any) -> None:
    files = many_files(250)
    people = [
        {"person_or_org": {**person(f"P{n}")["person_or_org"], "identifiers": [
            {"scheme": "orcid", "identifier": f"0000-0000-0000-{n:04}"}
        ]}}
        for n in range(60)
    ]  # fmt: skip
    unit = replace(publication(creators=people), files=files)

    found = read_linkset(unit)

    assert len(found.items) == 250
    assert len(found.authors) == 60
    of_file = found.for_context(files[17].url)
    assert of_file.collection is not None
    assert (of_file.collection.target, of_file.collection.type) == (PAGE, "text/html")
    of_metadata = found.for_context(f"{PAGE}?format=bibtex")
    assert {each.target for each in of_metadata.describes} == {PAGE}


def test_the_header_of_a_large_record_is_capped_and_still_leads_to_everything() -> None:
    many = [
        {"person_or_org": {**person(f"P{n}")["person_or_org"], "identifiers": [
            {"scheme": "orcid", "identifier": f"0000-0000-0000-{n:04}"}
        ]}}
        for n in range(3000)
    ]  # fmt: skip
    unit = replace(publication(creators=many), files=many_files(100))
    exports = [Offered(f"format-{n}", "application/vnd.datacite.datacite+xml") for n in range(40)]

    text = header(unit, exports)
    found = read(text)

    assert len(text) <= LONGEST_HEADER
    assert found.citeAs is not None
    assert len(found.linksets) == 2
    assert len(found.authors) == MOST_OF_A_KIND
    assert 3 < len(found.items) <= MOST_OF_A_KIND
    assert len(found.describedBy) > 3


def test_a_json_linkset_is_one_document_with_or_without_files() -> None:
    for files in ((), many_files(1), many_files(3)):
        unit = replace(PUBLICATION, files=files)
        said = json.loads("".join(linkset_json(unit, EXPORTS, API, lambda unit=unit: items(unit))))
        assert said["linkset"][0]["anchor"] == PAGE
        assert len(said["linkset"][0].get("item", [])) == len(files)
        assert len(said["linkset"]) == 1 + len(EXPORTS) + 1 + len(files)


HOSTILE = 'https://x.org/a>; rel="cite-as", <https://evil.org/"\r\nSet-Cookie: a=b\x00\udc00 数据#a#b%zz[]'


def test_what_a_depositor_writes_cannot_leave_its_link() -> None:
    unit = publication(rights=[{"title": {"en": "Own"}, "link": HOSTILE}])
    file = FileOf("x", 1, 'text/csv"; rel="cite-as', "0" * 32, "a" * 64, HOSTILE)
    unit = replace(unit, files=[file, replace(file, url=PAGE, media_type="chemical/x-pdb")])

    for found in (read(header(unit)), read_json(unit), read_text(unit)):
        assert found.citeAs is not None
        assert found.citeAs.target == "https://doi.org/10.5072/data.12"
        assert found.license is not None
        assert found.license.target.startswith("https://x.org/a%3E;%20rel=%22")
        assert {each.type for each in found.items} == {None}
        assert len(found.items) == 2
    assert header(unit).isascii()
    assert header(unit).isprintable()


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("https://x.org/数据 a", "https://x.org/%E6%95%B0%E6%8D%AE%20a"),
        ("HTTPS://x.org/%41%4", "HTTPS://x.org/%41%254"),
        ("https://x.org/#a#b", "https://x.org/#a%23b"),
        ("javascript:alert(1)", None),
        ("https://", None),
        ("https:///path", None),
        ("https://user@x.org/", None),
        ("ftp://x.org/", None),
        ("", None),
        (None, None),
    ],
)
def test_only_well_formed_web_addresses_are_pointed_to(text: str | None, written: str | None) -> None:
    assert address(text) == written


def test_a_file_says_where_it_belongs_and_how_it_is_cited() -> None:
    text = file_header(PAGE, "https://doi.org/10.5072/data.12")
    found = find_signposting_http_link([text], PUBLICATION.files[0].url)
    assert found.collection is not None
    assert found.collection.target == PAGE
    assert found.citeAs is not None
    assert found.citeAs.target == "https://doi.org/10.5072/data.12"


def test_every_format_of_the_registry_is_known_by_its_type_and_those_with_a_schema_by_their_profile() -> None:
    found = {each.href.partition("?format=")[2]: each for each in signposts(PUBLICATION, list(FORMATS.values()), API)}
    profiles = {name: found[name].profile for name in FORMATS}
    assert all(found[name].type == FORMATS[name].media_type.partition(";")[0] for name in FORMATS)
    assert len({profiles[name] for name in FORMATS if FORMATS[name].media_type.startswith("application/ld+json")}) == 5
    assert profiles["dcat-turtle"] == profiles["dcat-rdfxml"] == profiles["dcat-jsonld"] != ""


def test_a_record_without_a_doi_is_cited_by_the_next_best() -> None:
    assert '<https://cstr.cn/99999.11.data.12>; rel="cite-as"' in header(replace(PUBLICATION, doi=None))
    assert f'<{PAGE}>; rel="cite-as"' in header(replace(PUBLICATION, doi=None, cstr=None))


def test_items_without_a_web_address_are_left_out() -> None:
    assert [each.rel for each in level_1([], [LinkedFile("file:///etc/passwd", "text/plain")])] == []
