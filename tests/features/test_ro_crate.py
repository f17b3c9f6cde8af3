"""RO-Crate: the metadata document is read by the reference library, as an answer and beside the files."""

import json
from dataclasses import replace
from typing import Any

import pytest
from rocrate.rocrate import ROCrate

from repository.dataset.description import Agent, FileOf, Publication
from repository.dataset.formats.packages.ro_crate import ro_crate
from tests.features.hostile import hostile
from tests.features.samples import FILES, PUBLICATION, person, publication


def entities(of: Publication, **how: bool) -> dict[str, dict[str, Any]]:
    graph = ro_crate(of, **how)["@graph"]
    found = {entity["@id"]: entity for entity in graph}
    assert len(found) == len(graph)
    return found


def root(of: Publication, **how: bool) -> dict[str, Any]:
    known = entities(of, **how)
    return known[known["ro-crate-metadata.json"]["about"]["@id"]]


def references(value: Any) -> list[str]:
    """Ids that are pointed at from anywhere in `value`."""
    if isinstance(value, dict):
        if list(value) == ["@id"]:
            return [value["@id"]]
        return [found for name, each in value.items() if name != "@id" for found in references(each)]
    return [found for each in value for found in references(each)] if isinstance(value, list) else []


@pytest.mark.parametrize(("attached", "base"), [(False, "https://repository.test/records/12/"), (True, "./")])
def test_the_reference_library_reads_it_without_a_network(attached: bool, base: str) -> None:
    crate = ROCrate(json.loads(json.dumps(ro_crate(PUBLICATION, attached=attached))))
    assert crate.version == "1.2"
    assert crate.root_dataset.id == base
    assert crate.name == PUBLICATION.description.title
    assert [author["name"] for author in crate.root_dataset["author"]] == [
        "John A. Smith", "李伟", "Institute of Geology & Geophysics",
    ]  # fmt: skip
    assert [author.type for author in crate.root_dataset["author"]] == ["Person", "Person", "Organization"]
    assert [file["sha256"] for file in crate.data_entities] == [file.sha256 for file in FILES]
    assert crate.root_dataset["license"][0]["name"] == "Creative Commons Attribution 4.0 International"


@pytest.mark.parametrize("attached", [False, True])
def test_every_reference_leads_to_an_entity_that_says_what_it_is(attached: bool) -> None:
    known = entities(PUBLICATION, attached=attached)
    outside = {"https://w3id.org/ro/crate/1.2"}
    named = {each for entity in known.values() for each in references(entity)}
    assert named - outside == set(known) - {"ro-crate-metadata.json"}
    assert all("@type" in entity for entity in known.values())
    assert all(entity.get("name") for entity in known.values() if entity["@type"] in ("File", "Person", "Organization"))


def test_an_organisation_whose_name_cannot_be_printed_harms_no_crate() -> None:
    unprintable = Agent(personal=False, name="\ufffe")
    of = replace(PUBLICATION, description=replace(PUBLICATION.description, creators=(unprintable,)))
    assert [entities(of)[each["@id"]]["@type"] for each in root(of)["author"]] == ["Organization"]


def test_the_root_has_what_the_specification_demands() -> None:
    said = root(PUBLICATION)
    assert said["@type"] == "Dataset"
    assert said["datePublished"] == "2024-03-05"
    assert said["description"] == "Records of three components & more. Second."
    assert said["cite-as"] == "https://doi.org/10.5072/data.12"
    assert said["version"] == "V2"
    assert said["alternateName"] == [{"@language": "zh", "@value": "2022年泸定地震强震动记录"}]
    bare = root(publication(publication_date="../2022", description=None, rights=None))
    assert (bare["datePublished"], bare["license"]) == ("2022", "No licence is stated.")
    assert bare["description"].startswith("Smith, John A.; 李伟;")
    assert root(publication(publication_date=None))["datePublished"] == "2024-03-05"


def test_people_and_organisations_are_known_by_orcid_and_ror() -> None:
    known = entities(PUBLICATION)
    smith = known["https://orcid.org/0000-0002-1825-0097"]
    assert (smith["givenName"], smith["familyName"]) == ("John A.", "Smith")
    assert smith["affiliation"] == [{"@id": "https://ror.org/024mrxd33"}]
    assert known["https://ror.org/024mrxd33"]["name"] == "University of Leeds"
    assert known["https://nsfc.example/42174065"]["funder"] == {"@id": "https://ror.org/01h0zpd94"}


def test_two_people_of_one_name_are_two() -> None:
    said = root(publication(creators=[person("李", "伟"), person("李", "伟")]))
    assert said["author"] == [{"@id": "#creator-1"}, {"@id": "#creator-2"}]


def test_the_root_tells_what_schema_org_tells() -> None:
    related = [
        {"scheme": "doi", "identifier": f"10.5072/{relation}", "relation_type": {"id": relation},
         "resource_type": {"id": "dataset"}}
        for relation in ("haspart", "ispartof", "isvariantformof")
    ]  # fmt: skip
    several = publication(
        related_identifiers=related,
        additional_descriptions=[
            {"description": "Filtered.", "type": {"id": "methods"}},
            {"description": "Sensor 7.", "type": {"id": "technical-info"}},
        ],
    )
    known, said = entities(several), root(several)
    (place,) = (known[reference["@id"]] for reference in said["spatialCoverage"])
    assert place["name"] == "Luding"
    assert known[place["geo"]["@id"]]["box"] == "29 101 30.5 103"
    assert said["temporalCoverage"] == "2022-09-05/2022-10-05"
    assert said["measurementTechnique"] == ["Filtered."]
    assert [known[reference["@id"]]["text"] for reference in said["comment"]] == ["Sensor 7."]
    (role,) = (known[reference["@id"]] for reference in said["contributor"])
    assert (role["roleName"], known[role["contributor"]["@id"]]["name"]) == ("Data manager", "Roe")
    assert said["mentions"] == [{"@id": "https://doi.org/10.5072/haspart"}]
    assert said["isPartOf"] == [{"@id": "https://doi.org/10.5072/ispartof"}]
    assert said["http://purl.org/dc/terms/relation"] == [{"@id": "https://doi.org/10.5072/isvariantformof"}]
    assert known["https://doi.org/10.5072/ispartof"]["additionalType"] == "https://schema.org/Dataset"
    assert said["isAccessibleForFree"] is True


def test_the_root_of_software_is_a_dataset_that_says_what_it_is() -> None:
    said = root(publication(resource_type={"id": "software"}))
    assert (said["@type"], said["additionalType"]) == ("Dataset", "https://schema.org/SoftwareSourceCode")
    assert len(said["hasPart"]) == 3


def test_files_are_addresses_in_an_answer_and_paths_in_a_package() -> None:
    assert [part["@id"] for part in root(PUBLICATION)["hasPart"]] == [file.url for file in FILES]
    assert [part["@id"] for part in root(PUBLICATION, attached=True)["hasPart"]] == [
        "waveforms/a.mseed", "%E5%8F%B0%E7%AB%99.csv", "README.md",
    ]  # fmt: skip
    assert entities(PUBLICATION)["https://r.test/b"] == {
        "@id": "https://r.test/b",
        "@type": "File",
        "name": "台站.csv",
        "contentSize": "48213",
        "encodingFormat": "text/csv",
        "sha256": "b" * 64,
    }


def test_a_file_of_the_same_name_does_not_replace_the_document_in_a_package() -> None:
    own = FileOf("ro-crate-metadata.json", 1, "application/json", "0" * 32, "d" * 64, "https://r.test/d")
    crate = replace(PUBLICATION, files=[own])
    assert entities(crate, attached=True)["ro-crate-metadata.json"]["@type"] == "CreativeWork"
    assert root(crate)["hasPart"] == [{"@id": "https://r.test/d"}]


def test_more_files_than_are_listed_are_told_of() -> None:
    assert "comment" not in root(PUBLICATION)
    many = entities(replace(PUBLICATION, file_count=20_000))
    assert many["#more-files"]["text"].startswith(
        "3 of 20000 files are listed here; https://repository.test/records/12"
    )


@pytest.mark.parametrize("attached", [False, True])
def test_hostile_texts_stay_values(attached: bool) -> None:
    document = ro_crate(hostile(), attached=attached)
    assert json.dumps(document, ensure_ascii=False).encode("utf-8")
    assert "<script>" in ROCrate(json.loads(json.dumps(document))).name
    assert all(entity["@id"].isascii() and " " not in entity["@id"] for entity in document["@graph"])
