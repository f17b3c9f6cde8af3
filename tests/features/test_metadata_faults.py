"""What is wrong with metadata is said in the contract's words, and what was sent is kept."""

import copy
from typing import Any

import pytest

from repository.core.errors import MOST_FAULTS, FieldError
from repository.deposits.metadata.html_texts import CONTROL_CHARACTERS
from repository.deposits.metadata.loading import load_metadata
from tests.features.loaded_metadata import faults_of
from tests.features.samples import VOCABULARIES

PERSON = {"type": "personal", "family_name": "Wang", "given_name": "Wei"}
CREATOR = {"person_or_org": PERSON}


def person(**more: Any) -> dict[str, Any]:
    return {"person_or_org": {**PERSON, **more}}


LONG = "x" * 192
NO_DATE = "Please provide a valid date or interval."
ABSENT = "Missing data for required field."
NO_STRING = "Not a valid string."
NO_TYPE = "Invalid value. Choose one of ['organizational', 'personal']."
ONE_OF_FOUR = "At least one of ['geometry', 'place', 'identifiers', 'description'] should be present."
ORG = {"type": "organizational", "name": "CAS"}

WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"nope": 1}, "nope", "Unknown field."),
    ({"nope": None}, "nope", "Unknown field."),
    ({"title": "ab"}, "title", "Shorter than minimum length 3."),
    ({"title": " ab "}, "title", "Shorter than minimum length 3."),
    ({"title": "<b>ab</b>"}, "title", "Shorter than minimum length 3."),
    ({"title": ""}, "title", "Shorter than minimum length 3."),
    ({"title": 5}, "title", NO_STRING),
    ({"title": ["abc"]}, "title", NO_STRING),
    ({"title": "x" * 10_001}, "title", "Longer than maximum length 10000."),
    ({"title": "a\x07bc"}, "title", CONTROL_CHARACTERS),
    ({"title": "abc\x00"}, "title", CONTROL_CHARACTERS),
    ({"title": "abc\ud800"}, "title", CONTROL_CHARACTERS),
    ({"title": "abc\ufffe"}, "title", CONTROL_CHARACTERS),
    ({"description": "<p>&#1;abc</p>"}, "description", CONTROL_CHARACTERS),
    ({"description": "ab"}, "description", "Shorter than minimum length 3."),
    ({"description": "x" * 1_000_001}, "description", "Longer than maximum length 1000000."),
    ({"version": LONG}, "version", "Longer than maximum length 191."),
    ({"copyright": ""}, "copyright", "Shorter than minimum length 1."),
    ({"publisher": {}}, "publisher", NO_STRING),
    ({"publication_date": "-0001"}, "publication_date", NO_DATE),
    ({"publication_date": "2021-02-29"}, "publication_date", NO_DATE),
    ({"publication_date": ""}, "publication_date", NO_DATE),
    ({"publication_date": 2020}, "publication_date", NO_STRING),
    ({"resource_type": {"id": "zzz"}}, "resource_type.id", "Invalid value zzz."),
    ({"resource_type": {}}, "resource_type.id", ABSENT),
    ({"resource_type": {"id": None}}, "resource_type.id", "Field may not be null."),
    ({"resource_type": {"id": 1}}, "resource_type.id", NO_STRING),
    ({"resource_type": "dataset"}, "resource_type._schema", "Invalid input type."),
    ({"resource_type": {"id": "dataset", "x": 1}}, "resource_type.x", "Unknown field."),
    ({"languages": [{"id": "en"}]}, "languages.0.id", "Invalid value en."),
    ({"languages": {"id": "eng"}}, "languages", "Not a valid list."),
    ({"creators": [3]}, "creators.0._schema", "Invalid input type."),
    ({"creators": [None]}, "creators.0", "Field may not be null."),
    ({"creators": [{}]}, "creators.0.person_or_org", ABSENT),
    ({"creators": [{"person_or_org": None}]}, "creators.0.person_or_org", "Field may not be null."),
    ({"creators": [{"person_or_org": {}}]}, "creators.0.person_or_org.type", NO_TYPE),
    ({"creators": [person(type="robot")]}, "creators.0.person_or_org.type", NO_TYPE),
    (
        {"creators": [CREATOR, person(family_name=" ")]},
        "creators.1.person_or_org.family_name",
        "Family name cannot be blank.",
    ),
    (
        {"creators": [{"person_or_org": {"type": "organizational"}}]},
        "creators.0.person_or_org.name",
        "Name cannot be blank.",
    ),
    (
        {"creators": [{**CREATOR, "role": {"id": "king"}}]},
        "creators.0.role.id",
        "Invalid value king.",
    ),
    (
        {"creators": [{**CREATOR, "affiliations": [{}]}]},
        "creators.0.affiliations.0.affiliations",
        "An existing id or a free text name must be present.",
    ),
    (
        {"creators": [{**CREATOR, "affiliations": [{"id": "05dxps056"}]}]},
        "creators.0.affiliations.0.id",
        "Invalid value 05dxps056.",
    ),
    (
        {"creators": [{**CREATOR, "affiliations": [{"name": "CAS"}, {"name": " CAS"}]}]},
        "creators.0.affiliations",
        "Duplicate affiliations are not allowed.",
    ),
    (
        {"creators": [person(identifiers=[{"identifier": "0000-0002-1825-0098", "scheme": "orcid"}])]},
        "creators.0.person_or_org.identifiers.0.identifier",
        ("Invalid ORCID identifier.", "Its check digit should be 7."),
    ),
    (
        {"creators": [person(identifiers=[{"identifier": "0000-0002-1825-0098"}])]},
        "creators.0.person_or_org.identifiers.0.scheme",
        (
            "No valid scheme recognized for identifier.",
            "It looks like an identifier of scheme orcid. Its check digit should be 7.",
        ),
    ),
    (
        {"creators": [person(identifiers=[{"identifier": "wang@example.org"}])]},
        "creators.0.person_or_org.identifiers.0.scheme",
        "No valid scheme recognized for identifier.",
    ),
    (
        {"creators": [person(identifiers=[{"identifier": "10.5072/x", "scheme": "doi"}])]},
        "creators.0.person_or_org.identifiers.0.scheme",
        "Invalid scheme.",
    ),
    (
        {"creators": [person(identifiers=[{"identifier": " ", "scheme": "orcid"}])]},
        "creators.0.person_or_org.identifiers.0.identifier",
        ABSENT,
    ),
    (
        {
            "creators": [
                person(
                    identifiers=[
                        {"identifier": "0000-0002-1825-0097"},
                        {"identifier": "https://orcid.org/0000-0001-5109-3700"},
                    ]
                )
            ]
        },
        "creators.0.person_or_org.identifiers",
        "Only one identifier per scheme is allowed.",
    ),
    ({"contributors": [CREATOR]}, "contributors.0.role", ABSENT),
    (
        {"contributors": [{**CREATOR, "role": {"id": "zzz"}}]},
        "contributors.0.role.id",
        "Invalid value zzz.",
    ),
    ({"additional_titles": [{"title": "abc"}]}, "additional_titles.0.type", ABSENT),
    (
        {"additional_titles": [{"title": "abc", "type": {"id": "subtitle"}, "lang": {"id": "xx"}}]},
        "additional_titles.0.lang.id",
        "Invalid value xx.",
    ),
    (
        {"additional_descriptions": [{"description": "ab", "type": {"id": "methods"}}]},
        "additional_descriptions.0.description",
        "Shorter than minimum length 3.",
    ),
    (
        {"additional_descriptions": [{"description": "abc", "type": {"id": "zzz"}}]},
        "additional_descriptions.0.type.id",
        "Invalid value zzz.",
    ),
    (
        {"subjects": [{}]},
        "subjects.0.subjects",
        "An existing id or a free text subject must be present.",
    ),
    (
        {"subjects": [{"subject": "ice"}, {"id": "mesh:D1"}]},
        "subjects.1.id",
        "Invalid value mesh:D1.",
    ),
    ({"dates": [{"date": "2020", "type": {"id": "zzz"}}]}, "dates.0.type.id", "Invalid value zzz."),
    ({"dates": [{"type": {"id": "created"}}]}, "dates.0.date", ABSENT),
    ({"dates": [{"date": "-1", "type": {"id": "created"}}]}, "dates.0.date", NO_DATE),
    (
        {"rights": [{}]},
        "rights.0.rights",
        "An existing id or a free text title must be present",
    ),
    (
        {"rights": [{"title": {}}]},
        "rights.0.rights",
        "An existing id or a free text title must be present",
    ),
    ({"rights": [{"id": "zzz"}]}, "rights.0.id", "Invalid value zzz."),
    ({"rights": [{"title": {"e n": "x"}}]}, "rights.0.title.e n", "Not a valid locale."),
    ({"rights": [{"title": {"en": 1}}]}, "rights.0.title.en", NO_STRING),
    (
        {"rights": [{"title": {"en": "Mine"}, "link": "javascript:alert(1)"}]},
        "rights.0.link",
        "Not a valid URL.",
    ),
    ({"sizes": [""]}, "sizes.0", "Shorter than minimum length 1."),
    ({"sizes": [None]}, "sizes.0", "Field may not be null."),
    ({"formats": "csv"}, "formats", "Not a valid list."),
    ({"formats": ["csv"] * 1_001}, "formats", "Longer than maximum length 1000."),
    (
        {"identifiers": [{"identifier": "978-0-306-40615-8", "scheme": "isbn"}]},
        "identifiers.0.identifier",
        ("Invalid ISBN identifier.", "Its check digit should be 7."),
    ),
    ({"identifiers": [{"scheme": "doi"}]}, "identifiers.0.identifier", ABSENT),
    (
        {"related_identifiers": [{"identifier": "10.5072/x"}]},
        "related_identifiers.0.relation_type",
        ABSENT,
    ),
    (
        {"related_identifiers": [{"identifier": "10.5072/x", "relation_type": {"id": "likes"}}]},
        "related_identifiers.0.relation_type.id",
        "Invalid value likes.",
    ),
    (
        {
            "related_identifiers": [
                {
                    "identifier": "10.5072/x",
                    "relation_type": {"id": "cites"},
                    "resource_type": {"id": "zzz"},
                }
            ]
        },
        "related_identifiers.0.resource_type.id",
        "Invalid value zzz.",
    ),
    (
        {"related_identifiers": [{"identifier": "a@b.cn", "relation_type": {"id": "cites"}}]},
        "related_identifiers.0.scheme",
        "No valid scheme recognized for identifier.",
    ),
    ({"references": [{"identifier": "10.5072/x"}]}, "references.0.reference", ABSENT),
    (
        {"references": [{"reference": "Wang", "scheme": "doi", "identifier": "12"}]},
        "references.0.identifier",
        ("Invalid DOI identifier.", "It should look like 10.5072/abc."),
    ),
    ({"locations": []}, "locations._schema", "Invalid input type."),
    ({"locations": {"features": [{}]}}, "locations.features.0.locations", ONE_OF_FOUR),
    ({"locations": {"features": [{"place": " "}]}}, "locations.features.0.locations", ONE_OF_FOUR),
    ({"locations": {"places": []}}, "locations.places", "Unknown field."),
    ({"funding": [{}]}, "funding.0.funder", ABSENT),
    (
        {"funding": [{"funder": {}}]},
        "funding.0.funder.funder",
        "An existing id or a free text name must be present.",
    ),
    ({"funding": [{"funder": {"id": "zzz"}}]}, "funding.0.funder.id", "Invalid value zzz."),
    (
        {"funding": [{"funder": {"name": "NSFC"}, "award": {"acronym": "x"}}]},
        "funding.0.award.award",
        "An existing id or either number or title must be present.",
    ),
    (
        {"funding": [{"funder": {"name": "NSFC"}, "award": {"id": "zzz::1"}}]},
        "funding.0.award.id",
        "Invalid value zzz::1.",
    ),
]


@pytest.mark.parametrize(("metadata", "field", "message"), WRONG)
def test_a_fault_is_named_and_what_was_sent_is_kept(
    metadata: dict[str, Any], field: str, message: str | tuple[str, ...]
) -> None:
    messages = (message,) if isinstance(message, str) else message
    sent = {**copy.deepcopy(metadata), "publisher": metadata.get("publisher", " CAS ")}
    loaded = load_metadata(sent, VOCABULARIES)
    assert {error.field: error.messages for error in loaded.errors} == {f"metadata.{field}": messages}
    assert set(loaded.metadata) == set(sent)
    if "publisher" not in metadata:
        assert loaded.metadata["publisher"] == "CAS"
    if message != CONTROL_CHARACTERS:
        assert {name: loaded.metadata[name] for name in metadata} == metadata
    assert load_metadata(loaded.metadata, VOCABULARIES) == loaded


@pytest.mark.parametrize("raw", [None, "x", [], [{}], 5, True, 1.5])
def test_metadata_that_is_no_object_is_a_fault(raw: object) -> None:
    loaded = load_metadata(raw, VOCABULARIES)
    assert loaded.metadata == {}
    assert [(e.field, e.messages) for e in loaded.errors] == [("metadata", ("Invalid input type.",))]


def test_one_fault_in_a_list_keeps_the_whole_list_as_sent() -> None:
    creators = [{"person_or_org": {**PERSON, "family_name": " Wang "}}, {"person_or_org": {}}]
    loaded = load_metadata({"creators": creators, "title": " Ice "}, VOCABULARIES)
    assert loaded.metadata == {"creators": creators, "title": "Ice"}


def test_what_was_sent_is_not_changed_in_place() -> None:
    sent = {"title": " Ice ", "creators": [{"person_or_org": {**PERSON, "role": None}}], "x": None}
    before = copy.deepcopy(sent)
    load_metadata(sent, VOCABULARIES)
    assert sent == before


def test_the_faults_of_a_huge_list_are_counted_not_endless() -> None:
    loaded = load_metadata({"creators": [{}] * 5_000}, VOCABULARIES)
    assert len(loaded.errors) == MOST_FAULTS
    assert loaded.errors[-1] == FieldError.of("metadata", "4001 more faults are not listed.")
    assert load_metadata(loaded.metadata, VOCABULARIES) == loaded


def test_a_list_beyond_its_limit_is_refused_before_it_is_read() -> None:
    found = faults_of({"creators": [{}] * 200_000})
    assert found == {"metadata.creators": ("Longer than maximum length 10000.",)}
