"""Metadata is brought into one form, and what a record shows may be sent back."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from openapi_spec_validator import validate

from repository.dataset.completeness import missing
from repository.deposits.metadata.loading import MetadataSchema, load_metadata, missing_fields
from tests.features.loaded_metadata import stored
from tests.features.samples import VOCABULARIES

PERSON = {"type": "personal", "family_name": "Wang", "given_name": "Wei"}
CREATOR = {"person_or_org": PERSON}
AS_STORED = {**PERSON, "name": "Wang, Wei"}
ORG = {"type": "organizational", "name": "CAS"}
ABSENT = "Missing data for required field."


def person(**more: Any) -> dict[str, Any]:
    return {"person_or_org": {**PERSON, **more}}


def test_null_and_blank_mean_absent() -> None:
    assert stored(
        title=None,
        resource_type=None,
        creators=[{**person(given_name="", name=None), "role": None, "affiliations": None}],
        publisher=" ",
        locations={},
        version="",
    ) == {"creators": [{"person_or_org": {"type": "personal", "family_name": "Wang", "name": "Wang"}}]}


def test_a_persons_name_is_made_from_its_parts() -> None:
    sent = person(family_name="李", given_name="伟")
    assert stored(creators=[sent])["creators"][0]["person_or_org"]["name"] == "李, 伟"
    other = load_metadata({"creators": [person(name="somebody else")]}, VOCABULARIES)
    assert other.metadata["creators"][0]["person_or_org"]["name"] == "Wang, Wei"
    assert [(error.field, error.harmless) for error in other.errors] == [
        ("metadata.creators.0.person_or_org.name", True)
    ]


def test_an_organisation_has_no_family_name() -> None:
    sent = {"person_or_org": {**ORG, "family_name": "", "given_name": None}}
    assert stored(creators=[sent]) == {"creators": [{"person_or_org": ORG}]}
    named = load_metadata({"creators": [{"person_or_org": {**ORG, "given_name": "x"}}]}, VOCABULARIES)
    assert named.metadata == {"creators": [{"person_or_org": ORG}]}
    assert [error.field for error in named.errors] == ["metadata.creators.0.person_or_org.given_name"]


def test_schemes_are_written_out_and_values_bare() -> None:
    identifiers = [
        {"identifier": "https://orcid.org/0000-0002-1825-0097", "scheme": ""},
        {"identifier": "0000 0001 2103 2683", "scheme": "ISNI"},
    ]
    assert stored(creators=[person(identifiers=identifiers)])["creators"][0] == {
        "person_or_org": {
            **AS_STORED,
            "identifiers": [
                {"identifier": "0000-0002-1825-0097", "scheme": "orcid"},
                {"identifier": "0000000121032683", "scheme": "isni"},
            ],
        }
    }


def test_cstr_and_doi_are_recognised_among_related_identifiers() -> None:
    cites = {"relation_type": {"id": "cites"}}
    sent = [
        {"identifier": "CSTR:31253.11.sciencedb.01092", **cites},
        {"identifier": "https://doi.org/10.5072/x", **cites, "resource_type": {"id": "dataset"}},
    ]
    assert stored(related_identifiers=sent)["related_identifiers"] == [
        {"identifier": "31253.11.sciencedb.01092", "scheme": "cstr", **cites},
        {"identifier": "10.5072/x", "scheme": "doi", **cites, "resource_type": {"id": "dataset"}},
    ]


def test_people_institutions_and_instruments_are_recognised_among_related_identifiers() -> None:
    collected = {"relation_type": {"id": "iscollectedby"}}
    sent = [
        {"identifier": "https://orcid.org/0000-0002-1825-0097", **collected},
        {"identifier": "https://ror.org/05dxps055", **collected},
        {"identifier": "https://doi.org/10.5442/NI000001", "scheme": "PIDINST", **collected},
    ]
    assert stored(related_identifiers=sent)["related_identifiers"] == [
        {"identifier": "0000-0002-1825-0097", "scheme": "orcid", **collected},
        {"identifier": "05dxps055", "scheme": "ror", **collected},
        {"identifier": "10.5442/NI000001", "scheme": "pidinst", **collected},
    ]


def test_several_identifiers_of_one_scheme_may_name_a_dataset() -> None:
    sent = [{"identifier": "10.5072/x"}, {"identifier": "10.5072/y"}]
    assert len(stored(identifiers=sent)["identifiers"]) == 2


def test_a_reference_with_an_unknown_identifier_keeps_it() -> None:
    sent = [
        {"reference": "Wang 2020", "identifier": "shelf 12"},
        {"reference": "Li 2021", "identifier": "doi:10.5072/x"},
    ]
    assert stored(references=sent)["references"] == [
        sent[0],
        {"reference": "Li 2021", "identifier": "10.5072/x", "scheme": "doi"},
    ]


def test_an_organisations_id_is_bare_and_its_name_kept() -> None:
    funder = {"id": "https://ror.org/01h0zpd94", "name": "NSFC"}
    creator = {**CREATOR, "affiliations": [{"id": "https://ror.org/05dxps055", "name": "Caltech"}, {"name": "CAS"}]}
    found = stored(creators=[creator], funding=[{"funder": funder}])
    assert found["creators"][0]["affiliations"] == [{"id": "05dxps055", "name": "Caltech"}, {"name": "CAS"}]
    assert found["funding"] == [{"funder": {"id": "01h0zpd94", "name": "NSFC"}}]


@pytest.mark.parametrize(
    "award",
    [
        {"number": "41701234"},
        {"title": {"zh": "冰川"}},
        {"id": "00k4n6c32::101122956", "number": "101122956", "acronym": "X", "program": "Y"},
        {"number": "1", "identifiers": [{"identifier": "https://example.org/1", "scheme": "url"}]},
    ],
)
def test_an_award_is_named_by_id_number_or_title(award: dict[str, Any]) -> None:
    funding = [{"funder": {"name": "NSFC"}, "award": award}]
    assert stored(funding=funding) == {"funding": funding}


def test_rights_in_own_words_keep_their_words() -> None:
    rights = [
        {
            "title": {"en": "Mine", "zh": "我的"},
            "description": {"en": "Ask first."},
            "link": "https://example.org/terms",
        }
    ]
    assert stored(rights=rights) == {"rights": rights}


POINT = {"type": "Point", "coordinates": [90, 30]}

READ_BY_GET: dict[str, Any] = {
    "title": "Ice",
    "resource_type": {"id": "dataset", "title": {"en": "Dataset", "zh": "数据集"}},
    "creators": [
        {
            "person_or_org": {**AS_STORED, "identifiers": []},
            "role": {"id": "editor", "title": {"en": "Editor"}},
            "affiliations": [
                {"id": "05dxps055", "name": "Caltech", "identifiers": [{"scheme": "ror", "identifier": "05dxps055"}]}
            ],
        }
    ],
    "languages": [{"id": "zho", "title": {"en": "Chinese"}}],
    "rights": [
        {
            "id": "cc-by-4.0",
            "title": {"en": "CC BY 4.0", "de": "CC BY 4.0"},
            "description": {"en": "The licence."},
            "icon": "cc-by-icon",
            "props": {"url": "https://creativecommons.org/licenses/by/4.0/", "scheme": "spdx"},
            "link": "not even an address",
        }
    ],
    "dates": [{"date": "2020/2021", "type": {"id": "created", "title": {"en": "Created"}}}],
    "subjects": [{"subject": "ice", "scheme": "own"}],
    "funding": [
        {
            "funder": {"id": "00k4n6c32", "name": "European Commission", "country": "BE"},
            "award": {
                "id": "00k4n6c32::101122956",
                "number": "101122956",
                "title": {"en": "Ice"},
                "identifiers": [{"scheme": "url", "identifier": "https://example.org/1"}],
                "organizations": [{"organization": "CAS"}],
                "start_date": "2020-01-01",
            },
        }
    ],
    "locations": {"features": [{"geometry": POINT, "centroid": {"lat": 30, "lon": 90}}]},
}


def test_what_a_published_record_shows_may_be_sent_back() -> None:
    found = stored(**READ_BY_GET)
    assert found["resource_type"] == {"id": "dataset"}
    assert found["rights"] == [{"id": "cc-by-4.0"}]
    assert found["creators"][0]["role"] == {"id": "editor"}
    assert found["dates"] == [{"date": "2020/2021", "type": {"id": "created"}}]
    for name in ("subjects", "funding", "locations"):
        assert found[name] == READ_BY_GET[name]


# Completeness


def fields_of(metadata: Mapping[str, Any], *, doi: bool = True) -> dict[str, str]:
    return dict(missing(metadata, doi=doi))


def test_an_empty_description_lacks_what_a_citation_needs() -> None:
    assert fields_of({}) == {
        "metadata.title": ABSENT,
        "metadata.resource_type": ABSENT,
        "metadata.publication_date": ABSENT,
        "metadata.creators": ABSENT,
        "metadata.publisher": "Missing publisher field required for DOI registration.",
    }


def test_a_publisher_is_wanted_for_a_doi_only() -> None:
    assert "metadata.publisher" not in fields_of({}, doi=False)


def test_no_creators_are_missing_creators() -> None:
    complete = {
        "title": "Ice",
        "resource_type": {"id": "dataset"},
        "publication_date": "2020",
        "creators": [CREATOR],
        "publisher": "CAS",
    }
    assert fields_of(complete) == {}
    assert fields_of({**complete, "creators": []}) == {"metadata.creators": ABSENT}
    assert fields_of({**complete, "title": " "}) == {"metadata.title": ABSENT}


def test_gaps_are_reported_as_faults_of_fields() -> None:
    assert missing_fields({"title": "Ice"}, doi=False)[0].as_json() == {
        "field": "metadata.resource_type",
        "messages": [ABSENT],
    }


# The schema as documentation, and its cost


def test_the_schema_describes_itself_in_openapi() -> None:
    spec = APISpec("x", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.schema("Metadata", schema=MetadataSchema)
    document = json.loads(json.dumps(spec.to_dict()))
    schemas = document["components"]["schemas"]
    assert schemas["Metadata"]["properties"]["title"]["minLength"] == 3
    assert schemas["Metadata"]["properties"]["version"]["maxLength"] == 191
    assert schemas["Metadata"]["properties"]["creators"]["maxItems"] == 10_000
    assert schemas["PersonOrOrganization"]["properties"]["type"]["enum"] == [
        "organizational",
        "personal",
    ]
    assert schemas["PersonIdentifier"]["properties"]["scheme"]["enum"][0] == "orcid"
    assert schemas["Term"]["properties"]["title"]["readOnly"] is True
    assert not [name for name in schemas if name.endswith(("1", "2"))]
    validate({**document, "paths": {}})
