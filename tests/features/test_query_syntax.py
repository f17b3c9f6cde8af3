"""The language of the search box."""

import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from repository.core.errors import FieldError, Invalid
from repository.engines.search.port import FIELDS
from repository.engines.search.query_tree import (
    And,
    Everything,
    Exists,
    Node,
    Not,
    Nothing,
    Or,
    Phrase,
    Range,
    Term,
    Wildcard,
)
from repository.search.query_syntax import DEEPEST, LONGEST, MOST_WILDCARDS, parse
from repository.search.searchable_fields import FREE, PATHS, ROOTS, index_field

PASTED = (
    "http://example.org/a?b=c&d=* http://x GSE:123 C++ C# a/b /data/2020/ ~100 a~5 O'Brien O‘zbek O’Brien well-known"
    " R&D x|y yahoo! 3.14 50% user@example.org [dataset] {x} <b> data:image 数据 titles:"
)
A, B, C = Term("a"), Term("b"), Term("c")


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", Everything()),
        (" \n\t", Everything()),
        ("*", Everything()),
        ("*:*", Everything()),
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a && b", And((A, B))),
        ("a&&b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a || b", Or((A, B))),
        ("a OR b AND c", Or((A, And((B, C))))),
        ("a OR b c", Or((A, And((B, C))))),
        ("(a OR b) AND c", And((Or((A, B)), C))),
        ("(a OR b)c", And((Or((A, B)), C))),
        ("NOT a AND b", And((Not(A), B))),
        ("NOT (a b)", Not(And((A, B)))),
        ("a -b !c", And((A, Not(B), Not(C)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("a NOT b", And((A, Not(B)))),
        ("+a +b", And((A, B))),
        ("NOT NOT a", A),
        ("((a))", A),
        ('"a b"', Phrase("a b")),
        (r'"a \"b\""', Phrase('a "b"')),
        ('a"b"c', And((A, Phrase("b"), C))),
        ("a and b", And((A, Term("and"), B))),
        ("ANDROID ORACLE NOTE", And((Term("ANDROID"), Term("ORACLE"), Term("NOTE")))),
    ],
)
def test_words_phrases_and_operators_bind_as_documented(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("title:a", Term("a", "title")),
        ("title: a", Term("a", "title")),
        ('metadata.title:"a b"', Phrase("a b", "title")),
        ("title:(a OR b) c", And((Or((Term("a", "title"), Term("b", "title"))), C))),
        ("title:(a publisher:b)", And((Term("a", "title"), Term("b", "publisher")))),
        ("-title:a", Not(Term("a", "title"))),
        ("title:a:b", Term("a:b", "title")),
        ("metadata.creators.person_or_org.family_name:a", Term("a", "creators")),
        ("metadata.funding.award.number:a", Term("a", "funding")),
        ("metadata.resource_type.title.en:Dataset", Term("Dataset", "resource_type")),
        (r"metadata.\*:a", A),
        ("metadata.*:(a b)", And((A, B))),
        ("metadata.rights.id:cc-by-4.0", Term("cc-by-4.0", "licence")),
        ("_exists_:metadata.publisher", Exists("publisher")),
        ('_exists_:"metadata.publisher"', Exists("publisher")),
        ("metadata.publisher:*", Exists("publisher")),
        (r"_exists_:metadata.\*", Everything()),
        ("communities:biosyslit", Term("biosyslit", "communities")),
        ("parent.communities.ids:12", Term("12", "communities")),
        (
            "metadata.contributors.person_or_org.identifiers.identifier:0000-0002-1825-0097",
            Term("0000-0002-1825-0097", "contributor_identifiers"),
        ),
        (
            "resource_type.type:publication",
            Or((Term("publication", "resource_type"), Wildcard("publication-*", "resource_type"))),
        ),
    ],
)
def test_a_path_before_a_colon_names_a_field(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("created:[2020 TO 2021]", Range("created", "2020", "2021", True, True)),
        ("created:{2020 TO 2021}", Range("created", "2020", "2021", False, False)),
        ("created:[2020 TO 2021}", Range("created", "2020", "2021", True, False)),
        ("created:[2020 TO *]", Range("created", "2020", None)),
        ("created:[* TO 2021]", Range("created", None, "2021")),
        ('created:["2020-01-01" TO "2021"]^2', Range("created", "2020-01-01", "2021")),
        (
            "updated:[2020-01-01T10:00:00 TO 2021]",
            Range("updated", "2020-01-01T10:00:00", "2021"),
        ),
        ("files.count:>=3", Range("file_count", "3", None, True, True)),
        ("files.count:>3", Range("file_count", "3", None, False, True)),
        ("files.count:<=3", Range("file_count", None, "3", True, True)),
        ("files.count:< 3", Range("file_count", None, "3", True, False)),
        ("files.count:(>1 AND <=9)", And((Range("file_count", "1", None, False), Range("file_count", None, "9")))),
        ("title:(a [x])", And((Term("a", "title"), Term("[x]", "title")))),
        ("title:a [x]", And((Term("a", "title"), Term("[x]")))),
        (
            'created:(["TO" TO TOTO}^2 {* TO 5])',
            And((Range("created", "TO", "TOTO", True, False), Range("created", None, "5", False))),
        ),
        (
            "created:([2020 TO 2021] OR -2019)",
            Or((Range("created", "2020", "2021"), Not(Term("2019", "created")))),
        ),
    ],
)
def test_ranges_have_two_ends_each_open_or_closed(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("dat*", Wildcard("dat*")),
        ("w?man", Wildcard("w?man")),
        ("title:dat*", Wildcard("dat*", "title")),
        ("doi:10.5072/*", Wildcard("10.5072/*", "doi")),
        (r"dat\*", Term("dat*")),
        (r"1\*2*", Wildcard("1?2*")),
        ("what?", Or((Term("what"), Wildcard("what?")))),
        ("???", Term("???")),
        ("**", Everything()),
    ],
)
def test_stars_and_question_marks_are_wild_unless_escaped(query: str, tree: Node) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize("query", ["a^2", "a^2.5", "(a)^3", "+a^2"])
def test_boosts_are_understood_and_without_effect_on_what_is_found(query: str) -> None:
    assert parse(query) == A


@pytest.mark.parametrize(
    "query",
    [*PASTED.split(" "), "a\\"],
)
def test_what_people_paste_is_text(query: str) -> None:
    assert parse(query) == Term(query)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("气候（变化）", ["气候", "变化"]),
        ("标题：数据，管理。", ["标题", "数据", "管理"]),
        ("“气候”《变化》！？", ["气候", "变化"]),
        ("气候\u3000变化", ["气候", "变化"]),
        ("climate - change", ["climate", "change"]),
        ("＋数据", ["数据"]),
        ("ＡＢＣ １２", ["ABC", "12"]),
    ],
)
def test_chinese_punctuation_separates_and_full_width_letters_are_letters(query: str, words: list[str]) -> None:
    terms = tuple(Term(word) for word in words)
    assert parse(query) == (And(terms) if len(terms) > 1 else terms[0])


@pytest.mark.parametrize("query", ["-", "，", "。！", " + "])
def test_punctuation_alone_finds_nothing(query: str) -> None:
    assert parse(query) == Nothing()


@pytest.mark.parametrize(
    ("query", "position", "expected"),
    [
        ("(a b", 5, ") was expected, the parenthesis at position 1 is not closed"),
        ("a (b (c)", 9, "the parenthesis at position 3"),
        ("a) b", 2, "no opening"),
        ('a "b', 3, "quotation mark is never closed"),
        ('title:"b', 7, "quotation mark is never closed"),
        ("a AND", 6, "a word"),
        ("a OR  ", 5, "a word"),
        ("NOT", 4, "a word"),
        ("OR a", 1, "a word"),
        ("a AND OR b", 7, "a word"),
        ("()", 2, "a word"),
        ("title:", 7, "a value for the field title"),
        ("title:AND", 7, "a value for the field title"),
        ("a [2020 TO 2021]", 3, "a range needs a single field"),
        ("(title:)", 8, "a value for the field title"),
        ("created:[2020", 14, "TO"),
        ("created:[2020 2021]", 15, "TO"),
        ("created:[2020 TO", 17, "an end of the range"),
        ("created:[2020 TO 2021", 22, "] or }"),
        ("created:[2020 TO 2021)", 22, "] or }"),
        ("files.count:>", 14, "an end of the range"),
        ("_exists_:(a b)", 10, "the path of a field"),
        ("metadata.*:[a TO b]", 12, "single field"),
        ("a metadata.shoe_size:44", 3, "metadata.shoe_size cannot be searched"),
        ("metadata.shoe_size:[1 TO 44]", 1, "metadata.shoe_size cannot be searched"),
        ("_exists_:metadata.shoe_size", 10, "metadata.shoe_size cannot be searched"),
        ("a OR custom_fields.x:b", 6, "custom_fields.x cannot be searched"),
        ("owners:1", 1, "owners cannot be searched"),
        ("sea thicknes~", 13, "only similar"),
        ("thicknes~1", 9, "only similar"),
        ("title:thicknes~0.8^2", 15, "only similar"),
        ('a "sea ice"~5', 12, "distances"),
        ('title:"sea ice"~5^2', 16, "distances"),
        ("a /ic[ea]/", 3, "regular expressions"),
        ("title:/ic[ea]/", 7, "regular expressions"),
        ("(/ice/)^2", 2, "regular expressions"),
    ],
)
def test_broken_syntax_is_refused_with_its_position_and_what_was_expected(
    query: str, position: int, expected: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(query)
    [error] = refusal.value.errors
    assert error.field == "q"
    assert f"at position {position}: " in error.messages[0]
    assert expected in error.messages[0]


@pytest.mark.parametrize(
    "query",
    [
        "a" * (LONGEST + 1),
        "(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1),
        "(" * 1000 + "a" + ")" * 1000,
        "(" * LONGEST,
        " ".join(f"w{n}*" for n in range(MOST_WILDCARDS + 1)),
    ],
)
def test_queries_beyond_all_measure_are_refused(query: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse(query)
    assert refusal.value.errors[0].field == "q"


@pytest.mark.parametrize(
    "query",
    [
        "a" * LONGEST,
        "a " * (LONGEST // 2),
        "!" * (LONGEST - 1) + "a",
        "NOT " * 499 + "a",
        "(" * DEEPEST + "a" + ")" * DEEPEST,
        '""' * (LONGEST // 2),
        "\\" * LONGEST,
        "title:" * 333,
        "~" * LONGEST,
        "a/" * 900,
        "0" * LONGEST,
        "10." * 600,
        "isbn " * 300,
    ],
)
def test_the_longest_queries_are_read_in_time(query: str) -> None:
    started = time.perf_counter()
    assert parse(query) is not None
    assert time.perf_counter() - started < 1


def test_a_refusal_is_a_plain_field_error() -> None:
    with pytest.raises(Invalid) as refusal:
        parse("a)")
    message = "Syntax error at position 2: the closing parenthesis has no opening one."
    assert refusal.value.errors == (FieldError("q", (message,)),)


def test_every_documented_path_leads_to_a_field_of_the_index() -> None:
    assert {field for field in PATHS.values() if field != FREE} <= set(FIELDS)
    for path, field in PATHS.items():
        assert index_field(path.replace(".*", ".below") if field != FREE else path) == field, path
    assert index_field("nothing.of.ours") is None


@pytest.mark.parametrize("path", [path for path, field in PATHS.items() if field != FREE])
def test_every_documented_path_can_be_asked(path: str) -> None:
    name = path.replace("*", "en")
    assert PATHS[path] in repr(parse(f"{name}:value"))
    assert parse(f"_exists_:{name}") == Exists(PATHS[path])


_PIECES = (
    'a 气 AND OR NOT ( ) " [ ] { } TO : title: created: _exists_: * ? \\ + - ! && ~ ^2 >= < / = （ \x00 \ud800 \u3000'
    " || metadata. metadata.*: files.count: doi: 10.5072/x https:// communities:"
)
_SYNTAX = st.sampled_from([" ", "\n", *_PIECES.split(" ")])


def _read(query: str) -> Node | Invalid:
    try:
        return parse(query)
    except Invalid as refusal:
        return refusal


@given(st.text(max_size=60) | st.lists(_SYNTAX, max_size=25).map("".join))
@example("a\\")
@example("\ud800")
@example("title:\\")
def test_any_text_is_read_or_refused_as_invalid(query: str) -> None:
    assert isinstance(_read(query), Node | Invalid)


@given(st.sampled_from(ROOTS), st.text("abc_.", max_size=10))
def test_a_path_that_is_not_indexed_is_refused_by_name(root: str, rest: str) -> None:
    path = f"{root}.x{rest}"
    with pytest.raises(Invalid) as refusal:
        parse(f"{path}:value")
    assert path in refusal.value.errors[0].messages[0]


def test_the_quotation_mark_in_a_hebrew_abbreviation_opens_no_phrase() -> None:
    assert parse('צה"ל "ים המלח"') == And((Term("צה״ל"), Phrase("ים המלח")))
    assert parse('title:צה"ל') == Term("צה״ל", "title")
