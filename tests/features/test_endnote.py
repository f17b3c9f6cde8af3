"""EndNote's tagged form: what EndNote takes apart stays together, and no text adds a tag."""

import re
from dataclasses import replace
from datetime import date

import pytest

from repository.dataset.description import Publication
from repository.dataset.formats.citation.endnote import endnote
from tests.features.hostile import hostile
from tests.features.samples import PUBLICATION, publication

WHOLE = """\
%0 Dataset
%T Strong-motion records of the 2022 Luding earthquake
%Q 2022年泸定地震强震动记录
%A Smith, John A.
%A 李伟
%A Institute of Geology & Geophysics,
%D 2024
%8 2024-03-05
%[ 2025-03-23
%I Science Data Bank
%~ Test Repository
%7 V2
%R 10.5072/data.12
%M CSTR:99999.11.data.12
%U https://doi.org/10.5072/data.12
%K 强震动
%K http://example.org/seismology
%X Records of three components & more. Second.
%G en, zh

"""


def tags(of: Publication) -> list[str]:
    return [line[:2] for line in endnote(of).split("\r\n") if line]


def test_a_whole_reference_reads_in_endnote() -> None:
    assert endnote(PUBLICATION, date(2025, 3, 23)) == WHOLE.replace("\n", "\r\n")


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Institute of Geology", "Institute of Geology,"),
        ("Academy of Sciences, Beijing", "Academy of Sciences,, Beijing"),
    ],
)
def test_the_name_of_an_organisation_is_not_taken_apart(name: str, written: str) -> None:
    creator = {"person_or_org": {"type": "organizational", "name": name}}
    assert f"%A {written}\r\n" in endnote(publication(creators=[creator]))


@pytest.mark.parametrize(
    ("kind", "name"), [("software", "Computer Program"), ("publication-book", "Book"), ("event", "Generic")]
)
def test_each_kind_has_its_type_of_reference(kind: str, name: str) -> None:
    assert endnote(publication(resource_type={"id": kind})).startswith(f"%0 {name}\r\n")


def test_what_is_not_said_has_no_tag() -> None:
    bare = replace(
        publication(version=None, subjects=None, description=None, publication_date=None), doi=None, cstr=None
    )
    assert not {"%7", "%K", "%X", "%D", "%8", "%R", "%M", "%["} & set(tags(bare))
    assert "%U https://repository.test/records/12" in endnote(bare)


def test_no_hostile_text_adds_a_tag() -> None:
    text = endnote(hostile())
    assert text.encode("utf-8")
    assert tags(hostile()) == tags(PUBLICATION)
    assert all(re.match(r"%[0-9A-Z~\[] \S", line) for line in text.split("\r\n") if line)
