"""Every reason of an error has a code, which programs may rely on for ever."""

import re
import tomllib
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from repository.core import errors
from repository.core.errors import FieldError
from repository.faces.reasons import in_words
from repository.faces.reasons.in_words import CODES, OTHER, code_of, translated_fault
from tests.conftest import Caller
from tests.features.steps import Json
from tests.features.test_reasons_in_words import FAULTY, broken_json, of_marshmallow
from tests.support.written_reasons import written_reasons

CODES_FILE = Path(in_words.__file__).parent / "codes.toml"
RELEASED = Path(__file__).parent / "golden" / "released_error_codes.toml"
CHINESE = {"Accept-Language": "zh-CN"}


def released() -> dict[str, str]:
    return tomllib.loads(RELEASED.read_text("utf-8"))


def rows() -> set[str]:
    return set(chain.from_iterable(in_words._TABLES))


def test_each_row_of_the_tables_has_a_code_of_its_own() -> None:
    """A reason without a code needs a line in codes.toml; a code without a reason has lost its translation."""
    sentences = list(CODES.values())

    assert sorted(rows() - set(sentences)) == []
    assert sorted(set(sentences) - rows()) == []
    assert len(set(sentences)) == len(sentences), "one sentence has one code"
    assert len(sentences) > 600


def test_codes_are_short_words_in_lower_case() -> None:
    odd = [code for code in CODES if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", code) or len(code) > 50]

    assert odd == []
    assert OTHER not in CODES


def test_a_code_that_was_released_means_the_same_for_ever() -> None:
    """A reworded sentence keeps its code: change it here too. A code is never renamed, and never taken away."""
    assert {code: CODES.get(code) for code in released()} == released()


def test_a_code_that_lies_twice_in_the_file_is_refused() -> None:
    text = CODES_FILE.read_text("utf-8")

    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text + '\nnot_a_date = "Something else."\n')


def test_every_reason_that_the_source_can_give_has_a_code() -> None:
    reasons = [reason.example() for reason in written_reasons()]
    assert len(reasons) > 300

    assert [reason for reason in reasons if code_of(reason) == OTHER] == []


def test_every_reason_of_the_libraries_has_a_code() -> None:
    of_values = [text.replace("{obj_type}", "datetime").replace("{input}", "x") for text in of_marshmallow()]

    assert [text for text in [*of_values, *broken_json()] if code_of(text) == OTHER] == []
    assert {code_of(text) for text in broken_json()} == {"json_fault_at_place"}


@pytest.mark.parametrize("kind", errors.RepositoryError.__subclasses__())
def test_a_code_that_an_error_has_by_itself_is_that_of_its_reason(kind: type[errors.RepositoryError]) -> None:
    assert code_of(kind.default) != OTHER
    if kind.code and kind.default != errors.RepositoryError.default:
        assert kind.code == code_of(kind.default)


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("Not a valid date.", "not_a_date"),
        ("Invalid value zzz.", "unknown_term"),
        ("Must be one of: a, b.", "not_one_of"),
        ("Too many calls of this kind. Please go on in 3 seconds.", "too_many_calls"),
        ("Invalid orcid identifier. Its check digit should be X.", "invalid_identifier_with_reason"),
        ("'files'", "member_missing"),
        ("it", OTHER),
        ("", OTHER),
        ("x" * (in_words.LONGEST + 1), OTHER),
    ],
)
def test_a_code_does_not_depend_on_what_stands_in_the_places(reason: str, code: str) -> None:
    assert code_of(reason) == code


def test_a_fault_has_the_code_of_its_first_message_and_those_of_all_if_there_are_more() -> None:
    one = translated_fault(FieldError.of("a", "Unknown field."), "zh").as_json()
    two = translated_fault(FieldError.of("a", "Unknown field.", "Not a valid date."), "en").as_json()

    assert one == {"field": "a", "messages": ["未知的字段。"], "code": "unknown_field"}
    assert (two["code"], two["codes"]) == ("unknown_field", ["unknown_field", "not_a_date"])
    assert FieldError.from_json(two).as_json() == {"field": "a", "messages": two["messages"]}, "stored without codes"


def told(body: Json) -> list[Any]:
    return [body.get("code"), *((fault["field"], fault.get("code")) for fault in body["errors"])]


def test_the_same_refusal_has_the_same_codes_in_both_languages(anyone: Caller) -> None:
    path = "/api/records?size=-1&page=x&sort=odd"
    english, chinese = anyone.get(path).get_json(), anyone.get(path, headers=CHINESE).get_json()

    assert english["message"] != chinese["message"]
    assert told(english) == told(chinese)
    assert told(english)[0] == "validation_error"
    assert {code for _, code in told(english)[1:]} <= {"out_of_bounds", "not_an_integer", "invalid_sort_option"}


def test_the_faults_of_a_draft_have_codes(author: Caller) -> None:
    draft = author.post("/api/records", json=FAULTY, headers=CHINESE).get_json()

    codes = {fault["field"]: fault["code"] for fault in draft["errors"]}
    assert codes["metadata.publication_date"] == "not_an_edtf_date"
    assert codes["metadata.strange"] == "unknown_field"
    assert codes["metadata.creators.0.person_or_org.family_name"] == "family_name_blank"
    assert OTHER not in codes.values()


def test_what_leads_nowhere_and_what_is_refused_has_a_code(anyone: Caller, author: Caller) -> None:
    def code(reply: Any) -> str:
        return str(reply.get_json()["code"])

    assert code(anyone.get("/api/nothing")) == "not_found"
    assert code(anyone.get("/api/records/987654")) == "pid_does_not_exist"
    assert code(anyone.post("/api/records", json={})) == "permission_denied"
    assert code(author.patch("/api/records", json={})) == "method_not_allowed"
    assert code(author.post("/api/records", data="{", headers={"Content-Type": "application/json"})) in CODES
