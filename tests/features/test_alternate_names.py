"""A person's and an institution's names in several languages: kept, shown in the reader's, told in each format."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree

from repository.dataset.description import Publication
from repository.dataset.formats.citation.citations import cite
from repository.dataset.formats.citation.jats import jats
from repository.dataset.formats.citation.recommended import recommended
from repository.dataset.formats.registry import FORMATS
from repository.deposits.metadata.loading import load_metadata
from repository.faces.pages.deposit.other_names import with_languages
from repository.faces.pages.landing.meta_tags import metas
from repository.faces.pages.search.dataset_cards import dataset_card
from tests.conftest import Caller, Deposits, a_dataset
from tests.features.pages import Page, shown
from tests.features.samples import VOCABULARIES, publication
from tests.features.shared_schemas import shared_schema
from tests.features.steps import Json, ids_of, search

Settle = Callable[[], None]
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
GB_T = "gb-t-7714-2015-numeric"
CHINESE = {"lang": "zho", "family_name": "李", "given_name": "江宁"}
LATIN = {"lang": "eng", "family_name": "Li", "given_name": "Jiangning"}
INSTITUTE = {"name": "China Earthquake Administration", "alternate_names": [{"lang": "zho", "name": "中国地震局"}]}


def person(family_name: str, given_name: str, *others: Json, **more: Any) -> Json:
    names = {"family_name": family_name, "given_name": given_name, "alternate_names": list(others)}
    return {"person_or_org": {"type": "personal", **names}, **more}


LI = person("Li", "Jiangning", CHINESE, affiliations=[INSTITUTE])
LI_IN_CHINESE = person("李", "江宁", LATIN)
NETWORK = {
    "person_or_org": {
        "type": "organizational",
        "name": "China Seismic Network",
        "alternate_names": [{"lang": "zh-Hant", "name": "中國地震臺網"}],
    }
}


def loaded(creator: Json) -> tuple[Json, dict[str, tuple[str, ...]]]:
    result = load_metadata({"creators": [creator]}, VOCABULARIES)
    return result.metadata["creators"][0], {error.field: error.messages for error in result.errors}


def published(*creators: Json, **more: Any) -> Publication:
    metadata = load_metadata({"creators": list(creators)}, VOCABULARIES)
    assert not metadata.errors
    return publication(creators=metadata.metadata["creators"], contributors=None, **more)


# Validation


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("zh", "zho"),
        ("chi", "zho"),
        ("ZHO", "zho"),
        ("zh_hant-tw", "zh-Hant-TW"),
        ("zho-Hans", "zh-Hans"),
        ("yue", "yue"),
    ],
)
def test_a_language_is_kept_in_one_form(sent: str, kept: str) -> None:
    agent, errors = loaded(person("Li", "Wei", {**CHINESE, "lang": sent}))
    assert (agent["person_or_org"]["alternate_names"][0]["lang"], errors) == (kept, {})


def test_a_person_s_other_name_is_made_of_its_parts_and_loading_again_changes_nothing() -> None:
    agent, errors = loaded(LI)
    assert not errors
    assert agent["person_or_org"]["alternate_names"] == [{**CHINESE, "name": "李, 江宁"}]
    assert loaded(agent) == (agent, {})


@pytest.mark.parametrize(
    ("names", "field", "message"),
    [
        ([{**CHINESE, "lang": "??"}], "0.lang", "Not a valid locale."),
        ([{**CHINESE, "lang": "qqq"}], "0.lang", "Invalid value qqq."),
        ([{"lang": "zho", "given_name": "伟"}], "0.family_name", "Family name cannot be blank."),
        ([{"family_name": "李"}], "0.lang", "Missing data for required field."),
        ([CHINESE, {**CHINESE, "lang": "zh"}], "1.lang", "Only one name per language is allowed."),
        ([{**CHINESE, "family_name": "李" * 1001}], "0.family_name", "Longer than maximum length 1000."),
        ([{**CHINESE, "lang": f"zh-{n:04}"} for n in range(21)], "", "Longer than maximum length 20."),
        ([{**CHINESE, "nick": "x"}], "0.nick", "Unknown field."),
    ],
)
def test_a_fault_is_told_at_its_place_and_what_was_sent_is_kept(names: list[Json], field: str, message: str) -> None:
    sent = person("Li", "Wei", *names)
    kept, errors = loaded(sent)
    assert errors == {f"metadata.creators.0.person_or_org.alternate_names.{field}".rstrip("."): (message,)}
    assert kept == sent


def test_an_organisation_and_an_affiliation_need_the_name_itself() -> None:
    network = {"type": "organizational", "name": "Network", "alternate_names": [{"lang": "zho", "family_name": "网"}]}
    assert "metadata.creators.0.person_or_org.alternate_names.0.name" in loaded({"person_or_org": network})[1]
    place = {"name": "CEA", "alternate_names": [{"lang": "zho"}]}
    assert "metadata.creators.0.affiliations.0.alternate_names.0.name" in loaded({**LI, "affiliations": [place]})[1]
    twice = {"name": "CEA", "alternate_names": [{"lang": "zho", "name": "局"}, {"lang": "zh", "name": "局"}]}
    assert "metadata.creators.0.affiliations.0.alternate_names.1.lang" in loaded({**LI, "affiliations": [twice]})[1]


def test_no_names_are_no_field() -> None:
    agent, errors = loaded({**person("Li", "Wei"), "affiliations": [{"name": "CEA", "alternate_names": []}]})
    assert "alternate_names" not in agent["person_or_org"]
    assert (agent["affiliations"], errors) == ([{"name": "CEA"}], {})


# The name for a reader and for a citation


@pytest.mark.parametrize("creator", [LI, LI_IN_CHINESE])
def test_pages_show_the_name_in_the_reader_s_language(creator: Json) -> None:
    for language, name in (("zh", "李江宁"), ("en", "Jiangning Li")):
        assert list(dataset_card(published(creator), language).creators) == [name]
        page = Page(shown(published(creator), language=language, archive_url=None))
        assert name in {text for _, text in page.texts}


def test_an_institution_has_the_name_in_the_reader_s_language_on_its_page() -> None:
    for language, name in (("zh", "中国地震局"), ("en", "China Earthquake Administration")):
        page = Page(shown(published(LI), language=language, archive_url=None))
        assert any(name in text for tag, text in page.texts if tag not in ("script", "title"))


@pytest.mark.parametrize("creator", [LI, LI_IN_CHINESE])
def test_a_citation_has_the_names_of_its_language(creator: Json) -> None:
    english, chinese = published(creator), published(creator, title="2022年泸定地震强震动记录")
    assert cite(english, "apa", "en-US").startswith("Li, J. (2024)")
    assert cite(english, "apa", "zh-CN").startswith("李江宁")
    assert cite(english, GB_T).startswith("LI J N.")
    assert cite(english, GB_T, "zh-CN").startswith("李江宁.")
    assert cite(chinese, GB_T).startswith("李江宁.")
    assert cite(chinese, "gb-t-7714-2015-author-date").startswith("李江宁")
    assert recommended(english).startswith("Li, Jiangning (2024)")
    assert recommended(chinese).startswith("李江宁 (2024)")


@pytest.mark.parametrize("name", ["csl", "bibtex", "biblatex", "ris", "endnote"])
def test_files_for_citation_software_have_one_name_in_the_language_of_the_title(name: str) -> None:
    assert "江宁" not in json.dumps(FORMATS[name].write(published(LI_IN_CHINESE)), ensure_ascii=False)
    chinese = json.dumps(FORMATS[name].write(published(LI, title="2022年泸定地震强震动记录")), ensure_ascii=False)
    assert "江宁" in chinese
    assert "Jiangning" not in chinese


def test_the_head_of_a_page_has_one_author_for_each_creator() -> None:
    tags = [(tag.name, tag.content) for tag in metas(published(LI, LI_IN_CHINESE, title="泸定地震"), "en")]
    assert [content for name, content in tags if name == "citation_author"] == ["李江宁", "李江宁"]
    assert [content for name, content in tags if name == "citation_author_institution"] == ["中国地震局"]


def test_a_language_without_a_name_leaves_the_main_one() -> None:
    only = published(person("Иванова", "Юлия", {**LATIN, "family_name": "Ivanova", "given_name": "Yulia"}))
    assert list(dataset_card(only, "en").creators) == ["Yulia Ivanova"]
    assert list(dataset_card(only, "zh").creators) == ["Юлия Иванова"]


# Formats


def test_jats_groups_the_names_of_one_author() -> None:
    root = etree.fromstring(jats(published(LI, NETWORK)))
    western, eastern = root.findall("person-group/name-alternatives/name")
    assert (western.get("name-style"), western.findtext("surname")) == ("western", "Li")
    assert (eastern.get("name-style"), eastern.get(LANG), eastern.findtext("surname")) == ("eastern", "zh", "李")
    main, other = root.findall("person-group/collab-alternatives/collab")
    assert (main.text, other.text, other.get(LANG)) == ("China Seismic Network", "中國地震臺網", "zh-Hant")


def written(name: str, of: Publication) -> Any:
    text = FORMATS[name].write(of)
    return json.loads(text) if isinstance(text, str | bytes) else text


def test_schema_org_and_codemeta_tell_the_names_of_people_and_institutions() -> None:
    author = written("schema-org", published(LI))["author"][0]
    assert author["alternateName"] == [{"@language": "zh", "@value": "李江宁"}]
    assert author["affiliation"][0]["alternateName"] == [{"@language": "zh", "@value": "中国地震局"}]
    author = written("codemeta", published(LI))["author"][0]
    assert author["schema:alternateName"] == [{"@language": "zh", "@value": "李江宁"}]
    assert author["affiliation"][0]["schema:alternateName"][0]["@value"] == "中国地震局"
    assert "alternateName" in json.dumps(written("ro-crate", published(LI)))
    assert written("croissant", published(LI))["creator"][0]["alternateName"][0]["@value"] == "李江宁"


def test_the_record_of_a_cstr_has_every_name_with_its_language() -> None:
    creators = written("cstr", published(LI, NETWORK))["creators"]
    names = [{"lang": "en", "name": "Jiangning Li"}, {"lang": "zh", "name": "李江宁"}]
    assert creators[0]["person"]["names"] == names
    assert [name["lang"] for name in creators[0]["person"]["affiliations"][0]["names"]] == ["en", "zh"]
    assert creators[1]["affiliation"]["names"][1] == {"lang": "zh-Hant", "name": "中國地震臺網"}


def test_one_creator_stays_one_in_datacite_and_tells_the_language_of_the_name() -> None:
    root = etree.fromstring(str(FORMATS["datacite-xml"].write(published(LI, LI_IN_CHINESE))).encode())
    schema = etree.XMLSchema(file=str(shared_schema("datacite-4.7/metadata.xsd")))
    assert schema.validate(root), schema.error_log
    names = root.findall(".//{*}creatorName")
    assert [(name.text, name.get(LANG)) for name in names] == [("Li, Jiangning", None), ("李江宁", "zh")]


def test_iso_19139_has_free_texts_whose_languages_are_declared() -> None:
    root = etree.fromstring(str(FORMATS["iso19139"].write(published(LI, NETWORK))).encode())
    told = {
        (parent.tag.rpartition("}")[2], text.text): text.get("locale")
        for parent in root.iter("{*}individualName", "{*}organisationName")
        for text in parent.iter("{*}LocalisedCharacterString")
    }
    assert {("individualName", "李江宁"), ("organisationName", "中国地震局")} < set(told)
    assert ("organisationName", "中國地震臺網") in told
    declared = {f"#{locale.get('id')}" for locale in root.iter("{*}PT_Locale")}
    assert set(told.values()) <= declared


@pytest.mark.parametrize("name", ["dublin-core", "csv"])
def test_formats_of_plain_names_tell_the_main_one(name: str) -> None:
    assert "江宁" not in str(FORMATS[name].write(published(LI)))


# A whole life, and clients that do not know the field


def test_the_names_go_round_trip_and_stay_where_a_client_changes_something_else(deposits: Deposits) -> None:
    draft = deposits.open(a_dataset(creators=[LI, NETWORK]))
    assert draft.get("errors", []) == []
    assert draft["metadata"]["creators"][0]["person_or_org"]["alternate_names"][0]["name"] == "李, 江宁"
    address = f"/api/records/{draft['id']}/draft"
    again = deposits.caller.put(address, json={key: draft[key] for key in ("access", "files", "metadata")})
    assert again.json["metadata"]["creators"] == draft["metadata"]["creators"]
    assert again.json.get("errors", []) == []
    patched = deposits.caller.patch(address, json={"metadata": {"title": "Another title"}})
    assert patched.json["metadata"]["creators"] == draft["metadata"]["creators"]
    bare = {"person_or_org": {"type": "personal", "family_name": "Li", "given_name": "Jiangning"}}
    replaced = deposits.caller.put(address, json=a_dataset(creators=[bare]))
    assert "alternate_names" not in replaced.json["metadata"]["creators"][0]["person_or_org"]


@pytest.mark.parametrize("names", ["x", ["x"], [{"lang": 5, "family_name": []}], {"zho": "李"}, [None]])
def test_a_draft_with_anything_in_their_place_is_still_shown(deposits: Deposits, names: Any) -> None:
    creator = {"person_or_org": {"type": "personal", "family_name": "Li", "alternate_names": names}}
    draft = deposits.open(a_dataset(creators=[creator]))
    assert draft["metadata"]["creators"][0]["person_or_org"]["alternate_names"] == names
    assert draft["errors"][0]["field"].startswith("metadata.creators.0.person_or_org.alternate_names")
    assert deposits.caller.get(f"/uploads/{draft['id']}").status_code == 200
    assert with_languages({"metadata": {"creators": [creator]}}) == {"metadata": {"creators": [creator]}}
    link = {"permission": "preview", "blinded": True}
    assert deposits.caller.post(f"/api/records/{draft['id']}/access/links", json=link).status_code == 201


def test_a_name_in_another_language_is_warned_of_where_a_text_repeats_it(deposits: Deposits) -> None:
    draft = deposits.open(a_dataset(title="李江宁的观测", creators=[LI]))
    reply = deposits.caller.post(
        f"/api/records/{draft['id']}/access/links", json={"permission": "preview", "blinded": True}
    )
    assert "metadata.title" in {warning["field"] for warning in reply.json["warnings"]}


def test_the_description_of_the_api_has_the_field(anyone: Caller) -> None:
    schemas = anyone.get("/api/openapi.json").json["components"]["schemas"]
    having = {name for name, schema in schemas.items() if "alternate_names" in schema.get("properties", {})}
    assert len(having) >= 2


@pytest.mark.slow
def test_people_and_institutions_are_found_by_each_of_their_names(
    anyone: Caller, deposits: Deposits, settle: Settle
) -> None:
    smith = person("Smith", "Jo", {**CHINESE, "family_name": "欧阳", "given_name": "小明"}, affiliations=[INSTITUTE])
    record = str(deposits.published(a_dataset(creators=[smith]))["id"])
    settle()
    for query in (
        "欧阳小明",
        "小明欧阳",
        "ouyang xiaoming",
        "Xiaoming Ouyang",
        "Smith",
        "中国地震局",
        "creators.name:ouyang",
        'metadata.creators.person_or_org.alternate_names.family_name:"欧阳"',
        "metadata.creators.affiliations.alternate_names.name:中国地震局",
    ):
        assert ids_of(search(anyone, query)) == [record], query
