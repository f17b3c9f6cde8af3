"""The metadata record of a CSTR: what the platform is told of a version, of a concept and of what was withdrawn."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.dataset.description import Label, Publication, Sibling, Withdrawal
from repository.dataset.formats.cstr.cstr_metadata import cstr_metadata
from tests.features.samples import PUBLICATION, description, publication
from tests.support.registrars.cstr_template import fault_of

PREFIXES = ("99999",)
WITHDRAWAL = Withdrawal(Label("retracted", {"en": "Retracted"}), "2026-01-02")


def sibling(index: int, **identifiers: str) -> Sibling:
    return Sibling(index, f"https://repository.test/records/{10 + index}", **identifiers)


def relations(of: Publication) -> list[tuple[str, str, str]]:
    related = cstr_metadata(of).get("related_identifiers", [])
    return [(each["relation"], each["type"], each["identifier"]) for each in related]


GOLDEN: dict[str, Any] = {
    "identifier": "99999.11.data.12",
    "type": "1",
    "cstr_state": "2",
    "urls": ["https://repository.test/records/12"],
    "resource_type": "11",
    "titles": [
        {"lang": "en", "name": "Strong-motion records of the 2022 Luding earthquake"},
        {"lang": "zh", "name": "2022年泸定地震强震动记录"},
    ],
    "creators": [
        {
            "type": "1",
            "person": {
                "names": [{"lang": "en", "name": "John A. Smith"}],
                "identifiers": [{"type": "ORCID", "identifier": "0000-0002-1825-0097"}],
                "affiliations": [
                    {
                        "names": [{"lang": "en", "name": "University of Leeds"}],
                        "identifiers": [{"type": "ROR", "identifier": "024mrxd33"}],
                    }
                ],
            },
        },
        {
            "type": "1",
            "person": {
                "names": [{"lang": "zh", "name": "李伟"}],
                "affiliations": [
                    {"names": [{"lang": "zh", "name": "中国地震局"}]},
                    {
                        "names": [{"lang": "en", "name": "024mrxd33"}],
                        "identifiers": [{"type": "ROR", "identifier": "024mrxd33"}],
                    },
                ],
            },
        },
        {
            "type": "2",
            "affiliation": {
                "names": [{"lang": "en", "name": "Institute of Geology & Geophysics"}],
                "identifiers": [{"type": "ROR", "identifier": "03yrm5c26"}],
            },
        },
    ],
    "publisher": {"names": [{"lang": "en", "name": "Science Data Bank"}]},
    "publish_date": "2024-03-05",
    "descriptions": [
        {"lang": "en", "description": "Records of three components & more.\nSecond."},
        {"lang": "en", "description": "Filtered.\nSorted."},
    ],
    "keywords": [
        {"lang": "zh", "words": ["强震动"]},
        {"lang": "en", "words": ["http://example.org/seismology"]},
    ],
    "language": "en",
    "version": "V2",
    "contributors": [{"type": "1", "person": {"names": [{"lang": "en", "name": "Roe"}]}}],
    "alternative_identifiers": [
        {"type": "DOI", "identifier": "10.5072/data.12"},
        {"type": "URL", "identifier": "https://old.example.org/7"},
    ],
    "related_identifiers": [
        {"relation": "IsVersionOf", "type": "CSTR", "identifier": "99999.11.data.11"},
        {"relation": "IsSupplementTo", "type": "DOI", "identifier": "10.1038/s41597-024-1"},
        {"relation": "IsDerivedFrom", "type": "CSTR", "identifier": "31253.11.sciencedb.1"},
    ],
    "share_method": {"channel": "1", "range": "2"},
    "rights": [
        {
            "license": "Creative Commons Attribution 4.0 International",
            "description": "https://creativecommons.org/licenses/by/4.0/",
        },
        {"license": "House rules", "description": "https://h.org/r"},
        {"description": "© 2024 The authors"},
    ],
    "funders": [{"name": "NSFC", "proj_num": "42174065", "proj_name": "Strong motion"}],
}


def test_the_record_of_a_version() -> None:
    assert cstr_metadata(PUBLICATION) == GOLDEN


def test_the_template_accepts_the_record() -> None:
    assert fault_of(cstr_metadata(PUBLICATION), PREFIXES) == ""


def test_chinese_and_english_are_told_apart() -> None:
    record = cstr_metadata(
        publication(
            title="青藏高原冻土数据集",
            languages=[{"id": "zho"}],
            publisher="国家青藏高原科学数据中心",
            description="<p>冻土活动层厚度。</p>",
            additional_titles=[
                {
                    "title": "Permafrost of the Tibetan Plateau",
                    "type": {"id": "translated-title"},
                    "lang": {"id": "eng"},
                },
                {"title": "Part one", "type": {"id": "subtitle"}},
            ],
            additional_descriptions=[{"description": "Thickness.", "type": {"id": "abstract"}, "lang": {"id": "eng"}}],
            subjects=[{"subject": "冻土"}, {"subject": "permafrost"}, {"subject": "活动层"}, {"subject": "冻土"}],
        )
    )
    assert record["titles"] == [
        {"lang": "zh", "name": "青藏高原冻土数据集"},
        {"lang": "en", "name": "Permafrost of the Tibetan Plateau"},
    ]
    assert [each["lang"] for each in record["descriptions"]] == ["zh", "en"]
    assert record["keywords"] == [
        {"lang": "zh", "words": ["冻土", "活动层"]},
        {"lang": "en", "words": ["permafrost"]},
    ]
    assert record["publisher"]["names"][0]["lang"] == "zh"
    assert record["language"] == "zh"


def test_a_declared_language_wins_over_what_the_script_tells() -> None:
    titles = cstr_metadata(publication(additional_titles=[{"title": "Données", "lang": {"id": "fra"}}]))["titles"]
    assert titles[1] == {"lang": "fr", "name": "Données"}


def test_a_version_names_its_concept_and_its_neighbours() -> None:
    version = replace(
        publication(related_identifiers=None),
        previous=sibling(1, cstr="99999.11.data.10", doi="10.5072/data.10"),
        following=sibling(3, doi="10.5072/data.13"),
    )
    assert relations(version) == [
        ("IsVersionOf", "CSTR", "99999.11.data.11"),
        ("IsNewVersionOf", "CSTR", "99999.11.data.10"),
        ("IsPreviousVersionOf", "DOI", "10.5072/data.13"),
    ]


def test_a_concept_names_all_its_versions_and_no_concept_above_it() -> None:
    concept = replace(
        publication(related_identifiers=None),
        is_concept=True,
        cstr="99999.11.data.11",
        siblings=(sibling(1, cstr="99999.11.data.12"), sibling(2)),
    )
    assert relations(concept) == [
        ("HasVersion", "CSTR", "99999.11.data.12"),
        ("HasVersion", "URL", "https://repository.test/records/12"),
    ]
    assert cstr_metadata(concept)["identifier"] == "99999.11.data.11"


def test_doi_and_handle_stand_first_among_the_other_identifiers() -> None:
    others = cstr_metadata(replace(PUBLICATION, handle="21.T1/data.12"))["alternative_identifiers"]
    assert others[:2] == [
        {"type": "DOI", "identifier": "10.5072/data.12"},
        {"type": "Handle", "identifier": "21.T1/data.12"},
    ]


def test_what_was_withdrawn_resolves_and_is_not_found() -> None:
    record = cstr_metadata(replace(PUBLICATION, withdrawn=WITHDRAWAL, files=()))
    assert record["cstr_state"] == "1"
    assert record["share_method"]["range"] == "1"


@pytest.mark.parametrize(("status", "shared"), [("open", "2"), ("embargoed", "1"), ("restricted", "1")])
def test_only_open_data_are_shared_without_condition(status: str, shared: str) -> None:
    assert cstr_metadata(replace(PUBLICATION, access_status=status))["share_method"]["range"] == shared


@pytest.mark.parametrize(("kind", "told"), [("dataset", "1"), ("video", "2"), ("audio", "3"), ("software", "1")])
def test_video_and_audio_are_told_from_datasets(kind: str, told: str) -> None:
    assert cstr_metadata(publication(resource_type={"id": kind}))["type"] == told


def test_the_resource_type_is_that_of_the_identifier() -> None:
    assert cstr_metadata(replace(PUBLICATION, cstr="32003.36.ChinaXiv.201604.00018.V2"))["resource_type"] == "36"
    unregistered = cstr_metadata(replace(PUBLICATION, cstr=None))
    assert unregistered["resource_type"] == "11"
    assert "identifier" not in unregistered


@pytest.mark.parametrize(
    ("subject_id", "code"),
    [
        ("http://www.oecd.org/science/inno/38235147.pdf?1.6", {"standard_oecd": "1.6"}),
        ("oecd:1.5", {"standard_oecd": "1.5"}),
        ("GB/T 13745:170.15", {"standard_gbt": "170.15"}),
        ("gbt13745-2009/4203520", {"standard_gbt": "4203520"}),
    ],
)
def test_subjects_out_of_the_two_standards_give_their_codes(subject_id: str, code: dict[str, str]) -> None:
    assert cstr_metadata(publication(subjects=[{"id": subject_id, "subject": "x"}]))["subjects"] == [code]


def test_a_description_that_says_little_gives_a_record_without_empty_members() -> None:
    sparse = replace(
        PUBLICATION,
        description=description(
            **dict.fromkeys(
                ("contributors", "description", "additional_descriptions", "subjects", "rights", "funding", "copyright")
            ),
            version=None,
            identifiers=None,
        ),
        doi=None,
    )
    record = cstr_metadata(sparse)
    assert record["version"] == "V2"
    assert not {"contributors", "descriptions", "keywords", "rights", "funders", "alternative_identifiers"} & set(
        record
    )
    assert all(value not in (None, "", [], {}) for value in record.values())
    assert fault_of(record, PREFIXES) == ""


@given(st.text(st.characters(exclude_categories=())) | st.just("<script>‮\x00\ud800" + "x" * 65_536))
def test_no_text_makes_a_record_that_cannot_be_written(text: str) -> None:
    hostile = replace(PUBLICATION, description=replace(PUBLICATION.description, title=f"a{text}", version=text))
    written = json.dumps(cstr_metadata(hostile), ensure_ascii=False).encode("utf-8")
    assert json.loads(written)["titles"][0]["name"]
    assert b"\\u0000" not in written
