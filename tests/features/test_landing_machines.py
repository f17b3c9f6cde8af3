"""The landing page for machines and for those who cite: tags, links, identifiers, citations."""

import json
from dataclasses import replace

import pytest

from repository.dataset.formats.citation.citations import GB_T_7714, STYLES, cite
from repository.dataset.formats.citation.recommended import recommended
from repository.dataset.formats.schema_org.schema_org_json import schema_org
from repository.faces.pages.landing.citing import STYLES_ON_REQUEST
from repository.faces.pages.shell.assets import asset_bytes, assets
from repository.faces.pages.shell.templating import content_security_policy
from tests.features.pages import EXPORTS, TODAY, Page, shown
from tests.features.samples import METADATA, PUBLICATION


def test_identifiers_of_the_version_and_of_all_versions_are_links() -> None:
    hrefs = [a["href"] for a in Page(shown()).each("a")]
    for number in (11, 12):
        assert f"https://doi.org/10.5072/data.{number}" in hrefs
        assert f"https://cstr.cn/99999.11.data.{number}" in hrefs


@pytest.mark.parametrize(("language", "first"), [("en", "DataCite"), ("zh", "GB/T 7714—2015")])
def test_how_to_cite_is_printed_for_data_and_for_china_at_once(language: str, first: str) -> None:
    page = Page(shown(language=language))
    assert next(name for name in page.text_in("dt") if name in ("DataCite", "GB/T 7714—2015")) == first
    for text in (recommended(PUBLICATION), cite(PUBLICATION, GB_T_7714, accessed=TODAY)):
        assert text in page.text_in("span")


def test_programs_for_references_are_given_files() -> None:
    anchors = Page(shown()).each("a")
    for name in ("bibtex", "ris", "endnote"):
        assert {"href": f"{PUBLICATION.url}/export/{name}", "download": None, "rel": "nofollow"} in anchors


def test_the_newest_version_can_be_cited_by_the_identifier_of_all_versions() -> None:
    html = shown()
    newest = html.partition('id="cite-newest"')[2].partition("</dd>")[0]
    assert PUBLICATION.concept_doi in newest
    assert str(PUBLICATION.doi) not in newest
    assert 'id="cite-newest"' not in shown(replace(PUBLICATION, concept_doi=None, concept_cstr=None))


@pytest.mark.parametrize("style", STYLES_ON_REQUEST)
def test_how_to_cite_is_printed_in_every_style_that_is_asked_for(style: str) -> None:
    assert style in [option["value"] for option in Page(shown()).each("option")]
    page = Page(shown(style=style))
    assert page.text_in("dt")[0] == STYLES[style]
    assert cite(PUBLICATION, style, accessed=TODAY) in page.text_in("span")
    assert [option["value"] for option in page.each("option") if "selected" in option] == [style]


def test_a_citation_can_be_selected_and_a_script_offers_to_copy_it() -> None:
    page = Page(shown())
    assert {button["type"] for button in page.each("button")} == {"submit"}, "those of forms: a script makes the others"
    names = [dd["data-name"] for dd in page.each("dd") if "data-copy" in dd]
    assert names == ["DataCite", "GB/T 7714—2015", "DataCite", "DOI", "CSTR"]
    assert {(dd["data-copy"], dd["data-copied"]) for dd in page.each("dd") if "data-copy" in dd} == {("Copy", "Copied")}
    script = assets()["shell.js"].address.rpartition("/")[2]
    assert b"navigator.clipboard" in asset_bytes(script).plain  # type: ignore[union-attr]


@pytest.mark.parametrize("state", ["reserved", "registering", "failed"])
def test_a_doi_that_is_not_registered_says_so_and_leads_here(state: str) -> None:
    page = Page(shown(replace(PUBLICATION, doi_state=state, cstr_state=state)))
    assert page.text_in("span").count("reserved, not registered yet") == 2
    hrefs = [a["href"] for a in page.each("a")]
    assert hrefs.count(PUBLICATION.url) == 2
    assert "https://doi.org/10.5072/data.12" not in hrefs
    assert ("canonical", PUBLICATION.url) in {(link["rel"], link["href"]) for link in page.each("link")}


@pytest.mark.parametrize("state", ["", "registered", "updating", "external"])
def test_a_doi_that_leads_somewhere_is_a_plain_link(state: str) -> None:
    page = Page(shown(replace(PUBLICATION, doi_state=state)))
    assert "reserved, not registered yet" not in page.text
    assert {"href": "https://doi.org/10.5072/data.12"} in page.each("a")


def test_every_format_is_offered_by_link_with_its_media_type() -> None:
    anchors = Page(shown()).each("a")
    for export in EXPORTS:
        assert {
            "href": f"{PUBLICATION.url}?format={export.name}",
            "type": export.media_type,
            "rel": "nofollow",
        } in anchors


def test_the_linked_data_of_the_page_are_those_of_the_record() -> None:
    assert json.loads(Page(shown()).text_in("script")[0]) == schema_org(PUBLICATION)


def test_citation_software_and_crawlers_find_their_tags() -> None:
    page = Page(shown())
    assert page.metas("citation_title") == [METADATA["title"]]
    assert page.metas("citation_author") == ["Smith, John A.", "李伟", "Institute of Geology & Geophysics"]
    assert page.metas("citation_publication_date") == ["2024/03/05"]
    assert page.metas("citation_doi") == ["10.5072/data.12"]
    assert page.metas("DC.identifier") == [
        "https://doi.org/10.5072/data.12",
        "https://cstr.cn/99999.11.data.12",
    ]
    links = {(link["rel"], link["href"]) for link in page.each("link")}
    assert ("canonical", PUBLICATION.url) in links
    assert ("cite-as", "https://doi.org/10.5072/data.12") in links
    assert ("type", "https://schema.org/Dataset") in links


def test_access_licence_sizes_and_types_are_said_to_machines() -> None:
    page = Page(shown())
    assert page.metas("DCTERMS.accessRights") == ["http://purl.org/coar/access_right/c_abf2"]
    assert page.metas("DCTERMS.license")[0] == "https://creativecommons.org/licenses/by/4.0/"
    assert page.metas("DCTERMS.extent") == [f"{PUBLICATION.total_bytes} bytes"]
    assert page.metas("DC.format") == ["application/vnd.fdsn.mseed", "text/csv", "text/markdown"]
    embargoed = replace(PUBLICATION, files=(), file_count=0, access_status="embargoed", embargo_until="2027-01-01")
    page = Page(shown(embargoed, files_restricted=True, archive_url=None))
    assert page.metas("DCTERMS.accessRights") == ["http://purl.org/coar/access_right/c_f1cf"]
    assert page.metas("DCTERMS.available") == ["2027-01-01"]
    assert "They open on 2027-01-01." in page.text


@pytest.mark.parametrize(("language", "locale", "other"), [("en", "en_US", "zh_CN"), ("zh", "zh_CN", "en_US")])
def test_social_sites_find_open_graph(language: str, locale: str, other: str) -> None:
    said = {
        meta["property"]: meta["content"] for meta in Page(shown(language=language)).each("meta") if "property" in meta
    }
    assert said["og:title"] == METADATA["title"]
    assert said["og:url"] == PUBLICATION.url
    assert said["og:description"] == "Records of three components & more. Second."
    assert said["og:site_name"] == "Test Repository"
    assert (said["og:locale"], said["og:locale:alternate"]) == (locale, other)


def test_the_page_names_itself_in_its_languages_and_the_feed() -> None:
    links = Page(shown()).each("link")
    translations = {str(link.get("hreflang")): link["href"] for link in links if link.get("hreflang")}
    assert translations == {
        "en": f"{PUBLICATION.url}?lang=en",
        "zh": f"{PUBLICATION.url}?lang=zh",
        "x-default": PUBLICATION.url,
    }
    assert "/feed.atom" in [link["href"] for link in links if link.get("type") == "application/atom+xml"]


def test_the_institution_of_an_author_follows_directly_after_the_author() -> None:
    ordered = [str(meta.get("name")) for meta in Page(shown()).each("meta")]
    at = ordered.index("citation_author")
    assert ordered[at + 1] == "citation_author_institution"


def test_the_page_needs_nothing_from_elsewhere_and_its_policy_forbids_it() -> None:
    page = Page(shown())
    assert {script["src"] for script in page.each("script") if "src" in script} == {assets()["shell.js"].address}
    sheets = [link for link in page.each("link") if link["rel"] == "stylesheet"]
    assert [(link["href"], link["integrity"]) for link in sheets] == [
        (assets()["landing.css"].address, assets()["landing.css"].integrity)
    ]
    assert [link["href"] for link in page.each("link") if link["rel"] == "icon"] == ["data:,"]
    assert not page.each("style")
    assert not [attributes for _, attributes in page.elements if "style" in attributes]
    assert not page.metas("refresh")
    policy = content_security_policy()
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
