"""The data availability statement tells who may have the data, where, and under which licence."""

from dataclasses import replace

import pytest

from repository.dataset.description import Label, Withdrawal
from repository.dataset.formats.citation.availability import data_availability
from tests.features.hostile import hostile
from tests.features.samples import PUBLICATION, publication

ONE_LICENCE = publication(rights=[{"id": "cc-by-4.0"}])
LICENCE = "Creative Commons Attribution 4.0 International (https://creativecommons.org/licenses/by/4.0/)"
LINKS = "https://doi.org/10.5072/data.12 and https://cstr.cn/99999.11.data.12 (CSTR:99999.11.data.12)"
ZH_LINKS = "https://doi.org/10.5072/data.12，https://cstr.cn/99999.11.data.12 (CSTR:99999.11.data.12)"

ENGLISH = {
    "open": f"The data that support this work are openly available in Test Repository at {LINKS}.",
    "embargoed": f"The data that support this work are deposited in Test Repository at {LINKS} and will be openly "
    "available there from 2026-01-01.",
    "restricted": f"The data that support this work are deposited in Test Repository at {LINKS}. Access to the files "
    "is restricted; they can be requested there.",
    "metadata-only": f"The data that support this work are described in Test Repository at {LINKS}; their files are "
    "not kept there.",
}  # fmt: skip
CHINESE = {
    "open": f"支撑本研究的数据已在Test Repository开放共享，访问地址：{ZH_LINKS}。",
    "embargoed": f"支撑本研究的数据已存储于Test Repository，将于2026-01-01起开放共享，访问地址：{ZH_LINKS}。",
    "restricted": f"支撑本研究的数据已存储于Test Repository，文件限制访问，可在线申请获取，访问地址：{ZH_LINKS}。",
    "metadata-only": f"支撑本研究的数据在Test Repository仅公开元数据，不提供文件，访问地址：{ZH_LINKS}。",
}


@pytest.mark.parametrize("status", ENGLISH)
def test_each_kind_of_access_has_its_sentence_in_both_languages(status: str) -> None:
    given = replace(ONE_LICENCE, access_status=status, embargo_until="2026-01-01")
    assert data_availability(given, "en") == f"{ENGLISH[status]} Licence: {LICENCE}."
    assert data_availability(given, "zh-Hans-CN") == f"{CHINESE[status]}许可协议：{LICENCE}。"


def test_a_withdrawn_record_says_when_and_why() -> None:
    why = Label("retracted", {"en": "Retracted", "zh": "撤稿"})
    withdrawn = replace(PUBLICATION, withdrawn=Withdrawal(why, "2025-01-02"))
    assert data_availability(withdrawn) == (
        "The data that supported this work were withdrawn from Test Repository on 2025-01-02 (Retracted). "
        f"The record remains at {LINKS}."
    )
    assert data_availability(withdrawn, "zh") == (
        f"支撑本研究的数据于2025-01-02已从Test Repository撤回（原因：撤稿），记录仍保留于：{ZH_LINKS}。"
    )


def test_an_embargo_without_a_day_is_still_an_embargo() -> None:
    given = replace(ONE_LICENCE, access_status="embargoed")
    assert "openly available there after an embargo." in data_availability(given)
    assert "将在保护期满后开放共享" in data_availability(given, "zh")


def test_an_unknown_kind_of_access_promises_nothing() -> None:
    assert "Access to the files is restricted" in data_availability(replace(PUBLICATION, access_status="new"))


def test_software_is_singular_and_another_language_reads_english() -> None:
    software = publication(resource_type={"id": "software"})
    assert data_availability(software, "fr").startswith("The software that supports this work is openly available")
    assert data_availability(software, "zh").startswith("支撑本研究的软件")


def test_without_identifiers_the_page_is_named_and_without_licence_none() -> None:
    given = replace(publication(rights=None), doi=None, cstr=None)
    assert data_availability(given) == (
        "The data that support this work are openly available in Test Repository at https://repository.test/records/12."
    )


def test_hostile_texts_stay_on_one_line_and_fill_no_other_place() -> None:
    text = data_availability(replace(hostile(), repository_name="{links} {0}"), "en")
    assert text.encode("utf-8")
    assert "in {links} {0} at" in text
    assert len(text.splitlines()) == 1
