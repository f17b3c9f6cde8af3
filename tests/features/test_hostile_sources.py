"""Descriptions that are made to cost, to lie or to break: they are read in bounds, or refused in words."""

import json
from collections.abc import Callable
from itertools import pairwise

import pytest

from repository.crosswalks.source_fields import LONGEST_TOLD, MOST_TOLD, Unreadable
from repository.crosswalks.source_formats import SourceFormat, read_bytes
from repository.crosswalks.source_texts import MOST_BYTES
from tests.conftest import Caller
from tests.features.crosswalk_steps import left, people, read

LAUGHS = "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in pairwise("abcdefgh"))
HEAD = '<resource xmlns="http://datacite.org/schema/kernel-4"><titles><title>'
TAIL = "</title></titles></resource>"
MANY = 100_000


@pytest.mark.parametrize(
    "text",
    [
        f'<!DOCTYPE resource [<!ENTITY a "ha">{LAUGHS}]>{HEAD}&h;{TAIL}',
        f'<!DOCTYPE resource [<!ENTITY a SYSTEM "file:///etc/passwd">]>{HEAD}&a;{TAIL}',
        f'<!DOCTYPE resource SYSTEM "http://127.0.0.1:1/evil.dtd">{HEAD}x{TAIL}',
        f'<!DOCTYPE resource [<!ENTITY % p SYSTEM "http://127.0.0.1:1/p"> %p;]>{HEAD}x{TAIL}',
        HEAD + "<a>" * 100_000,
        f"{HEAD}&unknown;{TAIL}",
        "<resource>" + "x" * 100,
        "{" * MANY,
        "[" * MANY + "]" * MANY,
        '{"@graph": ' + "[" * 100 + "]" * 100 + "}",
        '{"titles": [{"title": NaN}], "creators": []}',
        "@misc{a, title = " + "{" * MANY + "}" * MANY + "}",
        "@misc{a, title = {" + "\\'e" * MANY + "}}",
        "@string{s0 = {"
        + "x" * 1000
        + "}}"
        + "".join(f"@string{{s{n} = s{n - 1} # s{n - 1}}}" for n in range(1, 40))
        + "@misc{a, title = s39}",
        "cff-version: 1.2.0\ntitle: &a [" + ", ".join(["*a"] * 100) + "]",
        "cff-version: 1.2.0\ntitle: !!python/object/apply:os.system [id]",
        "TY  - DATA\n" + "KW  - a\n" * 60_000,
        "@",
        "\ufffe\uffff",
        "x" * 1000,
    ],
    ids=range(20),
)
def test_what_costs_too_much_or_is_nothing_is_refused(text: str) -> None:
    with pytest.raises(Unreadable):
        read_bytes(text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(
    "write",
    [
        lambda name: f"@misc{{a, author = {{{name}}}}}",
        lambda name: f"TY  - DATA\nAU  - {name}\nER  - \n",
        lambda name: f"cff-version: 1.2.0\ntitle: T\nauthors: [{{name: {name}}}]",
        lambda name: json.dumps({"titles": [{"title": "T"}], "creators": [{"name": name}]}),
        lambda name: (
            f"{HEAD}T</title></titles><creators><creator><creatorName>{name}</creatorName></creator></creators></resource>"
        ),
        lambda name: json.dumps({"DOI": "10.5072/x", "author": [{"family": name}]}),
    ],
    ids=["bibtex", "ris", "cff", "datacite-json", "datacite-xml", "csl"],
)
def test_a_name_of_nearly_a_mebibyte_is_kept_with_its_fault(author: Caller, write: Callable[[str], str]) -> None:
    name = "x" * (MOST_BYTES - 1000)
    reply = author.post("/api/records", data=write(name), headers={"Content-Type": "text/plain"})
    assert reply.status_code == 201, reply.text[:300]
    draft = reply.get_json()
    assert [error["field"] for error in draft["errors"] if error["field"].startswith("metadata.creators.0")]
    assert json.dumps(draft["metadata"]["creators"]).count("x") >= len(name)


def test_ten_thousand_authors_are_read() -> None:
    names = " and ".join(f"Name{n}, A." for n in range(10_000))
    assert len(people(read(f"@misc{{a, author = {{{names}}}}}"))) == 10_000


def test_what_is_not_taken_is_told_in_bounds() -> None:
    document = {"titles": [{"title": "T"}], "creators": [], **{f"own{n}": "v" * 9_000 for n in range(100)}}
    described = read(json.dumps(document))
    assert len(left(described)) == 100
    assert all(len(lost.value) <= LONGEST_TOLD for lost in described.not_taken)
    many = {"titles": [{"title": "T"}], "creators": [], **{f"own{n}": 1 for n in range(5_000)}}
    described = read(json.dumps(many))
    assert len(described.not_taken) == MOST_TOLD + 1
    assert described.not_taken[-1].value == str(5_000 - MOST_TOLD), "the rest is counted"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "gbk"]
)
def test_letters_of_every_encoding_in_use_are_read(encoding: str) -> None:
    text = "TY  - DATA\r\nTI  - 青藏高原冻土温度观测数据集\r\nAU  - 李伟\r\nKW  - 冻土\r\nER  - \r\n"
    described = read(text.encode(encoding))
    assert described.metadata["title"] == "青藏高原冻土温度观测数据集"
    assert people(described) == ["李|伟"]


def test_western_letters_of_old_files_are_read() -> None:
    assert people(read("TY  - DATA\nAU  - Müller, Änne\nER  - \n".encode("windows-1252"))) == ["Müller|Änne"]


@pytest.mark.parametrize("encoding", ["utf-16", "gb18030", "iso-8859-1"])
def test_xml_is_read_as_it_declares_itself(encoding: str) -> None:
    title = "Änne" if encoding == "iso-8859-1" else "冻土"
    text = f'<?xml version="1.0" encoding="{encoding}"?>{HEAD}{title}{TAIL}'
    assert read(text.encode(encoding)).metadata["title"] == title


@pytest.mark.parametrize("name", ["rot13", "zlib", "idna", "unicode_escape", "no-such", "x" * 30])
def test_a_declared_encoding_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(Unreadable):
        read(f'<?xml version="1.0" encoding="{name}"?>{HEAD}é{TAIL}'.encode())


@pytest.mark.parametrize(
    "content", [b"", b" \n", b"\x00" * 100, b"\xff\xfe\x00", bytes(range(256)), b"PK\x03\x04" + b"\x00" * 40]
)
def test_bytes_that_are_no_text_are_refused(content: bytes) -> None:
    with pytest.raises(Unreadable):
        read_bytes(content)


@pytest.mark.parametrize("form", list(SourceFormat))
@pytest.mark.parametrize(
    "text",
    ["{}", "[]", "null", "1", '"x"', "[[]]", "<a/>", "@misc{", "TY", "cff-version: 1", "a: [", "\\", "{" * 30, "😀"],
)
def test_every_reader_answers_every_text(form: SourceFormat, text: str) -> None:
    """Whatever a sender calls it: a description or a sentence, never another error."""
    assert answered(text, form)


def answered(text: str, form: SourceFormat) -> bool:
    try:
        return read_bytes(text.encode(), form)[0] is form
    except Unreadable as error:
        return str(error).endswith(".") or ":" in str(error)


MEMBERS = """
title titles creators creator author authors contributors publisher dates subjects keywords
rightsList license descriptions geoLocations fundingReferences funding funder relatedIdentifiers
identifiers alternateIdentifiers issued abstract relation names person spatialCoverage
temporalCoverage citation identifier types language inLanguage version sizes alternateName
measurementTechnique rights funders contact references relatedItems
"""
WRONG: list[object] = [None, 1, "x", [], [1], ["x"], {}, {"x": {}}, [[]], [None], {"@value": []}, [{"name": []}], True]


@pytest.mark.parametrize("form", [f for f in SourceFormat if f not in ("bibtex", "ris", "datacite-xml")])
@pytest.mark.parametrize("value", WRONG, ids=repr)
def test_members_of_unexpected_kinds_break_no_reader(form: SourceFormat, value: object) -> None:
    document: dict[str, object] = dict.fromkeys(MEMBERS.split(), value)
    if form is SourceFormat.CFF:
        document |= {"cff-version": "1.2.0", "title": "T"}
    if form in (SourceFormat.CRATE, SourceFormat.SCHEMA_ORG):
        root = {"@id": "./", "name": "T", **document}
        about = {"@id": "ro-crate-metadata.json", "about": {"@id": "./"}}
        document = {"@graph": [about, root]} if form is SourceFormat.CRATE else root
    assert isinstance(read_bytes(json.dumps(document).encode(), form)[1].metadata, dict)
