"""Every style of the CSL project can be asked for; what it cannot print is refused with the reason."""

import random
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from repository.dataset.formats.citation import styles
from repository.dataset.formats.citation.citations import STYLES, cite
from tests.features.hostile import hostile
from tests.features.samples import PUBLICATION, person, publication

pytestmark = pytest.mark.slow

TODAY = date(2025, 3, 23)
# each of these made citeproc-py raise, print None or print nothing at all before its faults were mended
MENDED = {
    "chicago-notes": "John A. Smith, 李伟, and Institute of Geology & Geophysics, “Strong-motion Records of the 2022 "
    "Luding Earthquake,” version 2, Science Data Bank, March 5, 2024, https://doi.org/10.5072/data.12. "
    "CSTR:99999.11.data.12.",
    "language": "Smith, John A.; 李伟; and Institute of Geology & Geophysics. 2024. Strong-motion records of the 2022 "
    "Luding earthquake (version 2). Science Data Bank. doi:10.5072/data.12. https://doi.org/10.5072/data.12. "
    "CSTR:99999.11.data.12.",
    "geophysics": "Smith, J. A., 李伟, and Institute of Geology & Geophysics, 2024, Strong-motion records of the 2022 "
    "Luding earthquake (version 2). https://doi.org/10.5072/data.12. CSTR:99999.11.data.12.",
    "zoological-journal-of-the-linnean-society": "Smith JA, 李伟, Institute of Geology & Geophysics. 2024. "
    "Strong-motion records of the 2022 Luding earthquake (version 2). https://doi.org/10.5072/data.12. "
    "CSTR:99999.11.data.12.",
}  # fmt: skip
NOTHING_FOR_DATA = ["wikipedia-fr-templates", "computer-und-recht", "leiden-journal-of-international-law"]
SAMPLE = sorted(random.Random(7714).sample(sorted(styles.known()), 60))


@pytest.mark.parametrize("style", MENDED)
def test_what_the_library_gets_wrong_is_mended(style: str) -> None:
    assert cite(PUBLICATION, style, accessed=TODAY) == MENDED[style]


@pytest.mark.parametrize("style", SAMPLE)
def test_a_style_chosen_at_random_cites_a_dataset_with_both_identifiers(style: str) -> None:
    text = cite(PUBLICATION, style, accessed=TODAY)
    assert "Smith" in text or "SMITH" in text or "Strong-motion" in text
    assert "10.5072/data.12" in text
    assert "CSTR:99999.11.data.12" in text
    assert "None" not in text
    assert "<Element" not in text
    assert "\n" not in text
    assert styles._VERSION not in text


def test_all_styles_of_the_package_are_known() -> None:
    assert len(styles.known()) > 10_000
    assert {"apa", "nature", "china-national-standard-gb-t-7714-2015-numeric"} <= styles.known()


def test_a_dependent_style_prints_as_its_parent() -> None:
    assert "nature-genetics" in styles.known()
    assert cite(PUBLICATION, "nature-genetics") == cite(PUBLICATION, "nature")


@pytest.mark.parametrize("style", NOTHING_FOR_DATA)
def test_a_style_without_a_form_for_data_is_refused_and_not_printed_empty(style: str) -> None:
    with pytest.raises(ValueError, match=rf"'{style}' has no form for an item of type 'dataset'"):
        cite(PUBLICATION, style)


@pytest.mark.parametrize(
    "style",
    ["../apa", "dependent/nature-genetics", "/etc/passwd", "apa.csl", "APA", "apa\x00", "", "．．/apa", "http://x/apa"],
)
def test_only_names_of_the_list_reach_the_file_system(style: str) -> None:
    with pytest.raises(ValueError, match=r"Unknown citation style .*Available: apa, gb-t.*github\.com/citation-style"):
        cite(PUBLICATION, style)
    with pytest.raises(ValueError, match="Unknown citation style"):
        styles.render(style, "en-US", {"type": "dataset"})


def test_an_endless_name_of_a_style_is_not_repeated_to_the_end() -> None:
    with pytest.raises(ValueError) as refused:
        cite(PUBLICATION, "a" * 100_000)
    assert len(str(refused.value)) < 500


def test_what_is_kept_in_memory_is_bounded_whatever_is_asked_for() -> None:
    for style in sorted(styles.known())[: 2 * styles.MOST_STYLES_IN_MEMORY]:
        cite(PUBLICATION, style)
    assert styles._load.cache_info().currsize <= styles.MOST_STYLES_IN_MEMORY
    before = styles._render_cached.cache_info().currsize
    long = publication(title="strong motion " * 4_700)
    assert cite(long, "nature").count("trong motion") == 4_700
    assert styles._render_cached.cache_info().currsize == before


@pytest.mark.parametrize("style", ["apa", "ieee", "chicago-author-date"])
def test_thousands_of_authors_are_cited_soon(style: str) -> None:
    crowd = publication(creators=[person(f"Family{number}", "Given Name") for number in range(3_000)])
    assert "et al" in cite(crowd, style) or "…" in cite(crowd, style)


@pytest.mark.parametrize("title", ["." * 64_000, ":," * 32_000, "”." * 32_000, "A-" * 32_000])
def test_a_title_of_endless_punctuation_is_cited_soon(title: str) -> None:
    assert "10.5072/data.12" in cite(publication(title=title), "apa")


@pytest.mark.parametrize("version", ["2.0", "2018-02-07", "v1.0.3", "spring, final", "1–2", "Ⅳ", "v", "<b>2</b>"])
@pytest.mark.parametrize("style", ["apa", "nature", "chicago-author-date", "agora"])
def test_a_version_is_printed_as_its_author_wrote_it(style: str, version: str) -> None:
    text = cite(publication(version=version), style)
    assert f"ersion {version.removeprefix('v') if version[1:] else version}" in text


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_hostile_texts_are_cited_on_one_line_that_can_be_sent(style: str, locale: str) -> None:
    text = cite(hostile(), style, locale, TODAY)
    assert text.encode("utf-8")
    assert len(text.splitlines()) == 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f]", text)
    assert "CSTR:99999.11.data.12" in text


@pytest.fixture
def eager_threads() -> Iterator[None]:
    """Threads that take turns as often as they can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("eager_threads")
def test_citing_from_many_threads_gives_what_one_thread_gives() -> None:
    database = [(style, replace(PUBLICATION, doi=f"10.5072/{n}")) for n in range(4) for style in STYLES]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda unit: cite(unit[1], unit[0], accessed=TODAY), database))
    for (_, unit), text in zip(database, together, strict=True):
        assert f"{unit.doi}" in text
    styles._render_cached.cache_clear()
    styles._load.cache_clear()
    assert together == [cite(unit, style, accessed=TODAY) for style, unit in database]
