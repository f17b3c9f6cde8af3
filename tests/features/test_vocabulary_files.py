"""The shipped vocabularies are complete, in order and in both languages."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config import vocabularies as files
from repository.dataset.cstr_types import cstr_type
from repository.dataset.vocabularies import Vocabularies, VocabularyEntry

SHIPPED = Vocabularies.of(files.read())
LANGUAGES = SHIPPED["languages"]
LICENCES = SHIPPED["licenses"]
SCHEMAS = Path(__file__).resolve().parents[2] / "../shared/schemas/datacite-4.7/include"


def names(text: str) -> list[str]:
    return text.split()


def ids(entries: Sequence[VocabularyEntry]) -> list[str]:
    return [entry.id for entry in entries]


RELATIONS = names(
    """
    IsCitedBy Cites IsSupplementTo IsSupplementedBy IsContinuedBy Continues IsDescribedBy Describes
    HasMetadata IsMetadataFor HasVersion IsVersionOf IsNewVersionOf IsPreviousVersionOf IsPartOf
    HasPart IsPublishedIn IsReferencedBy References IsDocumentedBy Documents IsCompiledBy Compiles
    IsVariantFormOf IsOriginalFormOf IsIdenticalTo IsReviewedBy Reviews IsDerivedFrom IsSourceOf
    IsRequiredBy Requires IsObsoletedBy Obsoletes IsCollectedBy Collects IsTranslationOf
    HasTranslation Other"""
)
ROLES = names(
    """
    ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution
    Producer ProjectLeader ProjectManager ProjectMember RegistrationAgency RegistrationAuthority
    RelatedPerson Researcher ResearchGroup RightsHolder Sponsor Supervisor Translator
    WorkPackageLeader Other"""
)
DATES = names(
    """
    Accepted Available Collected Copyrighted Coverage Created Issued Submitted Updated Valid
    Withdrawn Other"""
)
DESCRIPTIONS = names("Abstract Methods SeriesInformation TableOfContents TechnicalInfo Other")
TITLES = names("AlternativeTitle Subtitle TranslatedTitle Other")
GENERAL_TYPES = names(
    """
    Audiovisual Award Book BookChapter Collection ComputationalNotebook ConferencePaper
    ConferenceProceeding DataPaper Dataset Dissertation Event Image Instrument InteractiveResource
    Journal JournalArticle Model OutputManagementPlan PeerReview PhysicalObject Poster Preprint
    Presentation Project Report Service Software Sound Standard StudyRegistration Text Workflow
    Other"""
)
ENUMERATIONS = {
    "relationType": RELATIONS,
    "contributorType": ROLES,
    "dateType": DATES,
    "descriptionType": DESCRIPTIONS,
    "titleType": TITLES,
    "resourceType": GENERAL_TYPES,
}
REMOVAL_REASONS = names(
    """
    copyright disputed-authorship duplicate fraud misconduct out-of-scope personal-data replaced
    retracted spam take-down-request test-record"""
)
SCIENCEDB_LICENCES = names(
    """
    cc0-1.0 cc-by-4.0 cc-by-sa-4.0 cc-by-nc-4.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-nc-nd-4.0
    pddl-1.0 odc-by-1.0 odbl-1.0 mit apache-2.0 agpl-3.0-only agpl-3.0-or-later lgpl-2.1-only
    lgpl-2.1-or-later gpl-2.0-only gpl-2.0-or-later gpl-3.0-only gpl-3.0-or-later bsd-2-clause
    bsd-3-clause mpl-2.0 bsl-1.0 epl-2.0 unlicense"""
)


def test_each_type_has_its_file_and_its_number_of_terms() -> None:
    numbers = {kind: len(SHIPPED[kind]) for kind in SHIPPED.types}
    assert numbers.pop("languages") > 7800
    assert numbers.pop("licenses") > 700
    assert numbers == {
        "contributorsroles": 22,
        "creatorsroles": 22,
        "cstrtypes": 4,
        "datetypes": 12,
        "descriptiontypes": 7,
        "relationtypes": 39,
        "removalreasons": 12,
        "resourcetypes": 51,
        "titletypes": 4,
    }


def test_every_term_of_the_small_lists_has_a_chinese_title() -> None:
    small = [kind for kind in SHIPPED.types if kind not in ("languages", "licenses")]
    terms = [entry for kind in small for entry in SHIPPED[kind]]
    assert [entry.id for entry in terms if not re.search("[一-鿿]", entry.title.get("zh", ""))] == []


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("relationtypes", RELATIONS),
        ("creatorsroles", ROLES),
        ("contributorsroles", ROLES),
        ("datetypes", DATES),
    ],
)
def test_ids_are_the_lower_case_names_of_datacite(kind: str, names: list[str]) -> None:
    assert ids(list(SHIPPED[kind])) == [name.lower() for name in names]
    assert [entry.props["datacite"] for entry in SHIPPED[kind]] == names


def test_description_and_title_types_name_their_datacite_types() -> None:
    descriptions = {entry.id: entry.props["datacite"] for entry in SHIPPED["descriptiontypes"]}
    assert descriptions.pop("notes") == "Other"
    assert list(descriptions.values()) == DESCRIPTIONS
    assert list(descriptions)[2:5] == ["series-information", "table-of-contents", "technical-info"]
    assert [entry.props["datacite"] for entry in SHIPPED["titletypes"]] == TITLES


@pytest.mark.skipif(not SCHEMAS.is_dir(), reason="the DataCite schema files are not here")
def test_the_names_compared_with_are_those_of_the_datacite_schema() -> None:
    for name, values in ENUMERATIONS.items():
        schema = ElementTree.parse(SCHEMAS / f"datacite-{name}-v4.xsd")
        listed = schema.iter("{http://www.w3.org/2001/XMLSchema}enumeration")
        assert {element.get("value") for element in listed} == set(values), name


def test_a_relation_read_from_the_other_end_leads_back() -> None:
    relations = SHIPPED["relationtypes"]
    inverses = {entry.id: entry.props.get("inverse") for entry in relations}
    assert [term_id for term_id, other in inverses.items() if other is None] == [
        "ispublishedin",
        "other",
    ]
    assert all(inverses[other] == term_id for term_id, other in inverses.items() if other)


def test_resource_types_carry_what_the_formats_need() -> None:
    for entry in SHIPPED["resourcetypes"]:
        kind, _, subtype = entry.id.partition("-")
        assert entry.props["type"] == kind
        assert entry.props["subtype"] == (entry.id if subtype else "")
        assert entry.props["datacite_general"] in GENERAL_TYPES
        assert entry.props["schema.org"].startswith("https://schema.org/")
        assert entry.props["csl"]
        assert entry.props["bibtex"]
        assert entry.icon


def test_some_types_can_only_be_linked_to() -> None:
    types = list(SHIPPED["resourcetypes"])
    assert [entry.id for entry in types if "linkable" not in entry.tags] == []
    assert [entry.id for entry in types if "depositable" not in entry.tags] == names(
        "instrument project person organization award service"
    )


def test_every_general_type_of_datacite_can_be_said() -> None:
    said = {entry.props["datacite_general"] for entry in SHIPPED["resourcetypes"]}
    assert set(GENERAL_TYPES) - said == set()


def test_a_cstr_type_is_given_only_where_one_is_known() -> None:
    codes = {e.id: e.props["cstr_type"] for e in SHIPPED["resourcetypes"] if "cstr_type" in e.props}
    assert codes == {
        "dataset": "11",
        "publication-article": "14",
        "publication-datapaper": "14",
        "publication-preprint": "36",
        "publication-dissertation": "37",
    }


def test_every_cstr_type_that_is_used_has_a_name_and_a_template() -> None:
    codes = {e.props["cstr_type"] for e in SHIPPED["resourcetypes"] if "cstr_type" in e.props}
    assert codes <= {entry.id for entry in SHIPPED["cstrtypes"]}
    assert {entry.props["template"] for entry in SHIPPED["cstrtypes"]} == {
        f"v3_{name}_data" for name in ("scientific", "article", "preprint", "dissertation")
    }


@pytest.mark.parametrize(
    ("resource_type", "code"),
    [
        ("dataset", "11"),
        ("publication-preprint", "36"),
        ("publication-datapaper", "14"),
        ("publication-report", "11"),
        ("software", "11"),
        ("unheard-of", "11"),
        ("", "11"),
    ],
)
def test_what_has_no_cstr_type_is_scientific_data(resource_type: str, code: str) -> None:
    assert cstr_type(SHIPPED, resource_type) == code


def test_removal_reasons_are_those_of_the_contract() -> None:
    assert ids(list(SHIPPED["removalreasons"])) == REMOVAL_REASONS


def test_licences_that_sciencedb_accepts_are_recommended_and_come_first() -> None:
    assert ids(LICENCES.search(tag="recommended")) == SCIENCEDB_LICENCES
    assert ids(list(LICENCES))[: len(SCIENCEDB_LICENCES)] == SCIENCEDB_LICENCES


def test_licences_are_spdx_ids_in_lower_case_with_an_address() -> None:
    for entry in LICENCES:
        assert entry.id == entry.props["spdx_id"].lower()
        assert entry.props["scheme"] == "spdx"
        assert entry.props["osi_approved"] in ("y", "")
        assert re.fullmatch(r"https://[\w.-]+/\S*", entry.props["url"]), entry.id


def test_a_creative_commons_licence_reads_in_both_languages() -> None:
    licence = LICENCES.get("cc-by-nc-sa-4.0")
    assert licence is not None
    assert licence.title == {
        "en": "Creative Commons Attribution Non Commercial Share Alike 4.0 International",
        "zh": "知识共享 署名-非商业性使用-相同方式共享 4.0 国际",
    }
    assert licence.props["url"] == "https://creativecommons.org/licenses/by-nc-sa/4.0/"
    creative = [entry for entry in LICENCES if entry.id.startswith("cc-") or entry.id == "cc0-1.0"]
    assert len(creative) > 50
    assert [entry.id for entry in creative if "zh" not in entry.title] == []


def test_open_source_approval_is_told() -> None:
    approved = {"mit": "y", "apache-2.0": "y", "mulanpsl-2.0": "y", "cc-by-4.0": "", "odbl-1.0": ""}
    assert {i: e.props["osi_approved"] for i in approved if (e := LICENCES.get(i))} == approved


def test_languages_have_three_letter_ids_and_their_two_letter_code() -> None:
    assert all(re.fullmatch("[a-z]{3}", entry.id) for entry in LANGUAGES)
    short = {entry.props["alpha_2"]: entry.id for entry in LANGUAGES if entry.props["alpha_2"]}
    assert len(short) == len([entry for entry in LANGUAGES if entry.props["alpha_2"]]) > 180
    assert (short["zh"], short["en"], short["de"], short["fr"]) == ("zho", "eng", "deu", "fra")
    assert {entry.id for entry in LANGUAGES} >= {"und", "mul", "zxx", "mis", "bod", "uig", "mon"}
