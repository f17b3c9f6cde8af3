"""Readers for publications: books, journals, papers, and products with a bar code."""

import re

from repository.dataset import cstr
from repository.dataset.schemes import check_digits
from repository.dataset.schemes.parsing import (
    BLANKS_AND_HYPHENS,
    Misread,
    by_idutils,
    by_pattern,
    full_match,
    idutils,
    require_check_digits,
    without_blanks,
    without_mark,
)

_ARXIV_MARK = re.compile(
    r"(?:arxiv:\s*|(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|"
    r"(?:doi:|https?://(?:dx\.)?doi\.org/)?10\.48550/arxiv\.)",
    re.I,
)
_ARXIV = re.compile(
    r"(?:[a-z-]+(?:\.[a-z]{2})?/)?(?P<year>[0-9]{2})(?P<month>[0-9]{2})\.[0-9]{4,5}(?:v[1-9][0-9]*)?", re.I
)
_ARXIV_BEFORE_2007 = re.compile(
    r"(?P<archive>acc-phys|adap-org|alg-geom|ao-sci|astro-ph|atom-ph|bayes-an|chao-dyn|chem-ph|cmp-lg|comp-gas|"
    r"cond-mat|cs|dg-ga|funct-an|gr-qc|hep-ex|hep-lat|hep-ph|hep-th|math|math-ph|mtrl-th|nlin|nucl-ex|nucl-th|"
    r"patt-sol|physics|plasm-ph|q-alg|q-bio|quant-ph|solv-int|supr-con)(?:\.[a-z]{2})?/"
    r"(?P<year>[0-9]{2})(?P<month>[0-9]{2})[0-9]{3}(?:v[1-9][0-9]*)?",
    re.I,
)
_DOI_MARK = re.compile(r"(?:https?://)?(?:www\.)?doi\.org/", re.I)
_ISBN_MARK = re.compile(r"(?:urn:isbn:|isbn(?:-1[03])?[:\s]\s*)", re.I)
_ISSN = re.compile(
    r"(?:urn:issn:|e?issn(?:-l)?[:\s]\s*|(?:https?://)?portal\.issn\.org/resource/issn/)?([0-9]{4})[-\s]?([0-9]{3})([0-9X])",
    re.I,
)
_PMID = re.compile(
    r"(?:pmid:\s*|pubmed:\s*|(?:https?://)?pubmed\.ncbi\.nlm\.nih\.gov/|"
    r"(?:https?://)?(?:www\.)?ncbi\.nlm\.nih\.gov/(?:m/)?pubmed/)?([1-9][0-9]{0,8})/?",
    re.I,
)
_PMCID = re.compile(
    r"(?:pmcid:\s*|(?:https?://)?pmc\.ncbi\.nlm\.nih\.gov/articles/|"
    r"(?:https?://)?(?:www\.)?ncbi\.nlm\.nih\.gov/pmc/articles/|(?:https?://)?europepmc\.org/articles?/(?:PMC/)?)?"
    r"(PMC[1-9][0-9]{0,9}(?:\.[1-9][0-9]?)?)/?",
    re.I,
)

_doi = by_idutils("doi")
_pmcid = by_pattern(_PMCID)
read_ads = by_idutils("ads")
read_pmid = by_pattern(_PMID)


def read_cstr(text: str) -> str:
    try:
        return cstr.parse(text).bare
    except cstr.NotACstr as error:
        raise Misread(error.fault) from error


def read_doi(text: str) -> str:
    return _doi(without_mark(_DOI_MARK, text))


def read_arxiv(text: str) -> str:
    """Return the number with its mark and version; the class of a paper before 2007 is not part of it."""
    bare = without_mark(_ARXIV_MARK, text).removesuffix(".pdf")
    match = _ARXIV.fullmatch(bare) or full_match(_ARXIV_BEFORE_2007, bare)
    if not 1 <= int(match["month"]) <= 12:
        raise Misread(f"Its digits begin with year and month, and there is no month {match['month']}.")
    value = str(idutils().normalize_arxiv(bare))
    return without_blanks(value.lower().replace("arxiv:", "arXiv:"))


def read_pmcid(text: str) -> str:
    return _pmcid(text).upper()


def read_isbn(text: str) -> str:
    """Return thirteen digits with hyphens; without hyphens where the publisher's range is unknown."""
    number = without_mark(_ISBN_MARK, text)
    bare = BLANKS_AND_HYPHENS.sub("", number).upper()
    if re.fullmatch(r"97[89][0-9]{10}", bare):
        require_check_digits(bare, bare[-1], check_digits.ean(bare[:-1]))
    elif re.fullmatch(r"[0-9]{9}[0-9X]", bare):
        require_check_digits(bare, bare[-1], check_digits.descending(bare[:-1]))
    else:
        raise ValueError(text)
    if not idutils().is_isbn(number):
        raise ValueError(text)
    return str(idutils().normalize_isbn(number) or bare)


def read_issn(text: str) -> str:
    match = full_match(_ISSN, text)
    first, second, check = match[1], match[2], match[3].upper()
    return require_check_digits(f"{first}-{second}{check}", check, check_digits.descending(first + second))


def read_ean13(text: str) -> str:
    return _bar_code(text, 13)


def read_upc(text: str) -> str:
    """Return twelve digits; a UPC is an EAN-13 that begins with a zero, with the same check digit."""
    return _bar_code(text, 12)


def read_istc(text: str) -> str:
    """Return sixteen hexadecimal digits in groups of 3, 4, 8 and 1 (ISO 21047)."""
    bare = BLANKS_AND_HYPHENS.sub("", text).upper().removeprefix("ISTC:")
    if not re.fullmatch(r"[0-9A-F]{16}", bare):
        raise ValueError(text)
    require_check_digits(bare, bare[-1], check_digits.istc(bare[:-1]))
    return "-".join((bare[:3], bare[3:7], bare[7:15], bare[15]))


def _bar_code(text: str, length: int) -> str:
    bare = BLANKS_AND_HYPHENS.sub("", text)
    if not re.fullmatch(rf"[0-9]{{{length}}}", bare):
        raise ValueError(text)
    return require_check_digits(bare, bare[-1], check_digits.ean(bare[:-1]))
