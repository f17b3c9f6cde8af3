"""Names of people in many scripts: initials where a script has capitals, and people told from organisations."""

import json
import re
from typing import Any

import pytest

from repository.dataset.formats.citation.citations import cite
from repository.dataset.formats.citation.csl import csl_json
from repository.dataset.formats.citation.initials import shortened
from repository.dataset.formats.registry import FORMATS
from tests.features.samples import person, publication

pytestmark = pytest.mark.slow

GB_T = "gb-t-7714-2015-numeric"
NAMES = [
    # family, given: APA, Vancouver, GB/T 7714
    ("Smith", "John A.", "Smith, J. A.", "Smith JA", "SMITH J A"),
    ("Sartre", "Jean-Paul", "Sartre, J.-P.", "Sartre JP", "SARTRE J P"),
    ("Levi", "J.-P.", "Levi, J.-P.", "Levi JP", "LEVI J P"),
    ("Brues", "C. T. (Charles Thomas)", "Brues, C. T.", "Brues CT", "BRUES C T"),
    ("Bond", "Jane (Charles T.)", "Bond, J.", "Bond J", "BOND J"),
    ("Gates", "William “Bill”", "Gates, W.", "Gates W", "GATES W"),
    ("Beethoven", "Ludwig van", "Beethoven, L. van", "Beethoven L van", "BEETHOVEN L van"),
    ("de la Cruz", "María José", "de la Cruz, M. J.", "de la Cruz MJ", "DE LA CRUZ M J"),
    ("O'Brien", "D'Arcy", "O'Brien, D.", "O'Brien D", "O'BRIEN D"),
    ("King", "Martin Luther, Jr.", "King, M. L. Jr.", "King ML Jr.", "KING M L Jr."),
    ("Karimova", "Shahnoza Oʻtkir qizi", "Karimova, S. Oʻ. qizi", "Karimova SOʻ qizi", "KARIMOVA S Oʻ qizi"),
    ("Rahimov", "Olim Karim oʻgʻli", "Rahimov, O. K. oʻgʻli", "Rahimov OK oʻgʻli", "RAHIMOV O K oʻgʻli"),
    ("Mammadov", "Elçin Rauf oğlu", "Mammadov, E. R. oğlu", "Mammadov ER oğlu", "MAMMADOV E R oğlu"),
    ("al-Ghazālī", "ʿAbd al-Raḥmān", "al-Ghazālī, A. al-Raḥmān", "al-Ghazālī A al-Raḥmān", "AL-GHAZĀLĪ A al-Raḥmān"),
    ("Ivanova", "Yu. A.", "Ivanova, Yu. A.", "Ivanova YuA", "IVANOVA Yu A"),
    ("Иванова", "Юлия Андреевна", "Иванова, Ю. А.", "Иванова ЮА", "ИВАНОВА Ю А"),
    ("Исмоилов", "Али Карим ўғли", "Исмоилов, А. К. ўғли", "Исмоилов АК ўғли", "ИСМОИЛОВ А К ўғли"),
    ("Παπαδάκης", "Γιώργος", "Παπαδάκης, Γ.", "Παπαδάκης Γ", "ΠΑΠΑΔΆΚΗΣ Γ"),
    ("Պետրոսյան", "Արամ", "Պետրոսյան, Ա.", "Պետրոսյան Ա", "ՊԵՏՐՈՍՅԱՆ Ա"),
    ("ბერიძე", "გიორგი", "ბერიძე, გიორგი", "ბერიძე გიორგი", "ბერიძე გიორგი"),
    ("الخوارزمي", "محمد بن موسى", "الخوارزمي, محمد بن موسى", "الخوارزمي محمد بن موسى", "الخوارزمي محمد بن موسى"),
    ("رضایی", "علی", "رضایی, علی", "رضایی علی", "رضایی علی"),
    ("כהן", "דוד", "כהן, דוד", "כהן דוד", "כהן דוד"),
    ("शर्मा", "नरेंद्र कुमार", "शर्मा, नरेंद्र कुमार", "शर्मा नरेंद्र कुमार", "शर्मा नरेंद्र कुमार"),
    ("রহমান", "শেখ", "রহমান, শেখ", "রহমান শেখ", "রহমান শেখ"),
    ("சுப்பிரமணியம்", "சந்திரசேகர்", "சுப்பிரமணியம், சந்திரசேகர்", "சுப்பிரமணியம் சந்திரசேகர்", "சுப்பிரமணியம் சந்திரசேகர்"),
    ("ใจดี", "สมชาย", "ใจดี, สมชาย", "ใจดี สมชาย", "ใจดี สมชาย"),
    ("በቀለ", "አበበ", "በቀለ, አበበ", "በቀለ አበበ", "በቀለ አበበ"),
    ("李", "伟", "李伟", "李伟", "李伟"),
    ("山田", "太郎", "山田太郎", "山田太郎", "山田太郎"),
    ("김", "민준", "김민준", "김민준", "김민준"),
    ("Plato", "", "Plato", "Plato", "PLATO"),
    ("", "Voltaire", "Voltaire", "Voltaire", "VOLTAIRE"),
    ("", "سقراط", "سقراط", "سقراط", "سقراط"),
]  # fmt: skip


@pytest.mark.parametrize(("family", "given", "apa", "vancouver", "gb_t"), NAMES)
def test_a_name_is_shortened_as_its_script_allows(family: str, given: str, apa: str, vancouver: str, gb_t: str) -> None:
    # a second author, because a full stop that ends the list of authors is printed once
    named = publication(creators=[person(family, given), person("Zuse", "Konrad")], languages=None)
    assert cite(named, "apa").startswith(f"{apa}, & Zuse, K. (2024)")
    assert cite(named, "vancouver").startswith(f"{vancouver}, Zuse K. ")
    assert cite(named, GB_T).startswith(f"{gb_t}, ZUSE K. ")


@pytest.mark.parametrize(("family", "given"), [names[:2] for names in NAMES])
@pytest.mark.parametrize("style", ["ieee", "nature", "chicago-author-date", "modern-language-association"])
def test_no_stop_stands_alone_beside_a_name(style: str, family: str, given: str) -> None:
    text = cite(publication(creators=[person(family, given), person("Zuse", "Konrad")]), style)
    assert not re.search(r"(?:^|\s)\.", text.split("Zuse")[0])
    assert "  " not in text


@pytest.mark.parametrize("text", ["", ".", "-", "()", "3", "’", "J. ()", "ß", "\u0301"])
def test_what_is_hardly_a_name_is_no_error(text: str) -> None:
    assert " ." not in shortened(text, ". ")


def test_people_with_any_name_are_people_and_organisations_are_not() -> None:
    people = [person(family, given) for family, given, *_ in NAMES]
    whole = [person("王芳"), {"person_or_org": {"type": "personal", "name": "欧阳，娜娜"}}]
    academy = {"person_or_org": {"type": "organizational", "name": "Institute of Geology, Academy, Beijing"}}
    everybody = publication(creators=[*people, *whole, academy], contributors=None)

    *authors, organisation = csl_json(everybody)["author"]
    assert all("family" in author and "literal" not in author for author in authors)
    assert authors[-1] == {"family": "欧阳", "given": "娜娜"}
    assert organisation == {"literal": "Institute of Geology, Academy, Beijing"}

    *lines, last = re.findall("AU  - (.*)\r", str(FORMATS["ris"].write(everybody)))
    assert all("," in line for line in lines)
    assert (lines[-2], lines[-1]) == ("王芳,", "欧阳, 娜娜")
    assert last == "Institute of Geology – Academy – Beijing"

    bibtex = str(FORMATS["bibtex"].write(everybody))
    assert "and 李伟 and" in bibtex
    assert "and {Institute of Geology, Academy, Beijing}}" in bibtex


def language_of_names(name: str, given: str, family: str, languages: list[str]) -> Any:
    creators = [person(family, given)]
    said = publication(creators=creators, languages=[{"id": code} for code in languages], title=f"{family} {given}")
    return json.loads(str(FORMATS[name].write(said)))


@pytest.mark.parametrize(
    ("family", "given", "languages", "tag"),
    [
        ("Каримов", "Ислом", ["rus"], "ru"),
        ("Каримов", "Ислом", ["eng"], "und"),
        ("Каримов", "Ислом", [], "und"),
        ("الخوارزمي", "محمد", ["ara", "eng"], "ar"),
        ("ใจดี", "สมชาย", [], "und"),
        ("Smith", "John", ["deu"], "en"),
        ("李", "伟", [], "zh"),
        ("山田", "太郎", ["jpn"], "ja"),
    ],
)
def test_cstr_metadata_guess_no_language_of_a_name(family: str, given: str, languages: list[str], tag: str) -> None:
    said = language_of_names("cstr", given, family, languages)
    assert said["creators"][0]["person"]["names"][0]["lang"] == tag


@pytest.mark.parametrize(
    ("title", "languages", "tag"),
    [
        ("Засуха", ["rus"], ' xml:lang="ru"'),
        ("Засуха", ["eng"], ""),
        ("Засуха", [], ""),
        ("Drought", ["eng", "deu"], ""),
        ("Drought", ["eng"], ' xml:lang="en"'),
        ("干旱", [], ' xml:lang="zh"'),
    ],
)
def test_jats_guesses_no_language_of_a_title(title: str, languages: list[str], tag: str) -> None:
    other = {"title": "Sécheresse", "type": {"id": "translated-title"}}
    said = publication(title=title, languages=[{"id": code} for code in languages], additional_titles=[other])
    written = str(FORMATS["jats"].write(said))
    assert f"<data-title{tag}>{title}</data-title>" in written
    assert "<trans-title>Sécheresse</trans-title>" in written


@pytest.mark.parametrize(
    "name", ["schema-org", "datacite-json", "datacite-xml", "dcat-turtle", "dublin-core", "ro-crate"]
)
def test_a_title_that_nobody_tagged_gets_no_language(name: str) -> None:
    other = {"title": "Datos de lluvia", "type": {"id": "translated-title"}}
    said = publication(languages=[{"id": "eng"}], additional_titles=[other], creators=[person("Roe", "Ann")])
    written = str(FORMATS[name].write(said))
    assert "Datos de lluvia" in written
    assert not re.search(
        r'Datos de lluvia"@|Datos de lluvia"[^}]*"lang"|lang="[^"]*">Datos|"en","@value":"Datos', written
    )
