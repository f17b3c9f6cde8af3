"""BibTeX, RIS and citation files: what each says, what is told of the rest."""

from typing import Any

import pytest

from repository.crosswalks.people_names import split_person
from repository.crosswalks.source_formats import SourceFormat
from tests.features.crosswalk_steps import left, people, read

Json = Any


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Curie, Marie", ("Curie", "Marie")),
        ("Marie Curie", ("Curie", "Marie")),
        ("Ludwig van Beethoven", ("van Beethoven", "Ludwig")),
        ("Charles Louis de la Vallée Poussin", ("de la Vallée Poussin", "Charles Louis")),
        ("Smith, Jr., John", ("Smith", "John, Jr.")),
        ("Smith, John A., PhD", ("Smith", "John A., PhD")),
        ("Martin Luther King Jr.", ("King", "Martin Luther, Jr.")),
        ("李伟", ("李", "伟")),
        ("李 伟", ("李", "伟")),
        ("王小明", ("王", "小明")),
        ("欧阳修", ("欧阳", "修")),
        ("司马相如", ("司马", "相如")),
        ("李，伟", ("李", "伟")),
        ("买买提·吐尔逊", ("买买提·吐尔逊", "")),
        ("山田太郎", ("山田太郎", "")),
        ("Plato", ("Plato", "")),
        ("J. R. R. Tolkien", ("Tolkien", "J. R. R.")),
        ("  Ada   Lovelace ", ("Lovelace", "Ada")),
        ("'t Hooft, Gerard", ("'t Hooft", "Gerard")),
    ],
)
def test_names_of_people_are_split_as_their_languages_write_them(name: str, parts: tuple[str, str]) -> None:
    assert split_person(name) == parts


def bib(fields: str, kind: str = "misc") -> str:
    return f"@{kind}{{key, {fields}}}"


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ("author={Doe, Jane}", ["Doe|Jane"]),
        ("author={Jane Doe and John Roe}", ["Doe|Jane", "Roe|John"]),
        ("author={{Polar Research Institute of China}}", ["[Polar Research Institute of China]"]),
        ("author={{Barnes and Noble} and Doe, Jane}", ["[Barnes and Noble]", "Doe|Jane"]),
        ('author={van der Berg, J{\\"u}rgen}', ["van der Berg|Jürgen"]),
        ("author={Ludwig van Beethoven}", ["van Beethoven|Ludwig"]),
        ("author={{de la} Cruz, Ana}", ["de la Cruz|Ana"]),
        ("author={李伟 and 王小明}", ["李|伟", "王|小明"]),
        ("author={李伟, 王小明, 欧阳修}", ["李|伟", "王|小明", "欧阳|修"]),
        ("author={李伟；王小明}", ["李|伟", "王|小明"]),
        ("author={{李伟}}", ["李|伟"]),
        ("author={{中国科学院青藏高原研究所}}", ["[中国科学院青藏高原研究所]"]),
        ("author={Smith, Jr., John}", ["Smith|John, Jr."]),
        ("author={G{\\'o}mez, Jos{\\'e} and {\\O}rsted, H. C.}", ["Gómez|José", "Ørsted|H. C."]),
        ("author={\\v{C}apek, Karel}", ["Čapek|Karel"]),
        ("author={Doe, Jane\n  and\n Roe, John}", ["Doe|Jane", "Roe|John"]),
        ("author={Anderson, Sandy}", ["Anderson|Sandy"]),
        ('author="Doe, Jane"', ["Doe|Jane"]),
    ],
)
def test_authors_of_bibtex(fields: str, names: list[str]) -> None:
    assert people(read(bib(fields))) == names


@pytest.mark.parametrize(
    ("source", "member", "value"),
    [
        (bib("title={{Ice \\& Snow}}"), "title", "Ice & Snow"),
        (bib("title={50% of all}"), "title", "50% of all"),
        (bib("title={A}, subtitle={B}"), "title", "A: B"),
        (bib("title={The {DNA} of $x^2$}"), "title", "The DNA of $x^2$"),
        (bib("title={Caf\\'e -- now}"), "title", "Café – now"),
        ('@string{p = "Press"} @misc{a, publisher = p # " of Ice"}', "publisher", "Press of Ice"),
        (bib("year=2024, month=mar"), "publication_date", "2024-03"),
        (bib("year={2024}, month={3}"), "publication_date", "2024-03"),
        (bib('year=2024, month="5~mar"'), "publication_date", "2024-03-05"),
        (bib("date={2024-03-05}"), "publication_date", "2024-03-05"),
        (bib("year={in press}"), "publication_date", "in press"),
        (
            bib("keywords={ice; snow, 冰川、冻土}"),
            "subjects",
            [{"subject": w} for w in ("ice", "snow", "冰川", "冻土")],
        ),
        (bib("language={Chinese}"), "languages", [{"id": "zho"}]),
        (bib("title={T}", "article"), "resource_type", {"id": "publication-article"}),
        (bib("title={T}", "DATASET"), "resource_type", {"id": "dataset"}),
        (bib("title={T}", "phdthesis"), "resource_type", {"id": "publication-dissertation"}),
        (bib("school={ETH}", "phdthesis"), "publisher", "ETH"),
        (bib("license={CC-BY-4.0}"), "rights", [{"id": "cc-by-4.0"}]),
        (bib("abstract={A <b> & c}"), "description", "<p>A &lt;b&gt; &amp; c</p>"),
        ("@comment{x} % y\n" + bib("title={After}"), "title", "After"),
        (bib('title="A" # { B}'), "title", "A B"),
        (bib("title={Last},"), "title", "Last"),
    ],
)
def test_fields_of_bibtex(source: str, member: str, value: Json) -> None:
    assert read(source, SourceFormat.BIBTEX).metadata[member] == value


def test_bibtex_tells_what_it_cannot_take_over() -> None:
    text = bib("author={A, B and others}, journal={N}, pages={1--2}, title={T}, title={U}") + bib("title={Second}")
    described = read(text)
    assert left(described) == {"author", "journal", "pages", "title", "@misc{key}"}
    assert described.entries == 2
    assert people(described) == ["A|B"]


def test_identifiers_of_bibtex_are_the_entry_s_own() -> None:
    described = read(
        bib("doi={https://doi.org/10.5072/a\\_b}, note={CSTR: 31253.11.x}, url={https://doi.org/10.5072/a_b}")
    )
    assert (described.doi, described.cstr) == ("10.5072/a_b", "31253.11.x")
    assert "related_identifiers" not in described.metadata


def ris(*lines: str) -> str:
    return "\r\n".join(["TY  - DATA", *lines, "ER  - ", ""])


@pytest.mark.parametrize(
    ("source", "member", "value"),
    [
        (ris("TI  - Ice"), "title", "Ice"),
        (ris("T1  - Ice"), "title", "Ice"),
        (
            ris("TI  - Ice", "TT  - 冰"),
            "additional_titles",
            [{"title": "冰", "type": {"id": "translated-title"}, "lang": {"id": "zho"}}],
        ),
        (ris("DA  - 2024/03/05/"), "publication_date", "2024-03-05"),
        (ris("PY  - 2024///"), "publication_date", "2024"),
        (ris("Y1  - 2024/3"), "publication_date", "2024-03"),
        (ris("PY  - 2024", "DA  - 2024-03-05"), "publication_date", "2024-03-05"),
        (ris("KW  - ice", "KW  - snow, wet"), "subjects", [{"subject": "ice"}, {"subject": "snow, wet"}]),
        (ris("KW  - 冰川；冻土"), "subjects", [{"subject": "冰川"}, {"subject": "冻土"}]),
        (ris("AB  - One", "two"), "description", "<p>One two</p>"),
        (ris("LA  - zh"), "languages", [{"id": "zho"}]),
        (ris("PB  - Press"), "publisher", "Press"),
        ("TY - JOUR\nTI - Loose blanks\nER -", "title", "Loose blanks"),
        ("TY  - THES\nTI  - T\nER  - \n", "resource_type", {"id": "publication-dissertation"}),
        ("TY  - COMP\nTI  - No end", "title", "No end"),
        (ris("ET  - 2.0"), "version", "2.0"),
        (ris("SN  - 978-3-16-148410-0"), "identifiers", [{"scheme": "isbn", "identifier": "978-3-16-148410-0"}]),
    ],
)
def test_fields_of_ris(source: str, member: str, value: Json) -> None:
    assert read(source).metadata[member] == value


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["AU  - Müller, Änne"], ["Müller|Änne"]),
        (["A1  - Doe, Jane", "A1  - Roe, John"], ["Doe|Jane", "Roe|John"]),
        (["AU  - 李伟;王小明"], ["李|伟", "王|小明"]),
        (["AU  - University of Leeds"], ["[University of Leeds]"]),
        (["AU  - 中国科学院"], ["[中国科学院]"]),
        (["AU  - Smith,John,Jr."], ["Smith|John, Jr."]),
    ],
)
def test_authors_of_ris(lines: list[str], names: list[str]) -> None:
    assert people(read(ris(*lines))) == names


def test_ris_tells_what_it_cannot_take_over() -> None:
    described = read(ris("TI  - A", "VL  - 3", "N1  - A note") + ris("TI  - B"))
    assert left(described) == {"VL", "N1", "TY"}
    assert described.entries == 2


def cff(lines: str) -> str:
    return f"cff-version: 1.2.0\nmessage: Cite.\ntitle: T\n{lines}\n"


@pytest.mark.parametrize(
    ("lines", "member", "value"),
    [
        ("version: 1.10", "version", "1.10"),
        ("date-released: 2024-03-05", "publication_date", "2024-03-05"),
        ("type: dataset", "resource_type", {"id": "dataset"}),
        ("license: MIT", "rights", [{"id": "mit"}]),
        ("license: [MIT, Apache-2.0]", "rights", [{"id": "mit"}, {"id": "apache-2.0"}]),
        (
            "license-url: https://example.org/l",
            "rights",
            [{"title": {"en": "https://example.org/l"}, "link": "https://example.org/l"}],
        ),
        ("keywords: [a, 冰, 2]", "subjects", [{"subject": "a"}, {"subject": "冰"}, {"subject": "2"}]),
        ("abstract: 'A < B'", "description", "<p>A &lt; B</p>"),
        (
            "repository-code: https://example.org/c",
            "related_identifiers",
            [
                {
                    "scheme": "url",
                    "identifier": "https://example.org/c",
                    "relation_type": {"id": "issupplementto"},
                    "resource_type": {"id": "software"},
                }
            ],
        ),
        (
            "url: https://example.org/u",
            "related_identifiers",
            [{"scheme": "url", "identifier": "https://example.org/u", "relation_type": {"id": "isdocumentedby"}}],
        ),
        (
            "identifiers: [{type: url, value: 'https://example.org/i'}]",
            "related_identifiers",
            [{"scheme": "url", "identifier": "https://example.org/i", "relation_type": {"id": "isidenticalto"}}],
        ),
    ],
)
def test_fields_of_a_citation_file(lines: str, member: str, value: Json) -> None:
    assert read(cff(lines)).metadata[member] == value


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        ("authors: [{family-names: Doe, given-names: Jane}]", ["Doe|Jane"]),
        ("authors: [{family-names: Gogh, name-particle: van, given-names: V.}]", ["van Gogh|V."]),
        ("authors: [{name: A Team}]", ["[A Team]"]),
        ("authors: [{alias: coder}]", ["coder"]),
        ("authors: [{family-names: 李, given-names: 伟}]", ["李|伟"]),
        ("authors: [{family-names: King, given-names: M., name-suffix: Jr.}]", ["King|M., Jr."]),
    ],
)
def test_authors_of_a_citation_file(lines: str, names: list[str]) -> None:
    assert people(read(cff(lines))) == names


def test_a_citation_file_tells_what_it_cannot_take_over() -> None:
    author = "{family-names: Doe, email: d@x.org, orcid: nonsense}"
    lines = f"doi: 10.5072/x\ncommit: abc\nauthors: [{author}]\nreferences: [{{title: R}}]"
    described = read(cff(lines))
    assert described.doi == "10.5072/x"
    assert left(described) == {"commit", "authors.0.email", "authors.0.orcid", "references.0.title"}
