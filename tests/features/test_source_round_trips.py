"""What this repository exports can be deposited again: the same fields, for what each format can carry."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.crosswalks.source_formats import SourceFormat, read_bytes
from repository.dataset.description import Publication
from repository.dataset.formats.registry import FORMATS
from repository.dataset.from_json import description_of
from repository.deposits.metadata.loading import load_metadata
from tests.features.samples import METADATA, PUBLICATION, VOCABULARIES

Json = Any
FORMS = {
    "bibtex": SourceFormat.BIBTEX,
    "biblatex": SourceFormat.BIBTEX,
    "ris": SourceFormat.RIS,
    "datacite-json": SourceFormat.DATACITE_JSON,
    "datacite-xml": SourceFormat.DATACITE_XML,
    "csl": SourceFormat.CSL,
    "ro-crate": SourceFormat.CRATE,
    "codemeta": SourceFormat.SCHEMA_ORG,
    "cstr": SourceFormat.CSTR,
}
WHOLE = frozenset({"title", "creators", "resource_type", "publication_date", "publisher", "version"})
CARRIED: Mapping[str, frozenset[str]] = {
    "bibtex": WHOLE - {"publication_date", "creators"},
    "biblatex": WHOLE - {"creators"},
    "ris": WHOLE - {"creators"} | {"additional_titles", "languages"},
    "datacite-json": WHOLE - {"creators"}
    | {"additional_titles", "contributors", "locations", "funding", "references", "copyright"},
    "datacite-xml": WHOLE - {"creators"}
    | {"additional_titles", "contributors", "locations", "funding", "references", "copyright"},
    "csl": WHOLE - {"creators"},
    "ro-crate": WHOLE - {"creators"}
    | {"additional_titles", "contributors", "languages", "references", "sizes", "formats", "copyright", "rights"},
    "codemeta": WHOLE - {"creators"} | {"languages"},
    "cstr": WHOLE - {"creators"},
}
"""By format, the members that come back as they were; creators are looked at more closely."""
SOURCE = {**METADATA, "copyright": "© 2024 The authors", "title": "Strong-motion records"}
SOURCE["rights"] = [{"id": "cc-by-4.0"}, {"title": {"en": "House rules"}, "link": "https://h.org/r"}]
_FIRST, _SECOND, _THIRD = METADATA["creators"]
_NAMED = {**_SECOND, "affiliations": [{"name": "中国地震局"}, {"id": "024mrxd33", "name": "University of Leeds"}]}
SOURCE["creators"] = [_FIRST, _NAMED, _THIRD]
SOURCE["locations"] = {
    "features": [
        {name: value for name, value in place.items() if name != "identifiers"}
        for place in METADATA["locations"]["features"]
    ]
}


def publication(metadata: Json) -> Publication:
    return replace(PUBLICATION, description=description_of(metadata, VOCABULARIES))


def again(name: str, published: Publication) -> Json:
    text = FORMATS[name].write(published)
    content = text if isinstance(text, bytes) else text.encode()
    form, described = read_bytes(content)
    assert form == FORMS[name], "recognised by its content"
    assert described.doi == published.doi
    return described.metadata


def names(metadata: Json) -> list[tuple[str, str, str]]:
    agents = [agent["person_or_org"] for agent in metadata["creators"]]
    return [(a["type"], a.get("family_name") or a.get("name", ""), a.get("given_name", "")) for a in agents]


@pytest.mark.parametrize("name", FORMS)
def test_an_export_comes_back_as_it_was(name: str) -> None:
    metadata = again(name, publication(SOURCE))
    for member in sorted(CARRIED[name]):
        assert without_names_of_parts(metadata.get(member)) == without_names_of_parts(SOURCE[member]), member
    assert names(metadata) == names(SOURCE)
    assert "three components" in metadata["description"]


@pytest.mark.parametrize("name", FORMS)
def test_an_export_that_comes_back_is_without_fault(name: str) -> None:
    loaded = load_metadata(again(name, publication(SOURCE)), VOCABULARIES)
    assert [fault for fault in loaded.errors if not fault.harmless] == []


@pytest.mark.parametrize("name", ["datacite-json", "datacite-xml", "ro-crate"])
def test_identifiers_and_affiliations_come_back(name: str) -> None:
    first, second, third = again(name, publication(SOURCE))["creators"]
    assert first["person_or_org"]["identifiers"] == [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}]
    assert first["affiliations"] == [{"id": "024mrxd33", "name": "University of Leeds"}]
    assert second["affiliations"][0] == {"name": "中国地震局"}
    assert second["affiliations"][1]["id"] == "024mrxd33"
    assert third["person_or_org"]["identifiers"] == [{"scheme": "ror", "identifier": "03yrm5c26"}]


def without_names_of_parts(value: Json) -> Json:
    """Return a value without names that are made of their parts, and with numbers as numbers."""
    if isinstance(value, list):
        return [without_names_of_parts(item) for item in value]
    if isinstance(value, dict):
        is_person = value.get("type") == "personal"
        return {k: without_names_of_parts(v) for k, v in value.items() if not (is_person and k == "name")}
    return value


WORD = st.text(st.characters(codec="utf-8", categories=["L", "Nd"]), min_size=3, max_size=12)
TITLES = st.lists(
    st.one_of(WORD, st.sampled_from(["&", "50%", "a_b", "{x}", "#1", "$", "~", "C\\D", "“q”", "–"])),
    min_size=1,
    max_size=6,
)


@given(words=TITLES)
@pytest.mark.parametrize("name", FORMS)
def test_every_title_comes_back(name: str, words: list[str]) -> None:
    title = "Title " + " ".join(words)
    metadata = again(name, publication({**SOURCE, "title": title}))
    assert normal(metadata["title"]) == normal(publication({**SOURCE, "title": title}).description.title)


NAMES = st.tuples(
    st.text(st.sampled_from("ABCÄÉØŁŠñçß' -abcdefz"), min_size=2, max_size=12)
    .map(str.strip)
    .filter(lambda n: n[:1].isupper() and n[-1:].isalpha() and not re.search("--|''", n)),
    st.text(st.sampled_from("ABCÄÉØŁŠñç. -abcdefz"), min_size=1, max_size=12)
    .map(str.strip)
    .filter(lambda n: n[:1].isupper() and not re.search("--|''", n)),
)


@given(parts=NAMES)
@pytest.mark.parametrize("name", sorted(FORMS.keys() - {"cstr"}))  # a record of a CSTR has names as they are shown
def test_every_western_name_comes_back(name: str, parts: tuple[str, str]) -> None:
    family, given_name = (" ".join(part.split()) for part in parts)
    person = {"type": "personal", "family_name": family, "given_name": given_name}
    metadata = again(name, publication({**SOURCE, "creators": [{"person_or_org": person}]}))
    assert names(metadata) == [("personal", family, given_name)]


def normal(text: str) -> str:
    return " ".join(text.split())
