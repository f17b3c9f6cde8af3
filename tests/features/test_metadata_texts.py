"""Texts of a description: plain and formatted ones, and what becomes of angle brackets in them."""

import pytest

from repository.deposits.metadata.loading import load_metadata
from repository.deposits.rules import stops_publication
from tests.features.loaded_metadata import stored
from tests.features.samples import VOCABULARIES


def test_text_is_trimmed_and_of_one_normalisation_form() -> None:
    assert stored(title="  Cafe\u0301 \r\n二 ", publisher="\u3000中国科学院 ") == {
        "title": "Café \n二",
        "publisher": "中国科学院",
    }


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a < b", "a < b"),
        ("see a<b and b>c", "see a<b and b>c"),
        ("when is a <thing> an <object>?", "when is a <thing> an <object>?"),
        ("mean <p>, <b> and <p²>", "mean <p>, <b> and <p²>"),
        ("M<Msun and p<0.05", "M<Msun and p<0.05"),
        ("if x<y then y>x", "if x<y then y>x"),
        ("R&D, R&amp;D", "R&D, R&amp;D"),
        ("<i>Homo sapiens</i> genome", "Homo sapiens genome"),
        ("H<sub>2</sub>O at 5 °C", "H₂O at 5 °C"),
        ("5×10<SUP>-4</SUP> m s<sup>−1</sup>", "5×10⁻⁴ m s⁻¹"),
        ("k<sub>B</sub>, x<sub>i,j</sub>", "k<sub>B</sub>, x<sub>i,j</sub>"),
        ('the 2<sup><span lang="la">nd</span></sup> <b class="x">vol</b>', "the 2ⁿᵈ vol"),
        ("<script>alert(1)</script>Ice", "<script>alert(1)</script>Ice"),
        ("<<b></b>b>Ice</b>", "Ice"),
        ("<!-- note -->Ice<br/>core", "<!-- note -->Ice core"),
        ("<IMG SRC=x onerror=alert(1)>Ice", "<IMG SRC=x onerror=alert(1)>Ice"),
        ("&lt;b&gt;Ice", "&lt;b&gt;Ice"),
        ("青藏高原冰川数据集", "青藏高原冰川数据集"),
    ],
)
def test_a_title_gets_characters_for_inline_markup_and_loses_nothing(sent: str, kept: str) -> None:
    assert stored(title=sent) == {"title": kept}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("<p>Ice <b>core</b></p>", "<p>Ice <b>core</b></p>"),
        ("a < b & c", "a &lt; b &amp; c"),
        ("<p class='x' style='y'>Ice</p>", "<p>Ice</p>"),
        ("stars of M<Mjup and z<zlim. <b>All</b>", "stars of M&lt;Mjup and z&lt;zlim. <b>All</b>"),
        ("open(<path>), <a>=<b>, <i and j>", "open(&lt;path&gt;), &lt;a&gt;=&lt;b&gt;, &lt;i and j&gt;"),
        ("ask <ice@example.org>, <https://example.org>", "ask &lt;ice@example.org&gt;, &lt;https://example.org&gt;"),
        ("?a=1&copy=2 &copy; &lt;", "?a=1&amp;copy=2 © &lt;"),
        ('<p lang="ar" dir="rtl">جليد', '<p lang="ar" dir="rtl">جليد</p>'),
        ("<section>A</section><font size=2>B</font>", "<div>A</div><span>B</span>"),
        ("<jats:p>A<jats:sub>2</jats:sub></jats:p><o:p/>", "<p>A<sub>2</sub></p>"),
        (
            '<a href="https://example.org" target="_blank">x</a>yz',
            '<a href="https://example.org" rel="noopener noreferrer">x</a>yz',
        ),
        ("<pre>\n\n\n\n\n\n\n\nx</pre> yz", None),
        ("第一段\n第二段", "第一段\n第二段"),
    ],
)
def test_a_description_keeps_harmless_html(sent: str, kept: str | None) -> None:
    found = stored(description=sent, copyright=sent)
    assert found["description"] == found["copyright"]
    assert kept is None or found["description"] == kept


@pytest.mark.parametrize(
    ("sent", "kept", "messages"),
    [
        (
            "Ice<script>alert(1)</script>",
            "Ice&lt;script&gt;alert(1)&lt;/script&gt;",
            ("Formatting cannot contain script; it is shown as text.",),
        ),
        (
            "<!-- x --><img src=y onerror=z()>Ice",
            "&lt;!-- x --&gt;&lt;img src=y onerror=z()&gt;Ice",
            (
                "Formatting cannot contain img; it is shown as text.",
                "Formatting cannot contain comment; it is shown as text.",
            ),
        ),
        ("<p onclick='x()'>Ice</p>", "<p>Ice</p>", ("Formatting cannot keep the attribute onclick of p.",)),
        (
            "<a href='javascript:x()'>Ice</a>",
            '<a rel="noopener noreferrer">Ice</a>',
            ("Formatting cannot keep the attribute href of a.",),
        ),
    ],
)
def test_formatting_that_is_not_kept_is_told_and_stops_nothing(sent: str, kept: str, messages: tuple[str, ...]) -> None:
    more = [{"description": sent, "type": {"id": "methods"}}]
    loaded = load_metadata({"description": sent, "additional_descriptions": more}, VOCABULARIES)
    assert loaded.metadata["description"] == loaded.metadata["additional_descriptions"][0]["description"] == kept
    assert [(error.field, error.messages) for error in loaded.errors] == [
        ("metadata.description", messages),
        ("metadata.additional_descriptions.0.description", messages),
    ]
    assert not any(stops_publication(error.as_json()) for error in loaded.errors)
    assert load_metadata(loaded.metadata, VOCABULARIES).errors == ()


def test_names_are_plain_text_as_they_were_written() -> None:
    creator = {"person_or_org": {"type": "organizational", "name": "A <b> & C"}}
    assert stored(creators=[creator]) == {"creators": [creator]}
