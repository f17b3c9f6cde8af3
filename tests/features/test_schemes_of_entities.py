"""Identifiers of what CSTR knows beside data: instruments, samples, software, projects, patents, papers, people."""

import pytest

from repository.dataset.formats.identifier_urls import link_to
from repository.dataset.schemes import OF_RELATED, InvalidIdentifier, detect, misspelt, normalise, only_resource_type
from tests.conftest import Caller, Deposits, a_dataset

HASH = "94a9ed024d3859793618152ea559a168bbcbb5e2"
WRITTEN = [
    ("raid", "https://raid.org/10.25911/b4f1a2", "10.25911/b4f1a2", "https://raid.org/10.25911/b4f1a2"),
    ("raid", "raid:10.25911/b4f1a2", "10.25911/b4f1a2", "https://raid.org/10.25911/b4f1a2"),
    (
        "swhid",
        f"SWH:1:CNT:{HASH.upper()}",
        f"swh:1:cnt:{HASH}",
        f"https://archive.softwareheritage.org/swh:1:cnt:{HASH}",
    ),
    (
        "swhid",
        f"https://archive.softwareheritage.org/swh:1:rev:{HASH};path=/a;origin=https://example.org/x.git",
        f"swh:1:rev:{HASH};origin=https://example.org/x.git;path=/a",
        None,
    ),
    ("pidinst", "pidinst:10.5442/NI000001", "10.5442/NI000001", "https://doi.org/10.5442/NI000001"),
    ("pidinst", "pidinst:21.T11998/0000-001A-3905-F", "21.T11998/0000-001A-3905-F", None),
    ("igsn", "IGSN:AU1101", "AU1101", "https://igsn.org/AU1101"),
    ("igsn", "hdl:10273/AU1101", "AU1101", None),
    ("igsn", "igsn:10.58052/IEUJU0001", "10.58052/IEUJU0001", "https://doi.org/10.58052/IEUJU0001"),
    ("patent", "CN102030405B", "CN102030405B", "https://patents.google.com/patent/CN102030405B"),
    ("patent", "US 7,654,321 B2", "US7654321B2", "https://patents.google.com/patent/US7654321B2"),
    ("patent", "https://patents.google.com/patent/EP1234567A1/en", "EP1234567A1", None),
    ("patent", "WO 2020/123456 A1", "WO2020123456A1", None),
    ("patent", "ZL 201710601862.3", "CN201710601862.3", None),
    ("patent", "PCT/CN2020/123456", "PCT/CN2020/123456", None),
    ("pmcid", "https://pmc.ncbi.nlm.nih.gov/articles/PMC3531190/", "PMC3531190", None),
    ("arxiv", "https://arxiv.org/abs/2101.00001v2", "arXiv:2101.00001v2", "https://arxiv.org/abs/2101.00001v2"),
    ("arxiv", "hep-th/9901001", "arXiv:hep-th/9901001", None),
    ("pmid", "https://pubmed.ncbi.nlm.nih.gov/12082125/", "12082125", "https://pubmed.ncbi.nlm.nih.gov/12082125/"),
    ("orcid", "https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097", "https://orcid.org/0000-0002-1825-0097"),
    ("ror", "https://ror.org/05dxps055", "05dxps055", "https://ror.org/05dxps055"),
    (
        "cstr",
        "https://cstr.cn/CSTR:32002.14.jfdc.CN10-1649/TP.2025.04.011",
        "32002.14.jfdc.CN10-1649/TP.2025.04.011",
        None,
    ),
]


@pytest.mark.parametrize(("scheme", "written", "normal", "address"), WRITTEN)
def test_each_is_detected_normalised_and_followed(scheme: str, written: str, normal: str, address: str | None) -> None:
    assert detect(written, OF_RELATED) == scheme
    assert normalise(scheme, written) == normal
    if address is not None:
        assert link_to(scheme, normal) == address


@pytest.mark.parametrize(
    ("scheme", "written", "reason"),
    [
        ("orcid", "0000-0002-1825-0098", "Its check digit should be 7."),
        ("ror", "05dxps056", "Its check digits should be 55."),
        ("isbn", "978-0-306-40615-8", "Its check digit should be 7."),
        ("issn", "1562-6866", "Its check digit should be 5."),
        ("patent", "CN201710601862.4", "Its check digit should be 3."),
        ("patent", "XX1234567A1", "XX is no patent office."),
        ("swhid", "swh:1:cnt:94a9", "Its hash should have 40 hexadecimal digits."),
        ("swhid", f"swh:1:abc:{HASH}", "Its object type should be one of cnt, dir, rel, rev, snp."),
        ("arxiv", "2113.00001", "Its digits begin with year and month, and there is no month 13."),
        ("cstr", "31253.sciencedb.01092", "Its resource type must be two digits."),
        ("doi", "0000-0002-1825-0097", "It looks like an identifier of scheme orcid."),
    ],
)
def test_a_wrong_one_is_refused_with_the_reason(scheme: str, written: str, reason: str) -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        normalise(scheme, written)
    assert refused.value.reason == reason


def test_an_address_with_a_wrong_check_digit_does_not_pass_for_a_mere_address() -> None:
    assert detect("https://orcid.org/0000-0002-1825-0098", OF_RELATED) is None
    assert "Its check digit should be 7." in misspelt("https://orcid.org/0000-0002-1825-0098", OF_RELATED)


def test_what_is_linked_has_the_type_that_its_identifier_tells() -> None:
    schemes = ("raid", "igsn", "pidinst", "patent", "orcid", "ror", "swhid", "doi")
    assert {name: only_resource_type(name) for name in schemes} == {
        "raid": "project",
        "igsn": "physicalobject",
        "pidinst": "instrument",
        "patent": "publication-patent",
        "orcid": "person",
        "ror": "organization",
        "swhid": "software",
        "doi": "",
    }


def test_a_deposit_links_all_of_them_and_its_formats_name_them(deposits: Deposits, anyone: Caller) -> None:
    links = [written for _, written, _, _ in WRITTEN]
    # the same thing may be related in another way, written in another way
    known: set[str] = set()
    relations = ["iscitedby" if normal in known or known.add(normal) else "references" for _, _, normal, _ in WRITTEN]
    related = [{"identifier": text, "relation_type": {"id": of}} for text, of in zip(links, relations, strict=True)]
    record = deposits.published(a_dataset(related_identifiers=related))

    stored = record["metadata"]["related_identifiers"]
    assert [(each["scheme"], each["identifier"]) for each in stored] == [(s, normal) for s, _, normal, _ in WRITTEN]
    xml = anyone.get(f"{record['links']['self']}?format=datacite-xml").text
    for text in ("32002.14.jfdc.CN10-1649/TP.2025.04.011", "AU1101", HASH, "b4f1a2", "CN102030405B"):
        assert text in xml
