"""JATS: a reference to data as JATS4R wants it, well-formed whatever the texts."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from repository.dataset.description import Publication
from repository.dataset.formats.citation.jats import jats
from tests.features.hostile import hostile
from tests.features.samples import PUBLICATION, person, publication

HREF = "{http://www.w3.org/1999/xlink}href"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"


_LI = person("Li", "Wei")
_LI["person_or_org"]["alternate_names"] = [{"lang": "zho", "name": "李, 伟", "family_name": "李", "given_name": "伟"}]
NAMED_TWICE = publication(creators=[_LI])


def parsed(of: Publication) -> etree._Element:
    return etree.fromstring(jats(of))


def test_a_reference_has_the_elements_that_jats4r_asks_for() -> None:
    root = parsed(PUBLICATION)
    assert root.tag == "mixed-citation"
    assert root.get("publication-type") == "data"
    assert [each.tag for each in root] == [
        "person-group", "person-group", "data-title", "trans-title", "version", "source", "year", "pub-id", "pub-id",
    ]  # fmt: skip
    assert root.findtext("data-title") == PUBLICATION.description.title
    assert root.findtext("source") == "Science Data Bank"
    assert (root.findtext("year"), root.find("year").get("iso-8601-date")) == ("2024", "2024-03-05")
    assert root.find("version").get("designator") == "V2"


def test_it_reads_as_a_reference_without_a_style() -> None:
    assert "".join(parsed(PUBLICATION).itertext()) == (
        "SmithJohn A., 李伟, Institute of Geology & Geophysics. Roe. Strong-motion records of the 2022 Luding "
        "earthquake 2022年泸定地震强震动记录. V2. Science Data Bank. 2024. 10.5072/data.12, CSTR:99999.11.data.12"
    )


def test_both_identifiers_say_who_assigned_them_and_lead_to_the_data() -> None:
    doi, cstr = parsed(PUBLICATION).findall("pub-id")
    assert doi.text == "10.5072/data.12"
    assert dict(doi.attrib) == {
        "pub-id-type": "doi",
        "assigning-authority": "datacite",
        HREF: "https://doi.org/10.5072/data.12",
    }
    assert cstr.text == "CSTR:99999.11.data.12"
    assert dict(cstr.attrib) == {
        "pub-id-type": "other",
        "assigning-authority": "cstr",
        HREF: "https://cstr.cn/99999.11.data.12",
    }


def test_every_element_and_attribute_is_one_of_jats_1_1() -> None:
    """ANSI/NISO Z39.96-2015: attributes of the elements used here; ``custom-type`` came with version 1.2."""
    known = {
        "mixed-citation": {"publication-type", LANG},
        "person-group": {"person-group-type"},
        "name": {"name-style", LANG},
        "name-alternatives": set(),
        "collab": {LANG},
        "surname": set(),
        "given-names": set(),
        "data-title": {LANG},
        "trans-title": {LANG},
        "version": {"designator"},
        "source": set(),
        "year": {"iso-8601-date"},
        "pub-id": {"pub-id-type", "assigning-authority", HREF},
        "ext-link": {"ext-link-type", HREF},
    }
    for of in (
        PUBLICATION,
        replace(PUBLICATION, doi=None, cstr=None),
        publication(creators=[person("김", "민준")]),
        NAMED_TWICE,
    ):
        for element in parsed(of).iter():
            assert set(element.attrib) <= known[element.tag]
            assert element.get("pub-id-type") in (None, "doi", "other")
            assert element.get("person-group-type") in (None, "author", "curator", "editor")


def test_without_an_identifier_the_page_is_linked() -> None:
    link = parsed(replace(PUBLICATION, doi=None, cstr=None)).find("ext-link")
    assert (link.get("ext-link-type"), link.get(HREF)) == ("uri", "https://repository.test/records/12")


def test_names_titles_and_the_whole_keep_their_languages() -> None:
    root = parsed(PUBLICATION)
    western, eastern = root.findall("person-group[@person-group-type='author']/name")
    assert (western.get("name-style"), western.get(LANG)) == ("western", None)
    assert (eastern.get("name-style"), eastern.get(LANG)) == ("eastern", "zh")
    assert [part.text for part in eastern] == ["李", "伟"]
    assert root.get(LANG) == "en"
    assert root.find("data-title").get(LANG) == "en"
    assert root.find("trans-title").get(LANG) == "zh"


def test_a_name_of_one_part_is_a_surname_and_an_organisation_a_collaboration() -> None:
    root = parsed(publication(creators=[person("Wu"), person("van der Berg", "Jan")]))
    assert [[part.tag for part in name] for name in root.iter("name")][:2] == [["surname"], ["surname", "given-names"]]
    assert parsed(PUBLICATION).findtext("person-group/collab") == "Institute of Geology & Geophysics"


def test_software_is_cited_as_software() -> None:
    assert parsed(publication(resource_type={"id": "software"})).get("publication-type") == "software"


@pytest.mark.parametrize(("day", "year", "whole"), [("2020/2022", "2020", "2020"), ("../2022-05", "2022", "2022-05")])
def test_an_interval_gives_a_year_of_four_digits(day: str, year: str, whole: str) -> None:
    found = parsed(publication(publication_date=day)).find("year")
    assert (found.text, found.get("iso-8601-date")) == (year, whole)


def test_what_is_not_said_has_no_element() -> None:
    bare = replace(publication(publication_date=None, creators=[], contributors=None), is_concept=True)
    assert {"year", "version", "person-group"} & {each.tag for each in parsed(bare)} == set()


def test_hostile_texts_stay_texts() -> None:
    root = parsed(hostile())
    assert [each.tag for each in root] == [each.tag for each in parsed(PUBLICATION)]
    assert root.find(".//script") is None
    assert "<script>" in root.findtext("data-title")
    assert jats(hostile()).encode("utf-8")


@given(st.text(), st.text(), st.text())
def test_whatever_the_texts_it_is_well_formed(title: str, version: str, family: str) -> None:
    root = parsed(publication(title=title, version=version, creators=[person(family, title)]))
    assert root.get("publication-type") == "data"
