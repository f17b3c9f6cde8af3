"""Every member of a description that a depositor sends is kept, or named in the errors."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from config import vocabularies as files
from repository.dataset.from_json import description_of
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.metadata.loading import MetadataSchema, load_metadata
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.loaded_metadata import faults_of, stored
from tests.features.samples import VOCABULARIES
from tests.features.steps import faults, read_draft

pytestmark = pytest.mark.slow

ROR = {"scheme": "ror", "identifier": "05dxps055"}
FUNDER = {"scheme": "crossreffunderid", "identifier": "10.13039/501100001809"}
PERSON = {"type": "personal", "family_name": "Wang", "given_name": "Wei", "name": "Wang, Wei"}
AGENT = {
    "person_or_org": {**PERSON, "identifiers": [{"scheme": "orcid", "identifier": "0000-0002-1825-0097"}]},
    "role": {"id": "editor"},
    "affiliations": [
        {"id": "05dxps055", "name": "Caltech", "acronym": "CIT", "title": {"en": "Caltech"}, "identifiers": [ROR]}
    ],
}
AWARD = {
    "id": "00k4n6c32::101122956",
    "number": "101122956",
    "title": {"en": "Ice"},
    "acronym": "ICE",
    "program": "HE",
    "identifiers": [{"scheme": "url", "identifier": "https://example.org/1"}],
    "funder": {"id": "00k4n6c32"},
    "start_date": "2020-01-01",
    "end_date": "2024-01-01",
    "description": {"en": "About ice"},
    "subjects": [{"id": "euroscivoc:1"}],
    "organizations": [{"organization": "CAS"}],
}
FULL: dict[str, Any] = {
    "resource_type": {"id": "dataset"},
    "title": "Ice",
    "publication_date": "2020",
    "creators": [AGENT],
    "contributors": [AGENT],
    "publisher": "CAS",
    "description": "About ice",
    "version": "1",
    "copyright": "CAS",
    "additional_titles": [{"title": "More ice", "type": {"id": "subtitle"}, "lang": {"id": "eng"}}],
    "additional_descriptions": [{"description": "By hand", "type": {"id": "methods"}, "lang": {"id": "eng"}}],
    "subjects": [{"id": "mesh:D007053", "subject": "ice", "scheme": "MeSH"}, {"subject": "snow"}],
    "languages": [{"id": "eng"}],
    "dates": [{"date": "2020-01-02T03:04:05Z", "type": {"id": "created"}, "description": "first"}],
    "rights": [{"title": {"en": "Mine"}, "description": {"en": "Ask."}, "link": "https://example.org"}],
    "sizes": ["1 box"],
    "formats": ["paper"],
    "identifiers": [{"scheme": "isbn", "identifier": "978-0-306-40615-7", "written": "0-306-40615-2"}],
    "related_identifiers": [
        {
            "scheme": "doi",
            "identifier": "10.5072/x",
            "relation_type": {"id": "cites"},
            "resource_type": {"id": "project"},
        }
    ],
    "references": [{"reference": "Wang 2019", "scheme": "doi", "identifier": "10.5072/y"}],
    "locations": {
        "features": [
            {
                "geometry": {"type": "Point", "coordinates": [90, 30]},
                "place": "Lhasa",
                "description": "city",
                "identifiers": [{"scheme": "geonames", "identifier": "1280737"}],
                "centroid": {"lat": 30, "lon": 90},
            }
        ]
    },
    "funding": [{"funder": {"name": "EC", "country": "BE", "identifiers": [FUNDER]}, "award": AWARD}],
}
OPAQUE = ("title", "description", "centroid", "funder", "subjects", "organizations")
"""Members that hold texts by language, or what is kept unread."""


def test_the_sample_has_every_field() -> None:
    assert FULL.keys() == MetadataSchema().fields.keys()


def test_a_full_description_is_kept_to_the_last_member() -> None:
    loaded = load_metadata(FULL, VOCABULARIES)
    assert loaded.errors == ()
    assert loaded.metadata == FULL


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every object in a description whose members are all known."""
    if isinstance(value, dict):
        yield path
        for name, member in value.items():
            if name not in OPAQUE or (isinstance(member, list) and path == ()):
                yield from places(member, (*path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


@pytest.mark.parametrize("path", list(places(FULL)), ids=lambda path: ".".join(map(str, path)) or "metadata")
def test_an_unknown_member_of_any_object_is_named_and_kept(path: tuple[Any, ...]) -> None:
    sent = json.loads(json.dumps(FULL))
    place = sent
    for step in path:
        place = place[step]
    place["colour"] = "blue"
    loaded = load_metadata(sent, VOCABULARIES)
    assert [(error.field, error.messages) for error in loaded.errors] == [
        (".".join(("metadata", *map(str, path), "colour")), ("Unknown field.",))
    ]
    assert loaded.metadata == sent


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ({"identifier": "https://doi.org/10.13039/501100001809"}, FUNDER),
        ({"identifier": "https://ror.org/05dxps055"}, ROR),
        ({"identifier": "grid.9227.e"}, {"identifier": "grid.9227.e", "scheme": "grid"}),
        (
            {"identifier": "0000 0001 2103 2683", "scheme": "isni"},
            {"identifier": "0000000121032683", "scheme": "isni"},
        ),
    ],
)
def test_an_organisation_keeps_identifiers_of_all_kinds(sent: dict[str, str], kept: dict[str, str]) -> None:
    organisation = {"name": "An organisation", "identifiers": [sent]}
    creator = {"person_or_org": PERSON, "affiliations": [organisation]}
    found = stored(creators=[creator], funding=[{"funder": organisation}])
    (affiliation,), funder = found["creators"][0]["affiliations"], found["funding"][0]["funder"]
    assert affiliation == funder
    assert funder["identifiers"] == [kept]
    assert funder.get("id") == (kept["identifier"] if kept == ROR else None)


@pytest.mark.parametrize(
    "organisation", [{"id": "05dxps055"}, {"identifiers": [FUNDER]}, {"id": "05dxps055", "name": ""}]
)
def test_an_organisation_needs_a_name(organisation: dict[str, Any]) -> None:
    creator = {"person_or_org": PERSON, "affiliations": [organisation]}
    assert faults_of({"creators": [creator], "funding": [{"funder": organisation}]}).keys() == {
        "metadata.creators.0.affiliations.0.name",
        "metadata.funding.0.funder.name",
    }


def test_a_list_that_knows_the_id_gives_the_name() -> None:
    lists = dict(files.read()) | {"affiliations": [{"id": "05dxps055", "title": {"en": "Caltech"}}]}
    creators = [{"person_or_org": PERSON, "affiliations": [{"id": "05dxps055"}]}]
    assert load_metadata({"creators": creators}, Vocabularies.of(lists)).errors == ()


@pytest.mark.parametrize(
    ("foreign", "scheme", "identifier"),
    [
        ("10.13039/501100001809", "crossreffunderid", "10.13039/501100001809"),
        ("grid.9227.e", "grid", "grid.9227.e"),
        ("0000 0001 2103 2683", "isni", "0000000121032683"),
        ("cern", "other", "cern"),
        ("4711", "other", "4711"),
    ],
)
def test_an_id_of_another_list_is_kept_beside_a_name(foreign: str, scheme: str, identifier: str) -> None:
    organisation = {"id": foreign, "name": "An organisation"}
    metadata = stored(
        creators=[{"person_or_org": PERSON, "affiliations": [organisation]}], funding=[{"funder": organisation}]
    )
    assert metadata["funding"][0]["funder"] == metadata["creators"][0]["affiliations"][0]
    assert metadata["funding"][0]["funder"] == {
        "name": "An organisation",
        "identifiers": [{"scheme": scheme, "identifier": identifier}],
    }


@pytest.mark.parametrize("wrong", ["05dxps056", "https://ror.org/05dxps056", "a@example.org"])
def test_a_mistyped_id_is_refused_also_beside_a_name(wrong: str) -> None:
    told = faults_of({"funding": [{"funder": {"id": wrong, "name": "An organisation"}}]})
    assert told == {"metadata.funding.0.funder.id": (f"Invalid value {wrong}.",)}


def test_an_award_of_another_list_is_kept_beside_its_number() -> None:
    award = {"id": "10.13039/501100000780::101", "number": "101"}
    assert stored(funding=[{"funder": {"name": "EC"}, "award": award}])["funding"][0]["award"] == award


def test_a_licence_of_another_list_is_kept_with_its_words() -> None:
    right = {"id": "other-open", "title": {"en": "Other (Open)"}, "link": "https://example.org/terms"}
    metadata = stored(rights=[right])
    assert metadata == {"rights": [right]}
    (licence,) = description_of(metadata, VOCABULARIES).licences
    assert (licence.id, licence.title, licence.url) == (None, "Other (Open)", "https://example.org/terms")


def test_an_empty_translation_is_an_absent_one() -> None:
    sent = {"title": {"en": "Mine", "de": " "}, "description": {"en": ""}, "link": ""}
    assert stored(rights=[sent]) == {"rights": [{"title": {"en": "Mine"}}]}


def test_a_number_alone_asks_for_its_scheme() -> None:
    assert faults_of({"identifiers": [{"identifier": "26468131"}]}) == {
        "metadata.identifiers.0.scheme": (
            "No valid scheme recognized for identifier.",
            "A number alone may belong to many schemes. Please name its scheme.",
        )
    }
    assert faults_of({"identifiers": [{"identifier": "26468131", "scheme": "pmid"}]}) == {}


def test_the_same_identifier_twice_is_refused_by_field() -> None:
    twice = [
        {"identifier": "10.5072/Ice"},
        {"identifier": "https://doi.org/10.5072/ICE"},
        {"identifier": "10.5072/snow"},
    ]
    message = ("This identifier is in the list already.",)
    assert faults_of({"identifiers": twice}) == {"metadata.identifiers.1.identifier": message}
    related = [{**entry, "relation_type": {"id": "cites"}} for entry in twice]
    assert faults_of({"related_identifiers": related}) == {"metadata.related_identifiers.1.identifier": message}
    related[1]["relation_type"] = {"id": "iscitedby"}
    assert faults_of({"related_identifiers": related}) == {}


@pytest.mark.parametrize(
    ("scheme", "written", "normal"),
    [
        ("isbn", "0-306-40615-2", "978-0-306-40615-7"),
        ("isbn", "9780306406157", "978-0-306-40615-7"),
        ("isbn", "978-0-306-40615-7", "978-0-306-40615-7"),
        ("issn", "15626865", "1562-6865"),
    ],
)
def test_a_book_number_keeps_the_form_in_which_it_was_written(scheme: str, written: str, normal: str) -> None:
    (found,) = stored(identifiers=[{"identifier": written, "scheme": scheme}])["identifiers"]
    also = {"written": written} if scheme == "isbn" and written != normal else {}
    assert found == {"identifier": normal, "scheme": scheme, **also}


def test_a_written_form_of_another_number_is_refused() -> None:
    wrong = {"identifier": "978-0-306-40615-7", "scheme": "isbn", "written": "4079154-3"}
    assert faults_of({"identifiers": [wrong]}).keys() == {"metadata.identifiers.0.written"}


@pytest.mark.parametrize("text", ["CC-BY-4.0", "cc-by-4.0", "Cc-By-4.0"])
def test_a_licence_is_known_in_any_case(text: str) -> None:
    assert stored(rights=[{"id": text}]) == {"rights": [{"id": "cc-by-4.0"}]}


@pytest.mark.parametrize("kind", ["project", "person", "service", "organization"])
def test_what_is_no_deposit_cannot_be_deposited_but_may_be_related(kind: str) -> None:
    assert faults_of({"resource_type": {"id": kind}}) == {
        "metadata.resource_type.id": (f"A {kind} cannot be deposited.",),
    }
    related = {"identifier": "10.5072/x", "relation_type": {"id": "cites"}, "resource_type": {"id": kind}}
    assert faults_of({"related_identifiers": [related]}) == {}


def test_a_subject_of_a_list_elsewhere_needs_its_words() -> None:
    assert faults_of({"subjects": [{"id": "mesh:D007053"}]}).keys() == {"metadata.subjects.0.id"}
    metadata = stored(subjects=[{"id": "mesh:D007053", "subject": "Ice"}])
    (subject,) = description_of(metadata, VOCABULARIES).subjects
    assert (subject.id, subject.subject) == ("mesh:D007053", "Ice")


@pytest.mark.parametrize(
    ("funder", "known"),
    [
        ({"identifiers": [FUNDER]}, "10.13039/501100001809"),
        ({"identifiers": [{"identifier": "grid.9227.e"}, FUNDER]}, "10.13039/501100001809"),
        ({"identifiers": [{"identifier": "grid.9227.e"}]}, "grid.9227.e"),
        ({"identifiers": [{"identifier": "https://example.org"}]}, None),
        ({"id": "05dxps055", "identifiers": [FUNDER]}, "05dxps055"),
        ({}, None),
    ],
)
def test_a_funder_without_a_ror_id_is_known_by_another(funder: dict[str, Any], known: str | None) -> None:
    metadata = stored(funding=[{"funder": {"name": "NSFC", **funder}}])
    (funding,) = description_of(metadata, VOCABULARIES).funding
    assert funding.funder_id == known


def test_datacite_gets_the_crossref_id_of_a_funder(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published(a_dataset(funding=FULL["funding"]))
    told = anyone.get(f"{record['links']['self']}?format=datacite-json").get_json()["fundingReferences"][0]
    assert told["funderIdentifierType"] == "Crossref Funder ID"
    assert "501100001809" in told["funderIdentifier"]


def test_what_a_draft_shows_can_be_sent_back_without_errors(author: Caller, deposits: Deposits) -> None:
    opened = deposits.open(a_dataset(**FULL))
    assert opened["errors"] == []
    again = author.put(opened["links"]["self"], json=read_draft(author, opened["id"])).get_json()
    assert again["errors"] == []
    assert again["metadata"] == opened["metadata"]


@pytest.mark.parametrize(
    "part",
    [
        {"internal_notes": [{"note": "x"}]},
        {"media_files": {"enabled": True}},
        {"files": {"enabled": True, "order": ["a.csv"]}},
    ],
)
def test_what_has_no_place_in_a_draft_is_told(deposits: Deposits, part: dict[str, Any]) -> None:
    opened = deposits.open(a_dataset() | part)
    assert [name.partition(".")[0] for name in faults(opened)] == list(part)
