"""CSTR: the identifiers that are in use are read, and what only looks like one is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repository.dataset import cstr

IN_USE = [
    "31253.11.sciencedb.j00001.00123",
    "32003.36.ChinaXiv.201604.00018.V2",
    "35001.37.01.33142.20220037",
    "16389.09.A08V-0001",
    "32002.14.jfdc.CN10-1649/TP.2025.04.011",
    "A0006.11.A0001.202006.001024",
]

locals_ = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x9FFF, exclude_categories=["C", "Z"]),
    min_size=1,
    max_size=40,
)


@pytest.mark.parametrize("bare", IN_USE)
def test_an_identifier_found_in_publications_is_read_and_kept_as_minted(bare: str) -> None:
    read = cstr.parse(bare)
    assert read.bare == bare
    assert read.curie == f"CSTR:{bare}"
    assert (read.prefix, read.type_code) == (bare[:5], bare[6:8])


@pytest.mark.parametrize(
    "text",
    [
        "31253.11.sciencedb.01092",
        "CSTR:31253.11.sciencedb.01092",
        "cstr:31253.11.sciencedb.01092",
        " CSTR: 31253.11.sciencedb.01092\n",
        "CSTR：31253.11.sciencedb.01092",
        "https://cstr.cn/31253.11.sciencedb.01092",
        "https://www.cstr.cn/31253.11.sciencedb.01092",
        "http://cstr.cn/CSTR:31253.11.sciencedb.01092",
        "https://cstr.cn/31253.11.sciencedb.01092?lang=en#top",
        "https://identifiers.org/cstr:31253.11.sciencedb.01092",
        "https://identifiers.org/cstr/31253.11.sciencedb.01092",
        "https://bioregistry.io/cstr:31253.11.sciencedb.01092",
    ],
)
def test_every_way_of_writing_means_the_same_identifier(text: str) -> None:
    assert cstr.parse(text) == cstr.Cstr("31253", "11", "sciencedb.01092")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("CSTRnull", "prefix must be five"),
        ("CSTR:CSTR:31253.11.x", "repeats the mark"),
        ("https://cstr.cn/CSTR:CSTR:31253.11.x", "repeats the mark"),
        ("", "prefix must be five"),
        ("3125.11.x", "prefix must be five"),
        ("312533.11.x", "prefix must be five"),
        ("中文中文中.11.x", "prefix must be five"),
        ("31253.1.x", "two digits"),
        ("31253.１１.x", "two digits"),
        ("31253.11.", "local part is missing"),
        ("31253.11", "local part is missing"),
        ("31253.11.a b", "must not have blanks"),
        ("https://doi.org/31253.11.x", "prefix must be five"),
        ("10.5072/31253.11.x", "prefix must be five"),
    ],
)
def test_what_is_no_cstr_is_refused_with_its_reason(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        cstr.parse(text)


def test_case_makes_no_difference_to_which_resource_is_meant() -> None:
    shown = cstr.parse("CSTR:31253.11.SCIENCEDB.01092")
    minted = cstr.parse("31253.11.sciencedb.01092")
    assert shown.folded == minted.folded
    assert shown.bare != minted.bare


def test_the_address_is_encoded_and_keeps_slashes() -> None:
    assert cstr.parse("32002.14.jfdc/数据 ".strip()).url == ("https://cstr.cn/32002.14.jfdc/%E6%95%B0%E6%8D%AE")


@given(locals_)
def test_each_form_reads_back_as_the_same_identifier(local: str) -> None:
    minted = cstr.Cstr("99999", "11", local)
    assert cstr.parse(minted.bare) == minted
    assert cstr.parse(str(minted)) == minted
    assert cstr.parse(minted.url) == minted
