"""A wrong identifier is refused with a reason: the digit that it should have, the scheme that it is of."""

import pytest

from repository.dataset.schemes import LONGEST, OF_RELATED, InvalidIdentifier, detect, misspelt, normalise

HASH = "0123456789012345678901234567890123456789"


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
        ("doi", "https://doi.org/10.5072/a%0Ab", "DOI"),
        ("doi", "https://doi.org/10.5072/a%FFb", "DOI"),
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
    with pytest.raises(InvalidIdentifier) as refused:
        normalise(scheme, text)
    assert refused.value.messages[0] == f"Invalid {label} identifier."


@pytest.mark.parametrize(
    ("scheme", "text", "reason"),
    [
        ("orcid", "0000-0002-1825-0098", "Its check digit should be 7."),
        ("orcid", "https://orcid.org/0000-0002-1825-00", "It should have 16 characters, not 14."),
        ("orcid", "0000000121032683", "It looks like an identifier of scheme isni."),
        ("orcid", "10.5072/x", "It looks like an identifier of scheme doi."),
        ("doi", "https://orcid.org/0000-0002-1825-0097", "It looks like an identifier of scheme orcid."),
        ("doi", "12", "It should look like 10.5072/abc."),
        ("doi", "10.5072/with blank", "It must not have blanks."),
        ("isni", "0000000121032684", "Its check digit should be 3."),
        ("ror", "05dxps056", "Its check digits should be 55."),
        ("gnd", "2019024-5", "Its check digit should be 4."),
        ("gnd", "118540239", "Its check digit should be 8."),
        ("isbn", "978-0-306-40615-8", "Its check digit should be 7."),
        ("isbn", "0-306-40615-3", "Its check digit should be 2."),
        ("issn", "1562-6866", "Its check digit should be 5."),
        ("ean13", "4006381333932", "Its check digit should be 1."),
        ("upc", "036000291453", "Its check digit should be 2."),
        ("istc", "0A9-2002-12B4A105-8", "Its check digit should be 7."),
        ("cstr", "CSTRnull", "Its prefix must be five letters or digits."),
        ("arxiv", "2113.00001", "Its digits begin with year and month, and there is no month 13."),
        ("patent", "ZL201710601862.4", "Its check digit should be 3."),
        ("patent", "XX123456A", "XX is no patent office."),
        ("patent", "Nature", "It should be office, number and kind of document, as in CN102030405B."),
        ("swhid", f"swh:1:abc:{HASH}", "Its object type should be one of cnt, dir, rel, rev, snp."),
        ("swhid", "swh:1:cnt:0123", "Its hash should have 40 hexadecimal digits."),
        (
            "swhid",
            f"swh:1:cnt:{HASH};lines=a",
            "Its qualifier lines is unknown to the scheme or has a wrong value.",
        ),
        ("swhid", f"swh:1:cnt:{HASH};lines=1;lines=2", "It has a qualifier twice."),
        ("url", "https://example.org/" + "x" * LONGEST, f"It should have 1 to {LONGEST} characters."),
        ("other", "somebody@example.org", "It looks like an e-mail address."),
        ("other", "a\x00b", "It has characters that do not belong in one."),
    ],
)
def test_a_refusal_tells_its_reason(scheme: str, text: str, reason: str) -> None:
    with pytest.raises(InvalidIdentifier) as refused:
        normalise(scheme, text)
    assert refused.value.reason == reason
    assert str(refused.value) == f"{refused.value.messages[0]} {reason}"


@pytest.mark.parametrize(
    ("text", "scheme", "reason"),
    [
        ("https://orcid.org/0000-0002-1825-0098", "orcid", "Its check digit should be 7."),
        ("https://ror.org/05dxps056", "ror", "Its check digits should be 55."),
        ("978-0-306-40615-8", "isbn", "Its check digit should be 7."),
        ("CN201710601862.4", "patent", "Its check digit should be 3."),
        ("swh:1:cnt:0123", "swhid", "Its hash should have 40 hexadecimal digits."),
        ("CSTR:31253.1.x", "cstr", "Its resource type must be two digits."),
        ("doi:11.5072/x", "doi", "It should look like 10.5072/abc."),
    ],
)
def test_what_was_meant_to_be_an_identifier_is_no_mere_address(text: str, scheme: str, reason: str) -> None:
    assert detect(text, OF_RELATED) is None
    assert misspelt(text, OF_RELATED) == f"It looks like an identifier of scheme {scheme}. {reason}"


def test_of_a_text_that_means_nothing_there_is_nothing_to_say() -> None:
    assert misspelt("just words", OF_RELATED) == ""
    assert misspelt("x" * (LONGEST + 1), OF_RELATED) == ""
