"""Identifiers are recognised, checked and brought into one form."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from repository.dataset.schemes import (
    LONGEST,
    OF_PEOPLE,
    OF_PLACES,
    OF_THINGS,
    SCHEMES,
    detect,
    is_valid,
    normalise,
)

NORMAL_FORMS = [
    ("ads", "ads:1984ApJ...286...53F", "1984ApJ...286...53F"),
    ("ark", "ark:/12148/btv1b8449691v", "ark:/12148/btv1b8449691v"),
    ("arxiv", "2101.00001v2", "arXiv:2101.00001v2"),
    ("arxiv", "arxiv:hep-th/9901001", "arXiv:hep-th/9901001"),
    ("crossreffunderid", "https://doi.org/10.13039/501100001809", "10.13039/501100001809"),
    ("crossreffunderid", "501100001809", "501100001809"),
    ("cstr", "CSTR:31253.11.sciencedb.01092", "31253.11.sciencedb.01092"),
    ("cstr", "https://cstr.cn/31253.11.sciencedb.01092", "31253.11.sciencedb.01092"),
    ("doi", "https://doi.org/10.5072/abc.1", "10.5072/abc.1"),
    ("doi", "doi: 10.5072/数据.1", "10.5072/数据.1"),
    ("doi", "http://dx.doi.org/10.1002/(SICI)1097", "10.1002/(SICI)1097"),
    ("ean13", "4006381333931", "4006381333931"),
    ("eissn", "1562-6865", "1562-6865"),
    ("geonames", "https://www.geonames.org/1816670", "1816670"),
    ("gnd", "https://d-nb.info/gnd/4079154-3", "gnd:4079154-3"),
    ("grid", "grid.9227.e", "grid.9227.e"),
    ("handle", "https://hdl.handle.net/20.500.12345/abc", "20.500.12345/abc"),
    ("igsn", "igsn:AU1101", "AU1101"),
    ("isbn", "0-306-40615-2", "978-0-306-40615-7"),
    ("isbn", "9780306406157", "978-0-306-40615-7"),
    ("isni", "https://isni.org/isni/0000000121032683", "0000000121032683"),
    ("isni", "0000 0001 2103 2683", "0000000121032683"),
    ("issn", "15626865", "1562-6865"),
    ("lissn", "0024-9319", "0024-9319"),
    ("lsid", "urn:lsid:ubio.org:namebank:11815", "urn:lsid:ubio.org:namebank:11815"),
    ("orcid", "https://orcid.org/0000-0002-1825-0097", "0000-0002-1825-0097"),
    ("orcid", "0000000218250097", "0000-0002-1825-0097"),
    ("orcid", "0000-0002-1694-233x", "0000-0002-1694-233X"),
    ("other", "sample 12 (样品)", "sample 12 (样品)"),
    ("pmid", "pmid:12082125", "12082125"),
    ("purl", "https://purl.org/dc/terms", "https://purl.org/dc/terms"),
    ("ror", "https://ror.org/05dxps055", "05dxps055"),
    ("rrid", "rrid:AB_90755", "RRID:AB_90755"),
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
    ("scheme", "text", "label"),
    [
        ("orcid", "0000-0002-1825-0098", "ORCID"),
        ("orcid", "https://orcid.org/0000-0002-1825-00", "ORCID"),
        ("isni", "0000000121032684", "ISNI"),
        ("ror", "05dxps056", "ROR"),
        ("ror", "https://example.org/05dxps055", "ROR"),
        ("gnd", "4079154-3 and more", "GND"),
        ("isbn", "978-0-306-40615-8", "ISBN"),
        ("issn", "1562-6866", "ISSN"),
        ("eissn", "1562-6866", "EISSN"),
        ("ean13", "4006381333932", "EAN13"),
        ("upc", "036000291453", "UPC"),
        ("doi", "11.5072/abc", "DOI"),
        ("doi", "10.5072/with blank", "DOI"),
        ("doi", "10.5072/a\nb", "DOI"),
        ("cstr", "CSTRnull", "CSTR"),
        ("cstr", "31253.11", "CSTR"),
        ("handle", "https://example.org/x", "Handle"),
        ("handle", "hdl:hdl:1/2", "Handle"),
        ("arxiv", "2101.1", "arXiv"),
        ("pmid", "PMC12", "PMID"),
        ("pmid", "١٢٣", "PMID"),
        ("url", "javascript://example.org/%0aalert(1)", "URL"),
        ("url", "javascript:alert(1)", "URL"),
        ("url", "data:text/html,x", "URL"),
        ("url", "https://", "URL"),
        ("url", "http://[", "URL"),
        ("url", "www.example.org", "URL"),
        ("url", "https://example.org/" + "x" * LONGEST, "URL"),
        ("purl", "https://example.org/purl.org", "PURL"),
        ("w3id", "https://example.org/w3id.org", "W3ID"),
        ("wikidata", "Q0", "Wikidata"),
        ("other", "somebody@example.org", "Other"),
        ("other", "", "Other"),
        ("other", "a\x00b", "Other"),
        ("urn", "nbn:de:101", "URN"),
        ("grid", "grid.x", "GRID"),
    ],
)
def test_a_wrong_identifier_is_refused_by_the_name_of_its_scheme(scheme: str, text: str, label: str) -> None:
    with pytest.raises(ValueError, match=f"^Invalid {label} identifier\\.( [A-Z].*\\.)?$"):
        normalise(scheme, text)


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
        ("12082125", "pmid"),
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


def test_a_bare_number_is_no_place() -> None:
    assert detect("1816670", OF_PLACES) is None
    assert detect("geonames:1816670", OF_PLACES) == "geonames"


def test_the_contract_lists_these_schemes_for_things() -> None:
    contract = (
        "ark arxiv ads crossreffunderid cstr doi ean13 eissn grid handle igsn isbn isni issn istc"
        " lissn lsid pmid purl rrid upc url urn w3id wikidata other"
    )
    of_our_own = "patent pidinst pmcid raid swhid"
    assert set(OF_THINGS) == {*contract.split(), *of_our_own.split()}


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
    | st.from_regex(r"(doi:|https?://|hdl:|urn:|ark:/|gnd:|CSTR:|igsn:)?[0-9A-Za-z./:@#?-]{0,30}")
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
    for allowed in (OF_PEOPLE, OF_PLACES, OF_THINGS):
        scheme_found = detect(text, allowed)
        assert scheme_found is None or (scheme_found in allowed and is_valid(scheme_found, text))


@pytest.mark.parametrize("text", ["a@" * 1000, "1/" * 1000, "10.1" * 500, "(" * 2000, "-" * 2000])
def test_a_long_hostile_text_is_answered_soon(text: str) -> None:
    assert detect(text, OF_THINGS) in (None, "handle")
