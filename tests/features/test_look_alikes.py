"""What looks like another identifier, name or number is refused with its field, wherever it can be sent."""

import unicodedata
from collections.abc import Callable

import pytest

from repository.access.access_terms import read_access_terms
from repository.core.clock import today
from repository.core.errors import Invalid
from repository.core.site import Site
from repository.dataset.schemes import SCHEMES, is_valid
from repository.dataset.unicode_forms import has_invisible, looks_alike
from repository.engines.services import Services
from repository.files.rules import fault_of_key
from repository.identifiers.rules import external_doi
from tests.conftest import Caller, Deposits

pytestmark = pytest.mark.slow

LIKE_NOTHING = (
    "\u200b",
    "\u200e",
    "\u202e",
    "\u2066",
    "\ufeff",
    "\u00ad",
    "\u2060",
    "\u034f",
    "\u3164",
    "\ufe0f",
    "\u200d",
)
IDENTIFIERS = {
    "doi": "10.5072/abc.1",
    "cstr": "31253.11.sciencedb.01092",
    "orcid": "0000-0002-1825-0097",
    "ror": "05dxps055",
    "isbn": "978-0-306-40615-7",
    "handle": "20.500.12345/abc1",
}


def in_full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdecimal() else c for c in text)


def in_arabic(text: str) -> str:
    return "".join(chr(0x660 + int(c)) if c.isdecimal() else c for c in text)


def last_in_full_width(text: str) -> str:
    """One digit of another script at the end, where a pattern may be lax."""
    at = max(place for place, c in enumerate(text) if c.isdecimal())
    return text[:at] + in_full_width(text[at]) + text[at + 1 :]


@pytest.mark.parametrize("scheme", IDENTIFIERS)
@pytest.mark.parametrize("write", [in_full_width, in_arabic, last_in_full_width])
def test_digits_of_other_scripts_make_no_identifier(scheme: str, write: Callable[[str], str]) -> None:
    plain = IDENTIFIERS[scheme]
    assert is_valid(scheme, plain)
    assert not is_valid(scheme, write(plain))


@pytest.mark.parametrize("scheme", sorted(SCHEMES.keys() - {"other", "url"}))
@pytest.mark.parametrize("unseen", LIKE_NOTHING)
def test_what_nobody_sees_is_in_no_identifier(scheme: str, unseen: str) -> None:
    example = SCHEMES[scheme].example
    middle = len(example) - 2
    assert not is_valid(scheme, example[:middle] + unseen + example[middle:])
    assert is_valid(scheme, example)


def test_identifiers_in_chinese_are_identifiers() -> None:
    assert is_valid("doi", "10.5072/数据集.1")
    assert is_valid("cstr", "31253.11.数据.1")
    assert is_valid("url", "https://example.org/１")


@pytest.mark.parametrize(
    "value", ["10.５072/abc", "10.5072/abc\u200b1", "10.5072/ａｂｃ", "10.5072/e\u0301", "10.5072/١"]
)
def test_a_doi_from_elsewhere_that_looks_like_another_is_refused(services: Services, value: str) -> None:
    site: Site = services.site
    assert external_doi(site, "10.1234/abc") == "10.1234/abc"
    with pytest.raises(Invalid) as refused:
        external_doi(site, value.replace("5072", "1234"))
    assert {error.field for error in refused.value.errors} == {"pids.doi"}


@pytest.mark.parametrize(
    "name", ["gpj.exe\u202etxt", "a\u200b.csv", "\ufeffa.csv", "a\u200d.csv", "a.csv\u200f", "a\u2028.csv", "\u3164"]
)
def test_a_file_name_with_something_unseen_is_refused(name: str) -> None:
    assert fault_of_key(name)


@pytest.mark.parametrize(
    "name", ["می‌خواهم.csv", "ශ්‍රී.csv", "👩‍🔬❤️‍🔥.png", "葛\U000e0100城.csv", "数据１.csv", "naïve.csv"]
)
def test_a_file_name_as_people_write_it_is_taken(name: str) -> None:
    assert fault_of_key(name) is None


def test_a_row_of_marks_is_in_no_file_name() -> None:
    assert fault_of_key("a" + "\u0301" * 31 + ".csv")
    assert fault_of_key("a" + "\u0301" * 30 + ".csv") is None


def test_every_format_character_is_invisible_but_for_those_that_are_signs() -> None:
    signs = {*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x13430, 0x1343F)}
    joiners = {0x200C, 0x200D}
    for point in range(0x110000):
        if unicodedata.category(chr(point)) in ("Cf", "Zl", "Zp") and point not in signs | joiners:
            assert has_invisible(f"数{chr(point)}数"), hex(point)
            assert looks_alike(f"数{chr(point)}数"), hex(point)


@pytest.mark.parametrize("number", ["１", "１２", "1.0", "1e1", "1.5", "true", " 1", "1_0", "+1", "٣"])
@pytest.mark.parametrize("name", ["page", "size"])
def test_a_number_in_an_address_has_ascii_digits_alone(anyone: Caller, name: str, number: str) -> None:
    for path in ("/api/records", "/api/vocabularies/languages"):
        refused = anyone.get(path, query_string={name: number})
        assert refused.status_code == 400, path
        assert [error["field"] for error in refused.get_json()["errors"]] == [name]
    assert anyone.get("/api/records", query_string={name: "1"}).status_code == 200


def test_an_address_with_other_digits_leads_nowhere(anyone: Caller, deposits: Deposits) -> None:
    record = deposits.published()["id"]
    other = in_full_width(record)
    for path in (f"/api/records/{other}", f"/records/{other}", f"/api/records/{other}/files", "/sitemap-１.xml"):
        assert anyone.get(path).status_code == 404, path
    assert anyone.get(f"/api/records/{record}").status_code == 200


@pytest.mark.parametrize("days", [1.5, 1.0, 1e3, True, "1.5", "１", [1]])
def test_a_token_lives_for_whole_days(author: Caller, days: object) -> None:
    refused = author.post("/api/user/tokens", json={"name": "x", "days": days})
    assert refused.status_code == 400
    assert refused.get_json()["errors"] == [
        {"field": "days", "messages": ["Not a valid integer."], "code": "not_an_integer"}
    ]


@pytest.mark.parametrize("size", [1.5, 2.0, True, "2"])
def test_a_file_has_a_whole_number_of_bytes(author: Caller, deposits: Deposits, size: object) -> None:
    refused = author.post(f"/api/records/{deposits.open()['id']}/draft/files", json=[{"key": "a", "size": size}])
    assert refused.status_code == 400
    assert [error["field"] for error in refused.get_json()["errors"]] == ["0.size"]


@pytest.mark.parametrize(
    "until", ["2999-W01-1", "2999-01-01T12:00:00", "2999-01-01.5", "２999-01-01", "2999-1-1", 1.5, True, 29990101]
)
def test_an_embargo_ends_on_a_day(until: object) -> None:
    raw = {"record": "public", "files": "restricted", "embargo": {"active": True, "until": until}}
    terms, faults = read_access_terms(raw, today())
    assert terms.embargo_until is None
    assert [fault.field for fault in faults] == ["access.embargo.until"]
