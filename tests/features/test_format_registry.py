"""The table of formats: each is found by its name and media type, and a list in each is one whole document."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree
from rdflib import DCAT, RDF, Graph

from repository.dataset.description import Publication
from repository.dataset.formats.json_text import as_json
from repository.dataset.formats.registry import FORMATS, ExportFormat, of_media_type, write_list
from tests.features.samples import PUBLICATION, publication

HOSTILE = "]]></records><script>alert('x')</script>\x00\ud800 & \u202e\"} @misc{"
STRANGE = replace(
    publication(title=HOSTILE, description=f"<p>{HOSTILE}", subjects=[{"subject": HOSTILE}], version=HOSTILE),
    repository_name=HOSTILE,
)
SYNTAXES = {"dcat-turtle": "turtle", "dcat-jsonld": "json-ld", "dcat-rdfxml": "xml"}
LISTS = ([], [PUBLICATION], [PUBLICATION, STRANGE, PUBLICATION])


def read(written: ExportFormat, text: str) -> int:
    """How many records a reader of the format finds in a list."""
    text.encode()
    if written.name in SYNTAXES:
        graph = Graph().parse(data=text, format=SYNTAXES[written.name])
        return len(list(graph.subjects(RDF.type, DCAT.Dataset, unique=True)))
    if written.name == "csv":
        return len(list(csv.DictReader(text.splitlines(keepends=True))))
    if written.name == "geojson":  # of places, in one collection
        return len({feature["id"] for feature in json.loads(text)["features"]})
    if "json" in written.media_type:
        found = json.loads(text)
        assert isinstance(found, list)
        return len(found)
    if written.media_type.endswith("xml"):
        return len(etree.fromstring(text.encode()))
    begins = {
        "bibtex": r"^@\w+\{", "biblatex": r"^@\w+\{", "ris": "^TY  - ", "endnote": "^%0 ",
        "data-availability": r"^\S.*https?://",
    }  # fmt: skip
    return len(re.findall(begins[written.name], text, re.MULTILINE))


def test_the_table_says_of_each_format_what_negotiation_needs() -> None:
    assert {name: (listed.media_type, listed.extension) for name, listed in FORMATS.items()} == {
        "datacite-json": ("application/vnd.datacite.datacite+json", "json"),
        "datacite-xml": ("application/vnd.datacite.datacite+xml", "xml"),
        "schema-org": ("application/ld+json", "jsonld"),
        "dcat-turtle": ("text/turtle", "ttl"),
        "dcat-jsonld": ('application/ld+json; profile="http://www.w3.org/ns/dcat#"', "jsonld"),
        "dcat-rdfxml": ("application/rdf+xml", "rdf"),
        "cstr": ("application/vnd.cstr+json", "json"),
        "iso19139": ("application/vnd.iso.19139+xml", "xml"),
        "dublin-core": ("application/x-dc+xml", "xml"),
        "csl": ("application/vnd.citationstyles.csl+json", "json"),
        "bibtex": ("application/x-bibtex", "bib"),
        "biblatex": ("application/x-biblatex", "bib"),
        "ris": ("application/x-research-info-systems", "ris"),
        "endnote": ("application/x-endnote-refer", "enw"),
        "jats": ("application/jats+xml", "xml"),
        "data-availability": ("text/x-data-availability", "txt"),
        "ro-crate": ('application/ld+json; profile="https://w3id.org/ro/crate"', "json"),
        "croissant": ('application/ld+json; profile="http://mlcommons.org/croissant/1.0"', "json"),
        "codemeta": ('application/ld+json; profile="https://w3id.org/codemeta/3.0"', "json"),
        "geojson": ("application/geo+json", "geojson"),
        "marcxml": ("application/marcxml+xml", "xml"),
        "csv": ("text/csv", "csv"),
    }
    assert all(listed.label for listed in FORMATS.values())


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_found_by_each_of_its_media_types(name: str) -> None:
    listed = FORMATS[name]
    for media_type in (listed.media_type, *listed.also):
        answered = of_media_type(media_type)
        assert answered is not None
        assert (answered.name, answered.media_type) == ("csl-item" if name == "csl" else name, media_type)


def test_a_program_gets_one_item_of_csl_and_a_file_holds_a_list() -> None:
    item = of_media_type("application/vnd.citationstyles.csl+json")
    assert item is not None
    assert json.loads(item.write(PUBLICATION)) == json.loads(FORMATS["csl"].write(PUBLICATION))[0]
    assert "".join(write_list(item, [PUBLICATION])) == "".join(write_list(FORMATS["csl"], [PUBLICATION]))


def test_no_two_formats_answer_to_one_media_type() -> None:
    asked = [kind.lower() for listed in FORMATS.values() for kind in (listed.media_type, *listed.also)]
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ("Application/LD+JSON", "schema-org"),
        ("application/ld+json; charset=utf-8", "schema-org"),
        ('application/ld+json;profile="https://unknown.example/"', "schema-org"),
        (" application/x-bibtex ;q=0.5", "bibtex"),
        ("application/json", None),
        ("text/html", None),
        ("", None),
    ],
)
def test_parameters_of_a_media_type_do_not_hide_its_format(asked: str, name: str | None) -> None:
    found = of_media_type(asked)
    assert (found and found.name) == name


@pytest.mark.parametrize("publications", LISTS, ids=len)
@pytest.mark.parametrize("name", FORMATS)
def test_a_list_in_each_format_is_one_well_formed_document(name: str, publications: list[Publication]) -> None:
    text = "".join(write_list(FORMATS[name], publications))
    different = {each.url for each in publications}  # a graph says the same thing once
    places = {f"{each.url}#{place}" for each in publications for place in range(len(each.description.places))}
    counted = {"geojson": places, **dict.fromkeys(SYNTAXES, different)}
    assert read(FORMATS[name], text) == len(counted.get(name, publications))


@pytest.mark.parametrize("of", [PUBLICATION, STRANGE], ids=["usual", "strange"])
@pytest.mark.parametrize("name", FORMATS)
def test_one_record_in_each_format_is_a_document(name: str, of: Publication) -> None:
    listed = FORMATS[name]
    text = listed.write(of)
    assert isinstance(text, str)
    assert text.encode()
    if "json" in listed.media_type:
        assert isinstance(json.loads(text), list if name == "csl" else dict), "CSL-JSON is a list, also of one"
    if listed.media_type.endswith("xml"):
        assert text.startswith("<?xml ")
        assert etree.fromstring(text.encode()).tag.startswith("{http://") or name == "jats", "JATS has no namespace"


@pytest.mark.parametrize("name", FORMATS)
def test_a_list_is_written_while_its_records_arrive(name: str) -> None:
    taken: list[int] = []

    def arriving() -> Iterator[Publication]:
        for number in range(3):
            taken.append(number)
            yield PUBLICATION

    parts = write_list(FORMATS[name], arriving())
    assert next(parts)
    assert taken == [0]


def test_json_of_half_a_character_can_still_be_sent() -> None:
    said: dict[str, Any] = {"a": "x\ud800y", "b": "\U0001f40b"}
    assert json.loads(as_json(said).encode()) == {"a": "x\ufffdy", "b": "\U0001f40b"}
