"""DataCite 4.7: whatever is described, its XML is valid, and a few records are written as they were looked at."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from repository.dataset import description as d
from repository.dataset.description import Publication, Sibling, Withdrawal
from repository.dataset.formats.datacite import datacite_terms as terms
from repository.dataset.formats.datacite.datacite_json import datacite_json, datacite_xml
from repository.dataset.from_json import description_of
from tests.features.samples import METADATA, PUBLICATION, VOCABULARIES, publication
from tests.features.shared_schemas import shared_schema

KERNEL = "{http://datacite.org/schema/kernel-4}"
GOLDEN = Path(__file__).parent / "golden"
DEMO = Path(__file__).resolve().parents[1] / "data"
DATASETS = sorted(path.parent.name for path in DEMO.glob("*/metadata.json"))

BARE = Publication(
    id=7,
    concept_id=6,
    description=d.Description(title="", resource_type=d.Label("", {}), publication_date="", creators=()),
    url="https://repository.test/records/7",
    repository_name="",
)
OLDER = Sibling(1, "https://repository.test/records/10", "10.5072/data.10", "99999.11.data.10", "V1")

GONE = Withdrawal(d.Label("retracted", {"en": "Retracted"}), "2025-01-02", "The sensor was broken.")
POLYGON = {"type": "Polygon", "coordinates": [[[0, 0], [4, 0], [2, 1e-7], [0, 0]]]}
CITED = {"scheme": "wikidata", "identifier": "Q42", "relation_type": {"id": "mentions"}}
REFERENCES = [
    {"reference": "Wang L. Soils of the steppe. 1998."},
    {"reference": "Wang L. & Roe A. Loess\n\x02 2004", "scheme": "doi", "identifier": "10.5072/loess"},
    {"reference": "A sample", "scheme": "igsn", "identifier": "10.60510/ABC"},
    {"reference": "Hall notes", "scheme": "other", "identifier": "box 7"},
    {"reference": "A tree", "scheme": "wikidata", "identifier": "Q10884"},
]
STAGES = {
    "a version among others": replace(PUBLICATION, previous=OLDER, following=OLDER, handle="21.T1/data.12"),
    "a concept": replace(PUBLICATION, is_concept=True, siblings=[OLDER, OLDER]),
    "an embargo": replace(PUBLICATION, access_status="embargoed", embargo_until="2030-01-01", files=()),
    "a withdrawal": replace(PUBLICATION, withdrawn=GONE, files=(), file_count=0),
    "nothing registered": replace(PUBLICATION, doi=None, cstr=None, concept_doi=None, concept_cstr=None),
    "a polygon": publication(locations={"features": [{"geometry": POLYGON, "place": "Luding"}]}),
    "a relation of our own": publication(related_identifiers=[CITED]),
    "works cited in words": publication(references=REFERENCES),
}

Validate = Callable[[Publication], etree._Element]


@pytest.fixture(scope="module")
def valid() -> Validate:
    """Parses the XML of a publication and holds it against the schema."""
    schema = etree.XMLSchema(file=str(shared_schema("datacite-4.7/metadata.xsd")))

    def validate(of: Publication) -> etree._Element:
        written = datacite_xml(of)
        root = etree.fromstring(written.encode())
        assert schema.validate(root), f"{schema.error_log}\n{written}"
        return root

    return validate


def texts(root: etree._Element, path: str) -> list[str]:
    found = root.iterfind("/".join(KERNEL + name for name in path.split("/")))
    return [element.text or "" for element in found]


def test_lists_are_there_when_they_are_empty_so_that_an_update_empties_them() -> None:
    said = datacite_json(BARE)
    emptied = [name for name, value in said.items() if value == []]
    assert emptied == [
        *("alternateIdentifiers", "subjects", "contributors", "dates", "relatedIdentifiers", "relatedItems", "sizes"),
        *("formats", "descriptions", "geoLocations", "fundingReferences"),
    ]
    assert (said["language"], said["version"]) == (None, None)


@pytest.mark.parametrize("name", DATASETS)
def test_a_demonstration_dataset_is_written_as_it_was_last_looked_at(name: str) -> None:
    written = datacite_xml(demonstrated(name))
    looked_at = (GOLDEN / f"datacite-{name}.xml").read_text("utf-8")
    assert etree.canonicalize(written, strip_text=True) == etree.canonicalize(looked_at, strip_text=True)


@pytest.mark.parametrize("name", DATASETS)
def test_a_demonstration_dataset_is_valid(name: str, valid: Validate) -> None:
    assert valid(demonstrated(name)).tag == f"{KERNEL}resource"


def test_our_elements_and_attributes_are_those_of_the_official_examples(valid: Validate) -> None:
    examples = (shared_schema(f"datacite-4.7/example/{name}.xml") for name in ("full", "multilingual"))
    theirs = {name for example in examples for name in names_in(etree.parse(example).getroot())}
    # the examples have no funder with the address of its scheme, which the schema knows since 4.3
    assert names_in(valid(PUBLICATION)) - theirs == {"funderIdentifier/@schemeURI"}


def names_in(root: etree._Element) -> set[str]:
    elements = [element for element in root.iter() if isinstance(element.tag, str) and element is not root]
    names = {etree.QName(element).localname for element in elements}
    return names | {f"{etree.QName(e).localname}/@{attribute}" for e in elements for attribute in e.attrib}


def demonstrated(name: str) -> Publication:
    metadata = json.loads((DEMO / name / "metadata.json").read_text("utf-8"))["metadata"]
    return replace(PUBLICATION, description=description_of(metadata, VOCABULARIES), files=(), file_count=0)


@pytest.mark.parametrize("stage", STAGES)
def test_a_record_is_valid_at_every_stage_of_its_life(stage: str, valid: Validate) -> None:
    assert valid(STAGES[stage]).tag == f"{KERNEL}resource"


@pytest.mark.parametrize("missing", METADATA)
def test_what_a_depositor_left_out_makes_no_invalid_record(missing: str, valid: Validate) -> None:
    assert valid(publication(**{missing: None})).tag == f"{KERNEL}resource"


def test_identifier_types_are_all_those_of_the_schema() -> None:
    schema = shared_schema("datacite-4.7/include/datacite-relatedIdentifierType-v4.xsd").read_text("utf-8")
    assert sorted(terms.IDENTIFIER_TYPES.values()) == sorted(re.findall(r'enumeration value="([^"]+)"', schema))


def test_the_schema_s_word_stands_for_what_nobody_said(valid: Validate) -> None:
    root = valid(BARE)
    assert texts(root, "creators/creator/creatorName") == [":unav"]
    assert texts(root, "titles/title") == [":unav"]
    assert texts(root, "publisher") == [":unav"]
    assert texts(root, "publicationYear") == ["0000"]


# anything


HOSTILE = st.sampled_from(
    [
        *("", " ", "\x00", "\ud800", "\ufffe", "\u202eمرحبا", "]]>", "<b>&amp;</b>", '"><script>', "a\tb\r\nc"),
        *("https://example.org/%zz[", "https://例え.jp/ä", "info:x y", "--", "字" * 300, "..", "2020-XX", "10.1/<x>"),
    ]
)
TEXT = HOSTILE | st.text(st.characters(exclude_categories=()), max_size=12)
MAYBE = st.none() | TEXT
LABELS = st.builds(
    d.Label,
    st.sampled_from(["", "cites", "dataset", "editor", "created", "methods", "subtitle", "eng", "zho", "-x", "other"])
    | TEXT,
    st.dictionaries(st.sampled_from(["en", "zh"]), TEXT, max_size=2),
)
SCHEMES = st.sampled_from(["doi", "cstr", "orcid", "ror", "url", "wikidata", "ads", "other", "handle"]) | TEXT
IDENTIFIERS = st.builds(d.RelatedId, SCHEMES, TEXT)
AGENTS = st.builds(
    d.Agent,
    personal=st.booleans(),
    name=TEXT,
    family_name=TEXT,
    given_name=TEXT,
    identifiers=st.lists(IDENTIFIERS, max_size=2),
    affiliations=st.lists(st.builds(d.Affiliation, TEXT, MAYBE | st.just("024mrxd33")), max_size=2),
    role=st.none() | LABELS,
)
TEXTS = st.builds(d.Text, TEXT, st.none() | LABELS, st.sampled_from([None, "zho", "und", "x_y"]) | TEXT)
POSITIONS = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=3)
LINES = st.lists(POSITIONS, min_size=1, max_size=6)
GEOMETRIES = st.one_of(
    st.builds(lambda c: {"type": "Point", "coordinates": c}, POSITIONS),
    st.builds(lambda k, c: {"type": k, "coordinates": c}, st.sampled_from(["MultiPoint", "LineString"]), LINES),
    st.builds(
        lambda k, c: {"type": k, "coordinates": c}, st.sampled_from(["Polygon", "MultiLineString"]), st.lists(LINES)
    ),
    st.builds(lambda c: {"type": "MultiPolygon", "coordinates": [c]}, st.lists(LINES, max_size=2)),
)
DESCRIPTIONS = st.builds(
    d.Description,
    title=TEXT,
    resource_type=LABELS,
    publication_date=TEXT | st.just("2020-01/2021"),
    creators=st.lists(AGENTS, max_size=2),
    publisher=TEXT,
    description=TEXT,
    version=TEXT,
    copyright=TEXT,
    contributors=st.lists(AGENTS, max_size=2),
    additional_titles=st.lists(TEXTS, max_size=2),
    additional_descriptions=st.lists(TEXTS, max_size=2),
    subjects=st.lists(st.builds(d.Keyword, TEXT, MAYBE), max_size=2),
    languages=st.lists(LABELS, max_size=2),
    dates=st.lists(st.builds(d.DateOf, TEXT, LABELS, TEXT), max_size=2),
    licences=st.lists(st.builds(d.Licence, TEXT, MAYBE, MAYBE, TEXT), max_size=2),
    sizes=st.lists(TEXT, max_size=2),
    formats=st.lists(TEXT, max_size=2),
    identifiers=st.lists(IDENTIFIERS, max_size=2),
    related_identifiers=st.lists(st.builds(d.RelatedIdentifier, SCHEMES, TEXT, LABELS, st.none() | LABELS), max_size=2),
    places=st.lists(st.builds(d.DescribedPlace, st.none() | GEOMETRIES, TEXT, TEXT), max_size=2),
    funding=st.lists(st.builds(d.Funding, TEXT, MAYBE, TEXT, TEXT, TEXT), max_size=2),
)
SIBLINGS = st.builds(Sibling, st.just(1), st.just(OLDER.url), MAYBE, MAYBE, TEXT)
PUBLICATIONS = st.builds(
    replace,
    st.just(BARE),
    description=DESCRIPTIONS,
    repository_name=TEXT,
    doi=MAYBE,
    cstr=MAYBE,
    handle=MAYBE,
    concept_doi=MAYBE,
    concept_cstr=MAYBE,
    updated=st.sampled_from(["", "2024-03-06T01:00:00+00:00"]),
    access_status=st.sampled_from(["open", "embargoed", "restricted", "metadata-only"]),
    embargo_until=st.sampled_from(["", "2030-01-01"]),
    is_concept=st.booleans(),
    previous=st.none() | SIBLINGS,
    siblings=st.lists(SIBLINGS, max_size=2),
    withdrawn=st.none() | st.builds(Withdrawal, LABELS, st.just("2025-01-01"), TEXT),
)


@pytest.mark.slow
@settings(max_examples=30)  # each holds a hundred texts, and each run tries others; more take longer than all else here
@given(PUBLICATIONS)
def test_whatever_is_described_the_schema_takes_it_and_json_can_be_sent(valid: Validate, of: Publication) -> None:
    assert valid(of).tag == f"{KERNEL}resource"
    assert json.dumps(datacite_json(of), ensure_ascii=False, allow_nan=False).encode()


@given(TEXT)
def test_nothing_in_a_text_becomes_markup(text: str) -> None:
    root = etree.fromstring(datacite_xml(publication(title=text, description=text)).encode())
    assert {etree.QName(element).localname for element in root.iter()} <= {
        *names_of_elements(), "resource",
    }  # fmt: skip


def names_of_elements() -> set[str]:
    root = etree.fromstring(datacite_xml(PUBLICATION).encode())
    return {etree.QName(element).localname for element in root.iter()}


def test_a_title_of_64_kilobytes_comes_out_whole(valid: Validate) -> None:
    title = "<数据&" * 16_000
    assert texts(valid(publication(title=title)), "titles/title")[0] == title
