"""Descriptions as people have them, as metadata of a draft."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from repository.client.client_errors import UsageFault
from repository.client.metadata_files import read_description
from tests.conftest import Caller

CITATION = """
cff-version: 1.2.0
message: Cite it.
type: dataset
title: Ice & snow
version: 1.10
doi: 10.5072/abc.1
license: CC-BY-4.0
date-released: 2026-01-15
abstract: |
  First <part>.

  Second.
keywords: [ice, 1990]
repository-code: https://example.org/code
authors:
  - {family-names: Gogh, given-names: Vincent, name-particle: van, affiliation: Atelier, orcid: "https://orcid.org/0000-0002-1825-0097"}
  - {name: Polar Centre}
contact: [{family-names: Norway, given-names: no}]
"""

CRATE = {
    "@context": "https://w3id.org/ro/crate/1.2/context",
    "@graph": [
        {"@id": "ro-crate-metadata.json", "@type": "CreativeWork", "about": {"@id": "./"}},
        {
            "@id": "./",
            "@type": "Dataset",
            "name": "Ice",
            "description": "Measured.",
            "datePublished": "2026-01-15T12:00:00Z",
            "license": {"@id": "https://creativecommons.org/licenses/by/4.0/"},
            "keywords": "ice, snow",
            "author": [{"@id": "https://orcid.org/0000-0002-1825-0097"}, {"@id": "#org"}],
            "funder": {"@id": "https://ror.org/021nxhr62"},
            "publisher": {"@id": "#org"},
            "identifier": "https://doi.org/10.5072/abc.1",
        },
        {
            "@id": "https://orcid.org/0000-0002-1825-0097",
            "@type": ["Person"],
            "name": "Josiah Carberry",
            "affiliation": {"@id": "#org"},
        },
        {"@id": "#org", "@type": "Organization", "name": "Polar Centre"},
        {"@id": "https://ror.org/021nxhr62", "@type": "Organization", "name": "Foundation"},
    ],
}
BOMB = "a: &a [x]\n" + "".join(f"{c}: &{c} [{', '.join(f'*{p}' for _ in range(9))}]\n" for p, c in pairwise("abcdefgh"))
CARBERRY = [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}]


def described(folder: Path, name: str, text: str) -> Any:
    (folder / name).write_text(text, "utf-8")
    return read_description(folder / name)["metadata"]


def test_a_citation_file_becomes_metadata(tmp_path: Path, author: Caller) -> None:
    metadata = described(tmp_path, "CITATION.cff", CITATION)
    assert (metadata["title"], metadata["version"]) == ("Ice & snow", "1.10")
    assert metadata["publication_date"] == "2026-01-15"
    assert metadata["description"] == "<p>First &lt;part&gt;.</p><p>Second.</p>"
    assert metadata["rights"] == [{"id": "cc-by-4.0"}]
    assert metadata["subjects"] == [{"subject": "ice"}, {"subject": "1990"}]
    first, second = metadata["creators"]
    assert first["person_or_org"]["family_name"] == "van Gogh"
    assert (first["person_or_org"]["identifiers"], first["affiliations"]) == (CARBERRY, [{"name": "Atelier"}])
    assert second["person_or_org"] == {"type": "organizational", "name": "Polar Centre"}
    assert metadata["contributors"][0]["person_or_org"]["given_name"] == "no"
    assert [link["identifier"] for link in metadata["related_identifiers"]] == [
        "10.5072/abc.1",
        "https://example.org/code",
    ]
    expect_taken(author, metadata | {"publisher": "Polar Centre"})


def test_a_crate_becomes_metadata(tmp_path: Path, author: Caller) -> None:
    metadata = described(tmp_path, "ro-crate-metadata.json", json.dumps(CRATE))
    assert metadata["creators"][0] == {
        "person_or_org": {
            "type": "personal",
            "family_name": "Carberry",
            "given_name": "Josiah",
            "identifiers": CARBERRY,
        },
        "affiliations": [{"name": "Polar Centre"}],
    }
    assert metadata["creators"][1]["person_or_org"]["name"] == metadata["publisher"] == "Polar Centre"
    assert metadata["funding"] == [{"funder": {"id": "021nxhr62", "name": "Foundation"}}]
    assert (metadata["publication_date"], metadata["rights"]) == ("2026-01-15", [{"id": "cc-by-4.0"}])
    expect_taken(author, metadata)


def test_what_this_server_writes_as_a_crate_can_be_deposited_again(tmp_path: Path, author: Caller) -> None:
    metadata = described(tmp_path, "CITATION.cff", CITATION) | {"publisher": "P"}
    draft = author.post("/api/records", json={"metadata": metadata, "files": {"enabled": False}}).get_json()
    author.post(f"/api/records/{draft['id']}/draft/actions/publish")
    crate = author.get(f"/api/records/{draft['id']}/export/ro-crate").get_data(as_text=True)
    metadata = described(tmp_path, "ro-crate-metadata.json", crate)
    assert (metadata["title"], metadata["version"], len(metadata["creators"])) == ("Ice & snow", "1.10", 2)
    expect_taken(author, metadata)


def expect_taken(author: Caller, metadata: Any) -> None:
    reply = author.post("/api/records", json={"metadata": metadata}).get_json()
    assert reply["errors"] == []


def test_numbers_stay_numbers_only_where_they_are_meant(tmp_path: Path) -> None:
    place = "locations: {features: [{geometry: {coordinates: [1.5, -2]}}]}"
    text = f"metadata: {{title: 2020, version: 1.10, {place}}}\naccess: {{embargo: {{active: true}}}}"
    (tmp_path / "a.yaml").write_text(text)
    body = read_description(tmp_path / "a.yaml")
    assert (body["metadata"]["title"], body["metadata"]["version"]) == ("2020", "1.10")
    assert body["metadata"]["locations"]["features"][0]["geometry"]["coordinates"] == [1.5, -2]
    assert body["access"] == {"embargo": {"active": True}}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", "metadata: !!python/object/apply:os.system [id]"),
        ("a.yaml", "title: a\ntitle: b"),
        ("a.yaml", BOMB),
        ("a.yaml", "title: &t [*t]"),
        ("a.yaml", "[" * 1000),
        ("a.yaml", "title: {1: x}"),
        ("a.json", "[" * 100_000),
        ("a.json", '{"name": "no metadata"}'),
        ("a.cff", "title: no version"),
        ("ro-crate-metadata.json", '{"@graph": [{"@id": "./"}]}'),
        ("a.toml", "title = 1"),
        ("a.json", "\ud800"),
    ],
)
def test_what_is_no_description_is_refused_in_words(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, "utf-8", errors="surrogatepass")
    with pytest.raises(UsageFault):
        read_description(tmp_path / name)
