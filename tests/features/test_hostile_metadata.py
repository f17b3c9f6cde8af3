"""No metadata is too strange, too deep or too long to be answered soon, and kept as it was sent."""

import html
import json
import math
import re
from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from repository.deposits.metadata.html_texts import CONTROL_CHARACTERS, TAGS, TOO_DEEP, TOO_MANY_TAGS, sanitise
from repository.deposits.metadata.inline_text import without_inline_markup
from repository.deposits.metadata.loading import MetadataSchema, load_metadata
from tests.features.samples import VOCABULARIES

pytestmark = pytest.mark.slow


def nested(levels: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (nested(10_000), "Nested too deeply."),
        ({"a": nested(100)}, "Nested too deeply."),
        (math.nan, "Number out of range."),
        ([math.inf], "Number out of range."),
        ({"a": -math.inf}, "Number out of range."),
        (10**400, "Number out of range."),
        (b"bytes", "Not a JSON value."),
        ({1: 2}, "Not a JSON value."),
    ],
)
@pytest.mark.parametrize("name", ["title", "locations", "creators", "unknown"])
def test_what_cannot_be_kept_is_left_out_and_reported(name: str, value: Any, message: str) -> None:
    loaded = load_metadata({name: value, "publisher": "CAS"}, VOCABULARIES)
    assert loaded.metadata == {"publisher": "CAS"}
    assert [(e.field, e.messages) for e in loaded.errors] == [(f"metadata.{name}", (message,))]


def test_broken_characters_are_replaced_where_they_are_reported() -> None:
    loaded = load_metadata({"title": "a\x00b\ud800c", "x\x00": ["\udfff"]}, VOCABULARIES)
    assert loaded.metadata == {"title": "a\ufffdb\ufffdc", "x\ufffd": ["\ufffd"]}
    assert {error.field for error in loaded.errors} == {"metadata.title", "metadata.x\ufffd"}


def test_a_huge_integer_becomes_the_nearest_number() -> None:
    assert load_metadata({"x": 10**30}, VOCABULARIES).metadata == {"x": 1e30}


TEXTS = st.text(max_size=20) | st.sampled_from(
    ["2020", "dataset", "personal", "10.5072/x", "<b>x", "<p>é&nbsp;</p>", "cites", "eng", "\r\n ", "Ice"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
KNOWN = st.sampled_from(
    [
        *MetadataSchema().fields,
        *("id", "person_or_org", "type", "name", "family_name", "role", "identifiers", "identifier"),
        *("scheme", "relation_type", "features", "geometry", "coordinates", "funder", "award", "date"),
        *("subject", "description", "title", "reference", "place", "link", "lang", "affiliations"),
    ]
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KNOWN | TEXTS, inner, max_size=5),
    max_leaves=25,
)


MEMBERS = st.sampled_from(list(MetadataSchema().fields)) | TEXTS


@given(JSON)
def test_any_json_is_answered(raw: object) -> None:
    for error in load_metadata(raw, VOCABULARIES).errors:
        assert error.messages
        assert error.field.split(".")[0] == "metadata"


@given(st.dictionaries(MEMBERS, JSON, max_size=6))
def test_what_is_stored_of_strange_metadata_loads_as_itself(raw: dict[str, Any]) -> None:
    loaded = load_metadata(raw, VOCABULARIES)
    text = json.dumps(loaded.metadata, allow_nan=False)
    again = load_metadata(json.loads(text), VOCABULARIES)
    assert again.metadata == loaded.metadata
    left_out = [e for e in loaded.errors if e.messages == ("Number out of range.",)]
    assert [*left_out, *again.errors] == list(loaded.errors)


NAMES = st.text(max_size=12)
IDENTIFIERS = st.sampled_from(
    ["0000-0002-1825-0097", "10.5072/x", "https://example.org", "CSTR:31253.11.x.1", "12", "Q42", "?"]
)
TERMS = st.sampled_from(["dataset", "cites", "created", "subtitle", "methods", "eng", "editor", "zzz"])
REFERENCES = st.fixed_dictionaries({"id": TERMS}, optional={"title": st.just({"en": "x"})})
IDENTIFIED = st.fixed_dictionaries({"identifier": IDENTIFIERS}, optional={"scheme": NAMES})
PEOPLE = st.fixed_dictionaries(
    {
        "person_or_org": st.fixed_dictionaries(
            {"type": st.sampled_from(["personal", "organizational"])},
            optional={
                "name": NAMES,
                "family_name": NAMES,
                "given_name": NAMES,
                "identifiers": st.lists(IDENTIFIED, max_size=2),
            },
        )
    },
    optional={"role": REFERENCES, "affiliations": st.lists(st.fixed_dictionaries({"name": NAMES}))},
)
PLAUSIBLE = st.fixed_dictionaries(
    {},
    optional={
        "title": NAMES,
        "description": NAMES | st.text(alphabet="<>/bpa &;lt\n", max_size=30),
        "publisher": st.text(alphabet="<>/bia &;lt!-", max_size=30),
        "resource_type": REFERENCES,
        "creators": st.lists(PEOPLE, max_size=2),
        "contributors": st.lists(PEOPLE, max_size=2),
        "identifiers": st.lists(IDENTIFIED, max_size=2),
        "references": st.lists(st.fixed_dictionaries({"reference": NAMES}), max_size=2),
        "languages": st.lists(REFERENCES, max_size=2),
        "dates": st.lists(
            st.fixed_dictionaries({"date": st.sampled_from(["2020", "x"]), "type": REFERENCES}),
            max_size=2,
        ),
    },
)


@given(PLAUSIBLE)
@settings(max_examples=300)
def test_what_was_stored_loads_as_itself(raw: dict[str, Any]) -> None:
    loaded = load_metadata(raw, VOCABULARIES)
    assert load_metadata(loaded.metadata, VOCABULARIES) == loaded
    for name, value in raw.items():
        if any(error.field.startswith(f"metadata.{name}") for error in loaded.errors):
            broken = CONTROL_CHARACTERS in str(loaded.errors)
            assert broken or loaded.metadata[name] == value


# Time and markup

FRAGMENTS = st.lists(
    st.sampled_from(
        [
            *("<b>", "</b>", "<p>", "</p>", "<i", "<", ">", "<pre>", "\n", "<table>", "<td>", "<script>"),
            *("</script>", "<!--", "-->", "&lt;", "&amp;", "&nbsp;", "\xa0", "x", " ", "<a href=x>", "é"),
            *("<svg>", "<style>", "<textarea>", "</", "/>", "<math>", "<li>", '"', "<img src=x>"),
        ]
    ),
    max_size=14,
).map("".join)


MARKUP = (
    "<b>",
    "</b>",
    "<p>",
    "</p>",
    "<ul>",
    "<li>",
    "</ul>",
    "<br>",
    "<table>",
    "<tr><td>",
    "</table>",
    "<i>",
    "</i>",
)
WORDS = (
    *MARKUP,
    "M<Msun",
    "<zz>",
    "<k>=<v>",
    "<o p@q>",
    "文",
    "é",
    "<object>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "1 > 0",
    "<",
)


@given(FRAGMENTS)
@settings(max_examples=300)
def test_cleaned_text_is_clean(text: str) -> None:
    assert without_inline_markup(without_inline_markup(text)) == without_inline_markup(text)
    assert sanitise(sanitise(text)) == sanitise(text)
    assert {name for _, name in re.findall(r"<(/?)([^\s>]*)", sanitise(text))} <= TAGS


LETTERS = re.compile(r"[a-z0-9\u00e9\u6587]")


@given(st.lists(st.sampled_from(WORDS), max_size=14).map("".join))
@settings(max_examples=300)
def test_no_word_is_lost_whatever_stands_around_it(text: str) -> None:
    words = LETTERS.findall(re.sub("|".join(map(re.escape, MARKUP)), "", text))
    shown = html.unescape(re.sub(r"<[a-z/][^<>]*>", "", sanitise(text)))
    assert not Counter(words) - Counter(LETTERS.findall(shown))
    assert not Counter(words) - Counter(LETTERS.findall(without_inline_markup(text)))


@pytest.mark.parametrize(
    "fragment",
    ["<div>", "<ul><li>", "<i></b>", "<b></b><i>", "<div><!--</div>-->", "<div title='</div>'>", "<p><b>"],
)
def test_formatting_that_costs_a_parser_minutes_is_refused(fragment: str) -> None:
    with pytest.raises(ValueError, match=TOO_DEEP):
        sanitise((fragment * 20_000)[:140_000])
    with pytest.raises(ValueError, match=f"{TOO_DEEP}|{TOO_MANY_TAGS}"):
        sanitise((fragment * 400_000)[:900_000])


@pytest.mark.parametrize(
    "fragment", ["<script>", "<!--", "<style><script>", "<a ", "<", "</b", "<<b>b>", "<sup>", "<sup></sup>"]
)
def test_hostile_markup_in_a_title_never_grows(fragment: str) -> None:
    assert len(without_inline_markup((fragment * 10_000)[:10_000])) <= 10_000


def test_a_long_table_is_no_attack() -> None:
    row = "<tr><td>p &lt; 0.05</td><td><b>x</b><br>y < z</td></tr>"
    table = f"<table><tbody>{row * 5_000}</tbody></table>"
    assert sanitise(table) == table.replace("y < z", "y &lt; z")
