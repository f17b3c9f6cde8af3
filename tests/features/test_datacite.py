"""DataCite 4.7: what the registry and harvesters of DataCite are told, and that the schema takes every bit of it."""

import json
from dataclasses import replace
from typing import Any

import pytest
from lxml import etree

from repository.dataset.description import Publication, Sibling
from repository.dataset.formats.datacite.datacite_json import datacite_json, datacite_xml
from tests.features.samples import PUBLICATION, person, publication

KERNEL = "{http://datacite.org/schema/kernel-4}"
OLDER = Sibling(1, "https://repository.test/records/10", "10.5072/data.10", "99999.11.data.10", "V1")
NEWER = Sibling(3, "https://repository.test/records/14", None, None, "V3")


def related(of: Publication) -> list[tuple[str, str, str]]:
    return [
        (r["relationType"], r["relatedIdentifierType"], r["relatedIdentifier"])
        for r in datacite_json(of)["relatedIdentifiers"]
    ]


def with_related(*related_identifiers: dict[str, Any]) -> Publication:
    """A publication without versions around it, related to works only."""
    named = publication(related_identifiers=list(related_identifiers))
    return replace(named, cstr=None, concept_doi=None, concept_cstr=None)


# the whole


def test_the_attributes_are_those_of_the_rest_api() -> None:
    said = datacite_json(PUBLICATION)
    assert said["id"] == "https://doi.org/10.5072/data.12"
    assert said["doi"] == "10.5072/data.12"
    assert said["url"] == "https://repository.test/records/12"
    assert said["publisher"] == {"name": "Science Data Bank"}
    assert said["publicationYear"] == 2024
    assert said["types"] == {
        "resourceTypeGeneral": "Dataset",
        "resourceType": "Dataset",
        "schemaOrg": "Dataset",
        "citeproc": "dataset",
        "bibtex": "dataset",
        "ris": "DATA",
    }
    assert said["language"] == "en"
    assert said["version"] == "V2"
    assert said["schemaVersion"] == "http://datacite.org/schema/kernel-4"
    assert json.loads(json.dumps(said)) == said


# identifiers


def test_doi_and_cstr_name_each_other() -> None:
    said = datacite_json(replace(PUBLICATION, handle="21.T1/data.12", oai_id="oai:repository.test:12"))
    assert said["identifiers"][0] == {"identifier": "10.5072/data.12", "identifierType": "DOI"}
    assert said["alternateIdentifiers"] == [
        {"alternateIdentifier": "99999.11.data.12", "alternateIdentifierType": "CSTR"},
        {"alternateIdentifier": "21.T1/data.12", "alternateIdentifierType": "Handle"},
        {"alternateIdentifier": "https://repository.test/records/12", "alternateIdentifierType": "URL"},
        {"alternateIdentifier": "oai:repository.test:12", "alternateIdentifierType": "oai"},
        {"alternateIdentifier": "https://old.example.org/7", "alternateIdentifierType": "URL"},
    ]
    assert ("IsIdenticalTo", "CSTR", "99999.11.data.12") in related(PUBLICATION)


@pytest.mark.parametrize(
    ("missing", "identifier", "kind"),
    [
        ({"doi": None}, "99999.11.data.12", "CSTR"),
        ({"doi": None, "cstr": None, "handle": "21.T1/x"}, "21.T1/x", "Handle"),
        ({"doi": None, "cstr": None}, "https://repository.test/records/12", "URL"),
    ],
)
def test_without_a_doi_the_next_best_identifier_leads(missing: dict[str, Any], identifier: str, kind: str) -> None:
    without = replace(PUBLICATION, **missing)
    said = datacite_json(without)
    assert not {"doi", "id"} & set(said)
    assert said["identifiers"][0] == {"identifier": identifier, "identifierType": kind}
    assert all(relation != "IsIdenticalTo" for relation, _, _ in related(without))
    leading = etree.fromstring(datacite_xml(without)).find(f"{KERNEL}identifier")
    assert leading is not None
    assert (leading.text, leading.get("identifierType")) == (identifier, kind)


def test_an_identifier_is_named_once_however_often_it_was_given() -> None:
    twice = publication(identifiers=[{"scheme": "doi", "identifier": "10.5072/DATA.12"}])
    assert [name["identifierType"] for name in datacite_json(twice)["identifiers"]] == ["DOI", "CSTR", "URL"]


# versions


def test_a_version_names_its_concept_and_its_neighbours() -> None:
    version = replace(PUBLICATION, previous=OLDER, following=NEWER, siblings=[OLDER])
    assert related(version)[:6] == [
        ("IsVersionOf", "DOI", "10.5072/data.11"),
        ("IsVersionOf", "CSTR", "99999.11.data.11"),
        ("IsNewVersionOf", "DOI", "10.5072/data.10"),
        ("IsNewVersionOf", "CSTR", "99999.11.data.10"),
        ("IsPreviousVersionOf", "URL", "https://repository.test/records/14"),
        ("IsIdenticalTo", "CSTR", "99999.11.data.12"),
    ]


def test_a_concept_names_all_its_versions_and_nothing_above_it() -> None:
    concept = replace(PUBLICATION, is_concept=True, siblings=[OLDER, NEWER])
    assert related(concept)[:4] == [
        ("HasVersion", "DOI", "10.5072/data.10"),
        ("HasVersion", "CSTR", "99999.11.data.10"),
        ("HasVersion", "URL", "https://repository.test/records/14"),
        ("IsIdenticalTo", "CSTR", "99999.11.data.12"),
    ]
    assert "IsVersionOf" not in [relation for relation, _, _ in related(concept)]


# related works


@pytest.mark.parametrize(
    ("scheme", "identifier", "kind", "written"),
    [
        ("doi", "10.1038/s41597-024-1", "DOI", "10.1038/s41597-024-1"),
        ("cstr", "31253.11.sciencedb.1", "CSTR", "31253.11.sciencedb.1"),
        ("ads", "ads:2018AGUFM.A24K..07S", "bibcode", "2018AGUFM.A24K..07S"),
        ("arxiv", "arXiv:0706.0001", "arXiv", "arXiv:0706.0001"),
        ("handle", "10013/epic.10033", "Handle", "10013/epic.10033"),
        ("rrid", "RRID:SCR_014641", "RRID", "RRID:SCR_014641"),
        ("swhid", "swh:1:cnt:94a9", "SWHID", "swh:1:cnt:94a9"),
        ("w3id", "https://w3id.org/x", "w3id", "https://w3id.org/x"),
        ("wikidata", "Q42", "URL", "https://www.wikidata.org/wiki/Q42"),
        ("isni", "0000000121032683", "URL", "https://isni.org/isni/0000000121032683"),
        ("other", "https://example.org/a", "URL", "https://example.org/a"),
    ],
)
def test_a_related_work_keeps_its_scheme_or_becomes_an_address(
    scheme: str, identifier: str, kind: str, written: str
) -> None:
    of = with_related({"scheme": scheme, "identifier": identifier, "relation_type": {"id": "cites"}})
    assert related(of) == [("Cites", kind, written)]


@pytest.mark.parametrize(("pid", "kind"), [("10.5442/NI000001", "DOI"), ("21.T11998/0000-001A-3905-F", "Handle")])
def test_an_instrument_is_named_by_its_doi_or_handle_and_its_type(pid: str, kind: str) -> None:
    of = with_related({"scheme": "pidinst", "identifier": pid, "relation_type": {"id": "iscollectedby"}})
    (relation,) = datacite_json(of)["relatedIdentifiers"]
    assert (relation["relatedIdentifier"], relation["relatedIdentifierType"]) == (pid, kind)
    assert relation["resourceTypeGeneral"] == "Instrument"


def test_a_work_that_leads_nowhere_is_left_to_other_formats() -> None:
    assert related(with_related({"scheme": "other", "identifier": "shelf 3", "relation_type": {"id": "cites"}})) == []


def test_a_relation_that_datacite_does_not_know_is_said_in_words() -> None:
    of = with_related({"scheme": "doi", "identifier": "10.1/x", "relation_type": {"id": "mentions"}})
    (relation,) = datacite_json(of)["relatedIdentifiers"]
    assert (relation["relationType"], relation["relationTypeInformation"]) == ("Other", "mentions")


# people


def test_names_of_the_east_keep_their_parts_and_are_written_whole() -> None:
    of = publication(creators=[person("李", "伟"), person("Smith", "John"), person("欧阳娜娜")])
    assert [(c["name"], c.get("familyName"), c.get("givenName")) for c in datacite_json(of)["creators"]] == [
        ("李伟", "李", "伟"),
        ("Smith, John", "Smith", "John"),
        ("欧阳娜娜", "欧阳娜娜", None),
    ]


def test_people_and_organisations_are_told_apart_and_identified() -> None:
    smith, _, institute = datacite_json(PUBLICATION)["creators"]
    assert smith["nameIdentifiers"] == [
        {
            "nameIdentifier": "https://orcid.org/0000-0002-1825-0097",
            "nameIdentifierScheme": "ORCID",
            "schemeUri": "https://orcid.org",
        }
    ]
    assert smith["affiliation"] == [
        {
            "name": "University of Leeds",
            "affiliationIdentifier": "https://ror.org/024mrxd33",
            "affiliationIdentifierScheme": "ROR",
            "schemeUri": "https://ror.org",
        }
    ]
    assert (institute["nameType"], institute["nameIdentifiers"][0]["nameIdentifierScheme"]) == ("Organizational", "ROR")


def test_isni_and_gnd_lead_to_their_registries() -> None:
    who = person("Roe", "Ann")
    who["person_or_org"]["identifiers"] = [
        {"scheme": "isni", "identifier": "0000000121032683"},
        {"scheme": "gnd", "identifier": "gnd:118540238"},
    ]
    (creator,) = datacite_json(publication(creators=[who]))["creators"]
    assert [(i["nameIdentifierScheme"], i["nameIdentifier"]) for i in creator["nameIdentifiers"]] == [
        ("ISNI", "https://isni.org/isni/0000000121032683"),
        ("GND", "https://d-nb.info/gnd/118540238"),
    ]


@pytest.mark.parametrize(
    ("funder_id", "kind", "identifier"),
    [
        ("01h0zpd94", "ROR", "https://ror.org/01h0zpd94"),
        ("10.13039/501100001809", "Crossref Funder ID", "https://doi.org/10.13039/501100001809"),
        ("https://doi.org/10.13039/501100001809", "Crossref Funder ID", "https://doi.org/10.13039/501100001809"),
        ("grid.419696.5", "GRID", "grid.419696.5"),
        ("0000000121032683", "ISNI", "https://isni.org/isni/0000000121032683"),
        ("nsfc", "Other", "nsfc"),
    ],
)
def test_a_funder_is_identified_by_what_its_id_is(funder_id: str, kind: str, identifier: str) -> None:
    of = publication(funding=[{"funder": {"id": funder_id, "name": "NSFC"}, "award": {"number": "42174065"}}])
    (reference,) = datacite_json(of)["fundingReferences"]
    assert (reference["funderIdentifierType"], reference["funderIdentifier"]) == (kind, identifier)
    assert reference["awardNumber"] == "42174065"


# texts and languages


def test_a_work_cited_in_words_is_an_item_whose_title_they_are() -> None:
    of = publication(related_identifiers=[], references=[{"reference": "Wang L. Soils of\nthe steppe. 1998."}])
    assert datacite_json(of)["relatedItems"] == [
        {
            "relatedItemType": "Other",
            "relationType": "References",
            "titles": [{"title": "Wang L. Soils of the steppe. 1998."}],
        }
    ]
    assert "Wang" not in str(datacite_json(of)["relatedIdentifiers"])


def test_a_work_cited_with_an_identifier_is_related_too_but_only_once() -> None:
    loess = {"scheme": "doi", "identifier": "10.5072/loess"}
    cited = {"reference": "Roe A. Loess.", **loess}
    once = publication(related_identifiers=[], references=[cited])
    item = {"relatedItemIdentifier": "10.5072/loess", "relatedItemIdentifierType": "DOI"}
    assert datacite_json(once)["relatedItems"][0]["relatedItemIdentifier"] == item
    assert ("10.5072/loess", "References") in works(once)
    both = publication(related_identifiers=[{**loess, "relation_type": {"id": "cites"}}], references=[cited])
    assert [kind for work, kind in works(both) if work == "10.5072/loess"] == ["Cites"]


def works(of: Publication) -> list[tuple[str, str]]:
    return [(r["relatedIdentifier"], r["relationType"]) for r in datacite_json(of)["relatedIdentifiers"]]


def test_titles_and_descriptions_say_their_language() -> None:
    of = publication(
        description="<p>Records.</p>",
        additional_descriptions=[
            {"description": "<p>记录。</p>", "type": {"id": "abstract"}, "lang": {"id": "zho"}},
            {"description": "<p>按字母排序。</p>", "type": {"id": "table-of-contents"}},
            {"description": "<p>Hints</p>", "type": {"id": "notes"}, "lang": {"id": "und"}},
        ],
    )
    root = etree.fromstring(datacite_xml(of))
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    assert [(t.get("titleType"), t.get(language)) for t in root.iterfind(f"{KERNEL}titles/{KERNEL}title")] == [
        (None, "en"),
        ("TranslatedTitle", "zh"),
    ]
    assert [(t.get("descriptionType"), t.get(language), t.text) for t in root.iter(f"{KERNEL}description")] == [
        ("Abstract", "en", "Records."),
        ("Abstract", "zh", "记录。"),
        ("TableOfContents", "zh", "按字母排序。"),
        ("Other", None, "Hints"),
    ]
