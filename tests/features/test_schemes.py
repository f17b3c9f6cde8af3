"""Identifiers are recognised, checked and brought into one form."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from config import vocabularies as files
from repository.dataset.schemes import (
    OF_PEOPLE,
    OF_PLACES,
    OF_RELATED,
    OF_THINGS,
    SCHEMES,
    detect,
    is_valid,
    misspelt,
    normalise,
    only_resource_type,
)
from repository.dataset.vocabularies import Vocabularies

HASH = "0123456789012345678901234567890123456789"
NORMAL_FORMS = [
    ("ads", "ads:1984ApJ...286...53F", "1984ApJ...286...53F"),
    ("ark", "ark:/12148/btv1b8449691v", "ark:/12148/btv1b8449691v"),
    ("ark", "https://n2t.net/ark:/12148/btv1b8449691v", "ark:/12148/btv1b8449691v"),
    ("arxiv", "2101.00001v2", "arXiv:2101.00001v2"),
    ("arxiv", "arxiv:hep-th/9901001", "arXiv:hep-th/9901001"),
    ("arxiv", "https://arxiv.org/abs/2101.00001v2", "arXiv:2101.00001v2"),
    ("arxiv", "https://arxiv.org/pdf/math.GT/0309136v1.pdf", "arXiv:math/0309136v1"),
    ("arxiv", "https://doi.org/10.48550/arXiv.2101.00001", "arXiv:2101.00001"),
    ("crossreffunderid", "https://doi.org/10.13039/501100001809", "10.13039/501100001809"),
    ("crossreffunderid", "501100001809", "10.13039/501100001809"),
    ("cstr", "CSTR:31253.11.sciencedb.01092", "31253.11.sciencedb.01092"),
    ("cstr", "https://cstr.cn/31253.11.sciencedb.01092", "31253.11.sciencedb.01092"),
    ("doi", "https://doi.org/10.5072/abc.1", "10.5072/abc.1"),
    ("doi", "doi: 10.5072/数据.1", "10.5072/数据.1"),
    ("doi", "http://dx.doi.org/10.1002/(SICI)1097", "10.1002/(SICI)1097"),
    ("doi", "https://doi.org/10.1002/%28SICI%291096%3C1%3A%3AA%3E3.0.CO%3B2-9", "10.1002/(SICI)1096<1::A>3.0.CO;2-9"),
    ("doi", "doi.org/10.5072/%E6%95%B0%E6%8D%AE", "10.5072/数据"),
    ("doi", "https://doi.org/10.5072/a%2525", "10.5072/a%25"),
    ("doi", "10.5072/a%25", "10.5072/a%25"),
    ("handle", "https://hdl.handle.net/20.500.12345%2Fabc", "20.500.12345/abc"),
    ("cstr", "https://cstr.cn/31253.11.sciencedb%2E01092", "31253.11.sciencedb.01092"),
    ("url", "https://example.org/a%20b", "https://example.org/a%20b"),
    ("ean13", "4006381333931", "4006381333931"),
    ("eissn", "1562-6865", "1562-6865"),
    ("geonames", "https://www.geonames.org/1816670", "1816670"),
    ("gnd", "https://d-nb.info/gnd/4079154-3", "gnd:4079154-3"),
    ("grid", "grid.9227.e", "grid.9227.e"),
    ("handle", "https://hdl.handle.net/20.500.12345/abc", "20.500.12345/abc"),
    ("igsn", "igsn:AU1101", "AU1101"),
    ("igsn", "https://hdl.handle.net/10273/AU1101", "AU1101"),
    ("igsn", "10273/AU1101", "AU1101"),
    ("igsn", "https://doi.org/10.58052/IECUR0097", "10.58052/IECUR0097"),
    ("isbn", "ISBN 978-0-306-40615-7", "978-0-306-40615-7"),
    ("isbn", "0-306-40615-2", "978-0-306-40615-7"),
    ("isbn", "9780306406157", "978-0-306-40615-7"),
    ("isni", "https://isni.org/isni/0000000121032683", "0000000121032683"),
    ("isni", "0000 0001 2103 2683", "0000000121032683"),
    ("issn", "15626865", "1562-6865"),
    ("issn", "ISSN 2434-561x", "2434-561X"),
    ("istc", "0A9200212B4A1057", "0A9-2002-12B4A105-7"),
    ("lissn", "0024-9319", "0024-9319"),
    ("lsid", "urn:lsid:ubio.org:namebank:11815", "urn:lsid:ubio.org:namebank:11815"),
    ("orcid", "https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
    ("orcid", "0000000218250097", "0000-0002-1825-0097"),
    ("orcid", "0000-0002-1694-233x", "0000-0002-1694-233X"),
    ("orcid", "orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
    ("other", "sample 12 (样品)", "sample 12 (样品)"),
    ("patent", "CN 102030405 B", "CN102030405B"),
    ("patent", "US 7,654,321 B2", "US7654321B2"),
    ("patent", "US 2020/0123456 A1", "US20200123456A1"),
    ("patent", "US D123,456 S", "USD123456S"),
    ("patent", "EP1234567A1", "EP1234567A1"),
    ("patent", "WO 2020/123456 A1", "WO2020123456A1"),
    ("patent", "JP S63-123456 A", "JPS63123456A"),
    ("patent", "https://patents.google.com/patent/CN102030405B/en", "CN102030405B"),
    ("patent", "https://worldwide.espacenet.com/patent/search?q=pn%3DCN102030405B", "CN102030405B"),
    ("patent", "ZL 2017 1 0601862.3", "CN201710601862.3"),
    ("patent", "ZL95115608.X", "CN95115608.X"),
    ("patent", "201710601862.3", "CN201710601862.3"),
    ("patent", "PCT/CN99/00012", "PCT/CN1999/000012"),
    ("patent", "PCT/CN2020/123456", "PCT/CN2020/123456"),
    ("pidinst", "https://doi.org/10.5442/NI000001", "10.5442/NI000001"),
    ("pidinst", "hdl:21.T11998/0000-001A-3905-F", "21.T11998/0000-001A-3905-F"),
    ("pmcid", "https://www.ncbi.nlm.nih.gov/pmc/articles/pmc3531190/", "PMC3531190"),
    ("pmid", "pmid:12082125", "12082125"),
    ("pmid", "https://pubmed.ncbi.nlm.nih.gov/12082125/", "12082125"),
    ("purl", "https://purl.org/dc/terms", "https://purl.org/dc/terms"),
    ("raid", "https://raid.org/10.26259/c2b1b7b0", "10.26259/c2b1b7b0"),
    ("ror", "https://ror.org/05dxps055", "05dxps055"),
    ("rrid", "rrid:AB_90755", "RRID:AB_90755"),
    ("swhid", f"swh:1:rev:{HASH}", f"swh:1:rev:{HASH}"),
    ("swhid", f"https://archive.softwareheritage.org/SWH:1:cnt:{HASH}/", f"swh:1:cnt:{HASH}"),
    (
        "swhid",
        f"swh:1:cnt:{HASH};lines=9-15;path=/a%3Bb;origin=https://gitlab.org/a/",
        f"swh:1:cnt:{HASH};origin=https://gitlab.org/a/;path=/a%3Bb;lines=9-15",
    ),
    ("upc", "036000291452", "036000291452"),
    ("url", "https://example.org/a?b=c#d", "https://example.org/a?b=c#d"),
    ("urn", "https://nbn-resolving.org/urn:nbn:de:101:1-201102033592", "urn:nbn:de:101:1-201102033592"),
    ("w3id", "https://w3id.org/seas", "https://w3id.org/seas"),
    ("wikidata", "https://www.wikidata.org/wiki/q42", "Q42"),
]


@pytest.mark.parametrize(("scheme", "text", "normal"), NORMAL_FORMS)
def test_an_identifier_has_one_normal_form(scheme: str, text: str, normal: str) -> None:
    assert normalise(scheme, f" {text} ") == normal
    assert normalise(scheme, normal) == normal


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("0000-0002-1825-0097", "orcid"),
        ("https://orcid.org/0000-0002-1825-0097", "orcid"),
        ("0000000121032683", "isni"),
        ("gnd:4079154-3", "gnd"),
        ("https://ror.org/05dxps055", "ror"),
        ("05dxps055", "ror"),
        ("10.5072/abc", None),
        ("0000-0002-1825-0098", None),
        ("somebody@example.org", None),
        ("", None),
    ],
)
def test_the_scheme_of_a_persons_identifier_is_recognised(text: str, scheme: str | None) -> None:
    assert detect(text, OF_PEOPLE) == scheme


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("10.5072/abc", "doi"),
        ("https://doi.org/10.5072/abc", "doi"),
        ("CSTR:31253.11.sciencedb.01092", "cstr"),
        ("https://cstr.cn/31253.11.sciencedb.01092", "cstr"),
        ("31253.11.sciencedb.01092", "cstr"),
        ("https://example.org/data", "url"),
        ("http://[", None),
        ("https://purl.org/dc/terms", "purl"),
        ("https://w3id.org/seas", "w3id"),
        ("hdl:20.500.12345/abc", "handle"),
        ("20.500.12345/abc", "handle"),
        ("ark:/12148/btv1b8449691v", "ark"),
        ("arXiv:2101.00001", "arxiv"),
        ("hep-th/9901001", "arxiv"),
        ("978-0-306-40615-7", "isbn"),
        ("4006381333931", "ean13"),
        ("1562-6865", "issn"),
        ("pmid:12082125", "pmid"),
        ("12082125", None),
        ("15626865", None),
        ("118540238", None),
        ("0306406152", None),
        ("030640615X", None),
        ("080442957X", "isbn"),
        ("0-306-40615-2", "isbn"),
        ("9780306406157", "isbn"),
        ("https://doi.org/10.1002/%28SICI%291096%3C1%3A%3AA%3E3.0.CO%3B2-9", "doi"),
        ("urn:lsid:ubio.org:namebank:11815", "lsid"),
        ("urn:nbn:de:101:1-201102033592", "urn"),
        ("1984ApJ...286...53F", "ads"),
        ("igsn:AU1101", "igsn"),
        ("Q42", "wikidata"),
        ("RRID:AB_90755", "rrid"),
        ("some/words", None),
        ("just words", None),
        ("somebody@example.org", None),
        ("mailto:somebody@example.org", None),
        ("javascript://example.org/%0aalert(1)", None),
    ],
)
def test_the_scheme_of_a_things_identifier_is_recognised(text: str, scheme: str | None) -> None:
    assert detect(text, OF_THINGS) == scheme


@pytest.mark.parametrize(
    ("text", "scheme"),
    [
        ("https://orcid.org/0000-0002-1825-0097", "orcid"),
        ("https://ror.org/05dxps055", "ror"),
        ("https://ror.org/about", "url"),
        ("https://raid.org/10.26259/c2b1b7b0", "raid"),
        ("10.26259/c2b1b7b0", "doi"),
        (f"swh:1:dir:{HASH};origin=https://gitlab.org/a", "swhid"),
        ("pidinst:21.T11998/0000-001A-3905-F", "pidinst"),
        ("https://hdl.handle.net/10273/AU1101", "igsn"),
        ("igsn:10.58052/IECUR0097", "igsn"),
        ("https://arxiv.org/abs/2101.00001", "arxiv"),
        ("PMC3531190", "pmcid"),
        ("CN102030405B", "patent"),
        ("CN201710601862.3", "patent"),
        ("ZL 2017 1 0601862.3", "patent"),
        ("US 7,654,321 B2", "patent"),
        ("PCT/CN2020/123456", "patent"),
        ("data/20201", None),
        ("XX1234567A", None),
    ],
)
def test_the_scheme_of_what_a_dataset_relates_to_is_recognised(text: str, scheme: str | None) -> None:
    assert detect(text, OF_RELATED) == scheme


def test_a_scheme_that_has_one_type_of_resource_tells_it() -> None:
    types = Vocabularies.of(files.read())["resourcetypes"]
    told = {scheme: only_resource_type(scheme) for scheme in SCHEMES if only_resource_type(scheme)}
    assert [kind for kind in told.values() if types.get(kind) is None] == []
    assert (told["orcid"], told["ror"], told["raid"]) == ("person", "organization", "project")
    assert (told["igsn"], told["pidinst"], told["swhid"]) == ("physicalobject", "instrument", "software")
    assert only_resource_type("doi") == only_resource_type("nonsense") == ""


def test_every_example_is_right() -> None:
    assert [
        scheme.id for scheme in SCHEMES.values() if scheme.example and not is_valid(scheme.id, scheme.example)
    ] == []


def test_a_bare_number_is_no_place() -> None:
    assert detect("1816670", OF_PLACES) is None
    assert detect("geonames:1816670", OF_PLACES) == "geonames"


def test_the_contract_lists_these_schemes_for_things() -> None:
    contract = (
        "ark arxiv ads crossreffunderid cstr doi ean13 eissn grid handle igsn isbn isni issn istc"
        " lissn lsid pmid purl rrid upc url urn w3id wikidata other"
    )
    ours = "patent pidinst pmcid raid swhid"
    assert set(OF_THINGS) == {*contract.split(), *ours.split()}
    assert set(OF_RELATED) - set(OF_THINGS) == {"orcid", "ror"}


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
    | st.from_regex(
        r"(doi:|https?://|hdl:|urn:|ark:/|gnd:|CSTR:|igsn:|swh:1:|CN|US|PCT/|arXiv:|PMC)?[0-9A-Za-z./:@#?-]{0,30}"
    )
)
@example("https://doi.org/10.1/")
@example("urn:")
@example("²²²²²²²²")
@example("978" + "٣" * 10)
def test_whatever_is_accepted_is_its_own_normal_form(text: str) -> None:
    for scheme in SCHEMES:
        if is_valid(scheme, text):
            normal = normalise(scheme, text)
            assert normalise(scheme, normal) == normal
            assert normal == normal.strip()
    for allowed in (OF_PEOPLE, OF_PLACES, OF_THINGS, OF_RELATED):
        scheme_found = detect(text, allowed)
        assert scheme_found is None or (scheme_found in allowed and is_valid(scheme_found, text))


@pytest.mark.parametrize(
    "text", ["a@" * 1000, "1/" * 1000, "10.1" * 500, "(" * 2000, "-" * 2000, "CN" + " 1" * 900, "0 " * 999]
)
def test_a_long_hostile_text_is_answered_soon(text: str) -> None:
    assert detect(text, OF_RELATED) in (None, "handle")
    assert misspelt(text, OF_RELATED) == ""
