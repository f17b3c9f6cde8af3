"""Whoever reads Chinese is told in Chinese what is wrong: every reason that the source can give is known."""

import re
from collections.abc import Iterator
from inspect import isclass
from typing import Any

import orjson
import pytest
from marshmallow import Schema, fields, validate
from werkzeug.exceptions import default_exceptions

from repository.core import errors
from repository.core.errors import FieldError
from repository.core.web.problems import ProblemDetails
from repository.faces.reasons import in_words
from repository.faces.reasons.in_words import in_chinese, translated, translated_fault
from tests.conftest import Caller, Deposits
from tests.features.pages import Page
from tests.support.written_reasons import FOR_NO_READER, ROOT, WrittenReason, reasons_in, written_reasons

pytestmark = pytest.mark.slow
CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9"}
JSON_FAULT = r"JSON 有误：第 \d+ 行第 \d+ 列（第 \d+ 个字符处）。"
_HAN = re.compile("[\u4e00-\u9fff]")


def is_chinese(reason: str | None) -> bool:
    return reason is not None and _HAN.search(reason) is not None


def of_marshmallow() -> Iterator[str]:
    """What the library says of values of any kind."""
    kinds = [kind for kind in vars(fields).values() if isclass(kind) and issubclass(kind, fields.Field)]
    tables: list[dict[str, str]] = [kind.default_error_messages for kind in kinds] + [
        Schema(unknown="raise").error_messages
    ]
    yield from (message for table in tables for message in table.values())
    for rule in (kind for kind in vars(validate).values() if isclass(kind)):
        texts = [text for name, text in vars(rule).items() if "message" in name and isinstance(text, str)]
        yield from (text for text in texts if text.endswith(".") and "_op}" not in text)
    for bounds in ({"min": 1}, {"max": 2}, {"min": 1, "max": 2}):
        for inclusive in (True, False):
            limits: Any = {**bounds, "min_inclusive": inclusive, "max_inclusive": inclusive}
            rule = validate.Range(**limits)
            message = (
                rule.message_all if len(bounds) == 2 else rule.message_min if "min" in bounds else rule.message_max
            )
            yield message.format(min=1, max=2)


def broken_json() -> Iterator[str]:
    for text in (
        "{",
        '{"a":}',
        "[1,]",
        "NaN",
        "{} x",
        '{"a" 1}',
        "{a:1}",
        "[1 2]",
        "01",
        '"\\x"',
        '"\\ud800"',
        "[" * 2000,
    ):
        with pytest.raises(orjson.JSONDecodeError) as refused:
            orjson.loads(text)
        yield str(refused.value)


def test_every_reason_in_the_source_is_known_in_chinese() -> None:
    reasons = list(written_reasons())
    assert len(reasons) > 300  # a walk that finds nothing proves nothing

    unknown = [f"{reason.place}: {reason.text}" for reason in reasons if not is_chinese(in_chinese(reason.example()))]

    assert unknown == []


def test_what_stands_in_the_places_of_a_reason_is_kept_in_order_or_by_name() -> None:
    """A reason with one place keeps what stands there; a translation that drops it says less than the original."""
    single = [reason for reason in written_reasons() if reason.text.count("{}") == 1]
    assert len(single) > 50

    lost = [reason for reason in single if "⟨0⟩" not in (in_chinese(reason.example()) or "")]

    assert lost == []


def test_the_walk_reads_sentences_and_what_errors_are_given() -> None:
    source = (
        '"""Docstring here."""\nA = "A reason here."\nraise Invalid.field("a", f"no {a} here", "B c" if a else "D e")\n'
    )
    assert [reason.text for reason in reasons_in(source, "a.py")] == ["A reason here.", "no {} here", "B c", "D e"]
    assert not list(reasons_in('log("x y", description="It is described.")', "a.py"))
    assert WrittenReason("a.py:1", "no {} in {}").example() == "no ⟨0⟩ in ⟨1⟩"


@pytest.mark.parametrize("place", FOR_NO_READER)
def test_what_the_walk_leaves_out_is_there(place: str) -> None:
    assert (ROOT / place).exists()


def test_every_reason_of_the_libraries_is_known_in_chinese() -> None:
    reasons = [*of_marshmallow(), *(str(error.description) for error in default_exceptions.values())]
    assert len(reasons) > 80

    filled = [reason.replace("{obj_type}", "datetime").replace("{input}", "x") for reason in reasons]
    assert [reason for reason in filled if not is_chinese(in_chinese(reason))] == []


def test_every_fault_of_json_is_told_by_its_place() -> None:
    faults = list(broken_json())

    assert [fault for fault in faults if not re.fullmatch(JSON_FAULT, in_chinese(fault) or "")] == []


@pytest.mark.parametrize("kind", errors.RepositoryError.__subclasses__())
def test_the_reason_that_an_error_has_by_itself_is_known_in_chinese(kind: type[errors.RepositoryError]) -> None:
    assert is_chinese(in_chinese(kind.default))


def test_a_program_that_wants_chinese_gets_its_errors_so(anyone: Caller, author: Caller) -> None:
    reply = anyone.get("/api/records?size=-1&sort=odd&q=(a", headers=CHINESE)

    assert reply.headers["Content-Language"] == "zh"
    assert "Accept-Language" in reply.headers["Vary"]
    body = reply.get_json()
    reasons = [body["message"], *(message for fault in body["errors"] for message in fault["messages"])]
    assert all(map(is_chinese, reasons)), reasons
    assert is_chinese(author.post("/api/records", data="{", headers=CHINESE).get_json()["errors"][0]["messages"][0])
    assert anyone.get("/api/records/987654", headers=CHINESE).get_json()["message"] == "该标识符不存在。"
    assert anyone.get("/records/987654?lang=zh&format=bibtex").get_json()["message"] == "该标识符不存在。"


def test_a_program_that_names_no_language_gets_english(anyone: Caller) -> None:
    for headers in ({}, {"Accept-Language": "fr"}, {"Accept-Language": "en, zh;q=0.5"}, {"Accept-Language": "*"}):
        reply = anyone.get("/api/records/987654", headers=headers)
        assert reply.headers["Content-Language"] == "en"
        assert reply.get_json()["message"] == "The persistent identifier does not exist."


FAULTY = {
    "metadata": {
        "title": "T",
        "resource_type": {"id": "nonsense"},
        "publication_date": "never",
        "creators": [{"person_or_org": {"type": "personal", "given_name": "X"}}],
        "related_identifiers": [{"identifier": "0000-0002-1825-0098", "scheme": "orcid"}],
        "strange": 1,
    }
}


def test_the_faults_of_a_draft_are_told_in_the_readers_language(author: Caller) -> None:
    draft = author.post("/api/records", json=FAULTY, headers=CHINESE).get_json()

    reasons = [message for fault in draft["errors"] for message in fault["messages"]]
    assert len(reasons) > 5
    assert all(map(is_chinese, reasons)), reasons
    english = author.get(f"/api/records/{draft['id']}/draft").get_json()["errors"]
    assert not any(is_chinese(message) for fault in english for message in fault["messages"])
    assert [fault["field"] for fault in english] == [fault["field"] for fault in draft["errors"]]
    listed = author.get("/api/user/records", headers=CHINESE)
    if listed.get_json()["hits"]["hits"]:
        assert listed.headers["Vary"] == "Accept, Accept-Language, Authorization"


def test_the_page_of_a_draft_tells_its_faults_in_the_readers_language(author: Caller) -> None:
    draft = author.post("/api/records", json=FAULTY).get_json()

    chinese = Page(author.get(f"/uploads/{draft['id']}?lang=zh", headers={"Accept": "text/html"}).text)
    english = Page(author.get(f"/uploads/{draft['id']}?lang=en", headers={"Accept": "text/html"}).text)

    assert not [detail for detail in chinese.each("dd") if detail.get("lang") == "en"]
    assert "姓不能为空。" in chinese.text
    assert "Family name cannot be blank." in english.text


def test_a_draft_that_cannot_be_published_says_so_in_chinese(author: Caller, deposits: Deposits) -> None:
    draft = author.post("/api/records", json={"metadata": {}}).get_json()

    reply = author.post(f"/api/records/{draft['id']}/draft/actions/publish", headers=CHINESE)

    assert reply.status_code == 400
    assert all(is_chinese(message) for fault in reply.get_json()["errors"] for message in fault["messages"])


def test_a_reason_of_an_unknown_kind_or_of_great_length_stays_as_it_is() -> None:
    assert translated("Something odd", "zh") == "Something odd"
    assert translated("Permission denied.", "en") == "Permission denied."
    long = f"Invalid value {'x' * in_words.LONGEST}."
    assert translated(long, "zh") == long
    fault = FieldError.of("a", "Unknown field.").keeping({"a": 1})
    assert translated_fault(fault, "zh") == FieldError("a", ("未知的字段。",), sent={"a": 1}, codes=("unknown_field",))


def test_braces_and_patterns_in_what_was_sent_are_only_text() -> None:
    assert in_chinese("Invalid value {reason}(.*)\\1.") == "无效的值：{reason}(.*)\\1。"
    assert in_chinese("Syntax error at position 3: ] or } was expected to close the range.") == (
        "第 3 个字符处语法有误：应以 ] 或 } 结束范围。"
    )
    assert ProblemDetails(400, "x").details == ()
