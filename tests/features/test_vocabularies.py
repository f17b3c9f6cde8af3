"""Controlled terms are found, suggested in a sensible order, and refused when malformed."""

import unicodedata
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config import vocabularies as files
from repository.dataset.vocabularies import Vocabularies, Vocabulary, VocabularyEntry, fold

SHIPPED = Vocabularies.of(files.read())
LANGUAGES = SHIPPED["languages"]
LICENCES = SHIPPED["licenses"]


def ids(entries: Sequence[VocabularyEntry]) -> list[str]:
    return [entry.id for entry in entries]


def term(term_id: str, title: str = "A title", **more: Any) -> dict[str, Any]:
    return {"id": term_id, "title": {"en": title}, **more}


def vocabulary(*terms: Mapping[str, Any]) -> Vocabulary:
    return Vocabularies.of({"things": terms})["things"]


# Looking up


def test_a_term_is_got_by_its_exact_id_only() -> None:
    assert LANGUAGES.get("zho") is not None
    assert "zho" in LANGUAGES
    for near in ("ZHO", "zh", "zho ", "", "no-such"):
        assert LANGUAGES.get(near) is None
        assert near not in LANGUAGES


def test_a_label_is_the_id_with_its_titles() -> None:
    label = SHIPPED.label("resourcetypes", "dataset")
    assert (label.id, label.name("zh"), label.name("fr")) == ("dataset", "数据集", "Dataset")


@pytest.mark.parametrize(("kind", "term_id"), [("resourcetypes", "nope"), ("nope", "dataset")])
def test_an_unknown_type_or_id_has_no_label_and_no_title(kind: str, term_id: str) -> None:
    with pytest.raises(KeyError):
        SHIPPED.label(kind, term_id)
    assert SHIPPED.title(kind, term_id) is None


def test_a_file_is_read_once_however_often_its_terms_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    reads: list[bytes] = []

    def counted(content: bytes) -> Any:
        reads.append(content)
        return orjson.loads(content)

    shipped = Vocabularies.of(files.read())
    monkeypatch.setattr(files, "orjson", SimpleNamespace(loads=counted))
    for _ in range(3):
        assert shipped.label("languages", "zho").id == "zho"
        assert shipped.title("languages", "deu") is not None
        assert "eng" in (shipped.get("languages") or ())
    assert len(reads) == 1


def test_titles_are_got_by_type_and_id() -> None:
    assert SHIPPED.title("datetypes", "coverage") == {"en": "Coverage", "zh": "覆盖时间"}


def test_an_unknown_type_is_an_error_by_index_and_none_by_get() -> None:
    with pytest.raises(KeyError):
        SHIPPED["subjects"]
    assert SHIPPED.get("subjects") is None
    assert SHIPPED.get("languages") is LANGUAGES


# Searching


def test_without_text_all_terms_come_in_the_order_of_their_file() -> None:
    things = vocabulary(term("b", "Zebra"), term("a", "Ape"))
    assert ids(things.search()) == ["b", "a"]


def test_found_terms_are_sorted_by_title() -> None:
    things = vocabulary(term("b", "Zebra animal"), term("c", "ape animal"), term("a", "Árbol"))
    assert ids(things.search("animal")) == ["c", "b"]
    assert ids(things.search("")) == ["c", "a", "b"]


def test_every_word_must_occur_in_any_order() -> None:
    found = ids(LICENCES.search("4.0 attribution  commercial"))
    assert found == ["cc-by-nc-4.0", "cc-by-nc-nd-4.0", "cc-by-nc-sa-4.0"]
    assert LICENCES.search("attribution quux") == []


def test_words_may_be_spread_over_id_and_titles_of_both_languages() -> None:
    assert ids(LANGUAGES.search("zho 中文 CHINESE")) == ["zho"]


def test_case_accents_and_width_do_not_matter() -> None:
    assert "nob" in ids(LANGUAGES.search("NORWEGIAN bokmal"))
    assert "nob" in ids(LANGUAGES.search("norwegian Bokma\u030al"))
    assert "mit" in ids(LICENCES.search("ＭＩＴ"))


def test_a_part_of_a_chinese_title_is_found() -> None:
    assert "dataset" in ids(SHIPPED["resourcetypes"].search("据集"))
    assert {"cc-by-nc-4.0", "cc-by-nc-sa-4.0"} <= set(ids(LICENCES.search("非商业")))


def test_a_two_letter_code_finds_its_language() -> None:
    assert "zho" in ids(LANGUAGES.search("zh"))


def test_a_tag_narrows_a_search() -> None:
    found = LICENCES.search("public license", tag="recommended")
    assert {"mpl-2.0", "gpl-3.0-only"} <= set(ids(found))
    assert all("recommended" in entry.tags for entry in found)
    assert LICENCES.search("mit", tag="no-such-tag") == []


# Suggesting


def test_suggestions_are_ranked_from_exact_id_to_substring() -> None:
    things = vocabulary(
        term("f", "A bacat"),
        term("e", "The cat"),
        term("d", "Catalogue"),
        term("cat-2", "Dog"),
        term("b", "Cat"),
        term("cat", "Zebra"),
        term("z", "Unrelated"),
    )
    assert ids(things.suggest("cat")) == ["cat", "b", "cat-2", "d", "e", "f"]


def test_among_equals_recommended_terms_come_first_and_deprecated_last() -> None:
    things = vocabulary(
        term("x-1", "One", tags=["deprecated"]),
        term("x-2", "Two"),
        term("x-3", "Three", tags=["recommended"]),
    )
    assert ids(things.suggest("x")) == ["x-3", "x-2", "x-1"]


def test_a_line_break_in_the_text_is_a_blank() -> None:
    assert ids(vocabulary(term("a", "Open data"), term("b", "x")).suggest("open\ndata")) == ["a"]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("zho", "zho"),
        ("zh", "zho"),
        ("EN", "eng"),
        ("ger", "deu"),
        ("chinese", "zho"),
        ("中文", "zho"),
        ("英", "eng"),
        ("mandarin", "cmn"),
        ("chinese mandarin", "cmn"),
    ],
)
def test_the_language_meant_is_suggested_first(text: str, first: str) -> None:
    assert LANGUAGES.suggest(text)[0].id == first


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("cc-by", "cc-by-4.0"),
        ("CC BY", "cc-by-4.0"),
        ("cc by-nc 4.0", "cc-by-nc-4.0"),
        ("creative commons attribution", "cc-by-4.0"),
        ("知识共享 署名", "cc-by-4.0"),
        ("gpl-3.0", "gpl-3.0"),
        ("gnu general public license v3", "gpl-3.0-only"),
        ("mit", "mit"),
        ("木兰", "mulanpsl-1.0"),
    ],
)
def test_the_licence_meant_is_suggested_first(text: str, first: str) -> None:
    assert LICENCES.suggest(text)[0].id == first


def test_suggestions_and_search_agree_on_what_fits() -> None:
    for text in ("", "public", "署名", "gpl v3", "+", "nothing fits this"):
        assert set(ids(LICENCES.suggest(text))) == set(ids(LICENCES.search(text)))


@given(st.sampled_from(list(LANGUAGES)), st.data())
def test_any_beginning_of_any_title_suggests_its_language(entry: VocabularyEntry, data: st.DataObject) -> None:
    title = data.draw(st.sampled_from(sorted(entry.title.values())))
    beginning = title[: data.draw(st.integers(1, len(title)))]
    assert entry in LANGUAGES.suggest(beginning)


@given(st.sampled_from(list(LANGUAGES)))
def test_the_exact_id_is_always_suggested_first(entry: VocabularyEntry) -> None:
    suggested = LANGUAGES.suggest(entry.id)
    by_code = [e for e in suggested if entry.id in (e.id, *e.props.values())]
    assert suggested[: len(by_code)] == by_code
    assert entry in by_code


@given(st.text())
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_composed_and_a_decomposed_text_fold_alike(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


@given(st.text())
def test_any_text_can_be_searched_and_suggested(text: str) -> None:
    things = SHIPPED["resourcetypes"]
    assert set(ids(things.suggest(text))) == set(ids(things.search(text)))


# Refusing


def test_an_id_given_twice_is_refused_with_file_and_id() -> None:
    with pytest.raises(ValueError, match=r"things\.json: 'a' occurs twice"):
        vocabulary(term("a"), term("b"), term("a"))


@pytest.mark.parametrize("term_id", ["", "A", "with blank", "中", "-a", "a/b", "a\n", None, 3])
def test_a_malformed_id_is_refused_with_file_and_id(term_id: Any) -> None:
    with pytest.raises(ValueError, match=r"things\.json: .* is not an id") as raised:
        vocabulary(term(term_id))
    assert repr(term_id) in str(raised.value)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ({"title": {"zh": "题名"}}, "no English title"),
        ({"title": {"en": ""}}, "no English title"),
        ({"title": "A title"}, "title that does not map"),
        ({"props": {"osi_approved": True}}, "props that does not map"),
        ({"description": {"en": None}}, "description that does not map"),
        ({"tags": "recommended"}, "tags that are not"),
        ({"tags": [1]}, "tags that are not"),
        ({"icon": 1}, "icon that is not"),
        ({"titel": {}}, "unknown fields: titel"),
    ],
)
def test_a_malformed_term_is_refused(fault: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=rf"things\.json: 'a' has .*{reason}"):
        vocabulary({**term("a"), **fault})


def test_a_term_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match="no English title"):
        vocabulary({"id": "a"})


def test_what_a_term_leaves_out_is_empty() -> None:
    bare = vocabulary(term("a")).get("a")
    assert bare == VocabularyEntry("a", {"en": "A title"}, description={}, props={}, tags=(), icon=None)
