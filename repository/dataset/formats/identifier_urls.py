"""Addresses at which identifiers of known schemes resolve."""

from urllib.parse import quote

from repository.dataset import cstr

_ADDRESSES = {
    "ads": "https://ui.adsabs.harvard.edu/abs/{}",
    "arxiv": "https://arxiv.org/abs/{}",
    "ark": "https://n2t.net/{}",
    "crossreffunderid": "https://doi.org/{}",
    "doi": "https://doi.org/{}",
    "eissn": "https://portal.issn.org/resource/ISSN/{}",
    "geonames": "https://www.geonames.org/{}",
    "gnd": "https://d-nb.info/gnd/{}",
    "grid": "https://grid.ac/institutes/{}",
    "handle": "https://hdl.handle.net/{}",
    "igsn": "https://igsn.org/{}",
    "isni": "https://isni.org/isni/{}",
    "issn": "https://portal.issn.org/resource/ISSN/{}",
    "orcid": "https://orcid.org/{}",
    "patent": "https://patents.google.com/patent/{}",
    "pmcid": "https://pmc.ncbi.nlm.nih.gov/articles/{}/",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/{}/",
    "raid": "https://raid.org/{}",
    "ror": "https://ror.org/{}",
    "rrid": "https://scicrunch.org/resolver/{}",
    "swhid": "https://archive.softwareheritage.org/{}",
    "urn": "https://nbn-resolving.org/{}",
    "wikidata": "https://www.wikidata.org/wiki/{}",
}
_MARKS = {"ads": "ads:", "doi": "doi:", "arxiv": "arxiv:", "handle": "hdl:", "gnd": "gnd:", "grid": "grid:"}
_SAFE = "/:;,()@!$*+=~"


def web_address(text: str | None) -> str | None:
    """Return `text` if a page may link to it (http or https only), else None."""
    address = (text or "").strip()
    return address if address.lower().startswith(("http://", "https://")) else None


def link_to(scheme: str, identifier: str) -> str | None:
    """Return the address at which `identifier` resolves, None for a scheme without a public resolver.

    An identifier that is an address is its own address, whatever the scheme.
    """
    if address := web_address(identifier):
        return address
    if scheme == "cstr":
        return _link_to_cstr(identifier)
    scheme = "doi" if scheme == "igsn" and identifier.startswith("10.") else registered_as(scheme, identifier)
    if scheme == "patent" and not identifier.isalnum():
        return None  # the number of an application, which may have no page yet
    if scheme not in _ADDRESSES:
        return None
    mark = _MARKS.get(scheme, "")
    bare = identifier[len(mark) :] if identifier.lower().startswith(mark) else identifier
    if scheme == "crossreffunderid":
        bare = f"10.13039/{bare.removeprefix('10.13039/')}"
    # the qualifiers of a SWHID are percent-encoded already
    return _ADDRESSES[scheme].format(_escape(bare, "%" if scheme == "swhid" else ""))


def registered_as(scheme: str, identifier: str) -> str:
    """Return the scheme that registers the identifier: that of an instrument is a DOI or a Handle."""
    if scheme == "pidinst":
        return "doi" if identifier.startswith("10.") else "handle"
    return scheme


def doi_url(doi: str) -> str:
    return f"https://doi.org/{_escape(doi)}"


def cited_at(doi: str | None, identifier: str | None, page: str) -> str:
    """Return the most lasting address: of the DOI, else of the CSTR `identifier`, else of the page."""
    if doi:
        return doi_url(doi)
    return cstr_url(identifier) if identifier else page


def cstr_url(identifier: str) -> str:
    """Return the address of a CSTR. Raise `ValueError` when `identifier` is not a CSTR."""
    return cstr.parse(identifier).url


def handle_url(handle: str) -> str:
    return f"https://hdl.handle.net/{_escape(handle)}"


def ror_url(identifier: str | None) -> str | None:
    """Return the address of an organisation whose id is a ROR id, written bare or in full."""
    if not identifier:
        return None
    bare = identifier.removeprefix("https://ror.org/")
    is_ror_id = len(bare) == 9 and bare.startswith("0") and bare.isalnum() and bare.isascii()
    return f"https://ror.org/{bare}" if is_ror_id else None


def _escape(identifier: str, also_safe: str = "") -> str:
    return quote(identifier, safe=_SAFE + also_safe, errors="replace")


def _link_to_cstr(identifier: str) -> str | None:
    try:
        return cstr_url(identifier)
    except ValueError:
        return None  # the identifier of a related work may be free text: it is shown without a link
