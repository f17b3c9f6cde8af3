"""schema.org of a version among others, of one in two languages, and of one that was withdrawn."""

from dataclasses import replace

from repository.dataset.description import Label, Sibling, Withdrawal
from repository.dataset.formats.schema_org.schema_org_json import schema_org
from tests.features.samples import METADATA, PUBLICATION, publication

PREVIOUS = Sibling(1, "https://repository.test/records/10", "10.5072/data.10", label="V1")
FOLLOWING = Sibling(3, "https://repository.test/records/14", cstr="99999.11.data.14")
UNREGISTERED = Sibling(4, "https://repository.test/records/15", label="V4")


def test_a_version_names_the_one_it_revises_and_the_one_that_replaced_it() -> None:
    said = schema_org(replace(PUBLICATION, previous=PREVIOUS, following=FOLLOWING))
    assert said["exampleOfWork"] == {"@type": "CreativeWork", "@id": "https://doi.org/10.5072/data.11"}
    assert said["http://www.w3.org/ns/prov#wasRevisionOf"] == {"@id": "https://doi.org/10.5072/data.10"}
    assert said["http://purl.org/dc/terms/isReplacedBy"] == {"@id": "https://cstr.cn/99999.11.data.14"}
    assert "workExample" not in said


def test_a_concept_has_versions_and_nothing_above_it() -> None:
    said = schema_org(replace(PUBLICATION, is_concept=True, siblings=[PREVIOUS, UNREGISTERED]))
    assert said["workExample"] == [
        {"@type": "CreativeWork", "@id": "https://doi.org/10.5072/data.10", "version": "V1"},
        {"@type": "CreativeWork", "@id": "https://repository.test/records/15", "version": "V4"},
    ]
    assert "exampleOfWork" not in said


def test_a_concept_without_a_doi_is_named_by_its_cstr() -> None:
    assert schema_org(replace(PUBLICATION, concept_doi=None))["exampleOfWork"]["@id"] == (
        "https://cstr.cn/99999.11.data.11"
    )


def test_a_handle_is_an_identifier_and_an_address() -> None:
    said = schema_org(replace(PUBLICATION, handle="21.T1/data.12"))
    assert said["identifier"][2] == {
        "@type": "PropertyValue",
        "propertyID": "https://registry.identifiers.org/registry/hdl",
        "value": "hdl:21.T1/data.12",
        "url": "https://hdl.handle.net/21.T1/data.12",
    }
    assert "https://hdl.handle.net/21.T1/data.12" in said["sameAs"]


def test_titles_and_abstracts_in_two_languages_are_told_apart() -> None:
    chinese = {"description": "<p>记录。</p>", "type": {"id": "abstract"}, "lang": {"id": "zho"}}
    said = schema_org(publication(description="<p>Records.</p>", additional_descriptions=[chinese]))
    assert said["headline"] == {"@language": "en", "@value": METADATA["title"]}
    assert said["abstract"] == [
        {"@language": "en", "@value": "Records."},
        {"@language": "zh", "@value": "记录。"},
    ]
    assert said["description"] == "Records."


def test_a_funder_of_two_grants_is_named_once() -> None:
    funder = {"id": "01h0zpd94", "name": "NSFC"}
    said = schema_org(publication(funding=[{"funder": funder, "award": {"number": n}} for n in ("1", "2")]))
    assert said["funder"] == {"@type": "Organization", "@id": "https://ror.org/01h0zpd94", "name": "NSFC"}
    assert [grant["identifier"] for grant in said["funding"]] == ["1", "2"]


def test_creators_are_also_authors_for_readers_that_know_no_lists() -> None:
    said = schema_org(PUBLICATION)
    assert said["author"] == said["creator"]["@list"]


def test_controlled_terms_are_what_the_data_are_about_and_keywords_are_texts() -> None:
    said = schema_org(PUBLICATION)
    assert said["keywords"] == [{"@language": "zh", "@value": "强震动"}, "http://example.org/seismology"]
    assert said["about"] == [
        {
            "@type": "DefinedTerm",
            "name": "http://example.org/seismology",
            "@id": "http://example.org/seismology",
        }
    ]


def test_a_withdrawn_version_says_so_and_its_catalogue_is_the_repository() -> None:
    gone = Withdrawal(Label("retracted", {"en": "Retracted"}), "2025-01-02")
    said = schema_org(replace(PUBLICATION, withdrawn=gone, repository_url="https://data.example.org"))
    assert said["creativeWorkStatus"] == "Withdrawn: Retracted"
    assert said["includedInDataCatalog"]["url"] == "https://data.example.org"
