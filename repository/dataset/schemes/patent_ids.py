"""Patents: numbers of publications and applications, in the compact form of WIPO ST.13 and of patent databases.

A publication is office, number and kind of document (``CN102030405B``, ``US7654321B2``, ``EP1234567A1``,
``WO2020123456A1``). An application is known by its office: ``CN201710601862.3`` with its check digit (ZC 0006-2003),
``PCT/CN2020/123456``.
"""

import re

from repository.dataset.schemes import check_digits
from repository.dataset.schemes.parsing import Misread, require_check_digits, without_mark

_LETTERS = (
    "AL AM AP AR AT AU AZ BA BE BG BR BY CA CH CL CN CO CR CS CU CY CZ DD DE DK DO DZ EA EC EE EG EM EP ES FI FR GB GC"
    " GE GR GT HK HN HR HU ID IE IL IN IR IS IT JO JP KE KG KR KZ LT LU LV MA MC MD ME MK MN MT MW MX MY NI NL NO NZ OA"
    " PA PE PH PK PL PT RO RS RU SA SE SG SI SK SM SU SV TH TJ TM TN TR TT TW UA US UY UZ VN WO YU ZA ZM ZW"
)
OFFICES = frozenset(_LETTERS.split())
"""Offices whose publications the European Patent Office collects, by their letters in WIPO ST.3."""

SIGNS = re.compile(
    r"patent:|(?:https?://)?patents\.google\.com/patent/|https?://worldwide\.espacenet\.com/|PCT/|ZL\s?[0-9]|"
    rf"CN\s?[0-9]{{8,12}}\.[0-9X]$|(?:{'|'.join(sorted(OFFICES))})[\s0-9,./-]{{6,20}}[ABCEPSTUYZ][0-9]?$",
    re.I,
)
"""The beginning of a text, or the whole text, that can be nothing but a patent."""

_ADDRESS = re.compile(
    r"(?:https?://)?patents\.google\.com/patent/(?P<google>[A-Z0-9.]+)(?:/[a-z]{2})?/?(?:\?[^\s]*)?|"
    r"https?://worldwide\.espacenet\.com/[^\s]*?(?:pn%3D|pn=|CC=[A-Z]{2}&NR=)(?P<espacenet>[A-Z0-9]+)[^\s]*",
    re.I,
)
_MARK = re.compile(r"patent:\s*", re.I)
_SEPARATORS = re.compile(r"[\s,/·-]+|\.(?![0-9X]$)")
_PUBLICATION = re.compile(r"(?P<office>[A-Z]{2})(?:D|RE|PP|H|S|T)?(?P<number>[0-9]{3,13})(?P<kind>[A-Z][0-9]?)?")
_CHINESE_APPLICATION = re.compile(
    r"(?:ZL(?P<granted>[0-9]{12}|[0-9]{8})\.?|(?:CN)?(?P<filed>[0-9]{12}|[0-9]{8})\.)(?P<check>[0-9X])"
)
_INTERNATIONAL_APPLICATION = re.compile(r"PCT/?([A-Z]{2})/?((?:19|20)?[0-9]{2})/?([0-9]{5,6})")


def read_patent(text: str) -> str:
    """Return the compact form, without the blanks, commas and slashes that help the eye."""
    number = without_mark(_MARK, _number_in_address(text)).upper()
    if international := _INTERNATIONAL_APPLICATION.fullmatch(re.sub(r"[\s-]+", "", number)):
        return _international(*international.groups())
    bare = _SEPARATORS.sub("", number)
    if chinese := _CHINESE_APPLICATION.fullmatch(bare):
        digits, check = chinese["granted"] or chinese["filed"], chinese["check"]
        return f"CN{require_check_digits(digits, check, check_digits.chinese_application(digits))}.{check}"
    return _publication(bare)


def _number_in_address(text: str) -> str:
    match = _ADDRESS.fullmatch(text)
    return text if match is None else match["google"] or match["espacenet"]


def _publication(bare: str) -> str:
    match = _PUBLICATION.fullmatch(bare)
    if match is None:
        raise Misread("It should be office, number and kind of document, as in CN102030405B.")
    if match["office"] not in OFFICES:
        raise Misread(f"{match['office']} is no patent office.")
    return bare


def _international(office: str, year: str, number: str) -> str:
    if office not in OFFICES and office != "IB":
        raise Misread(f"{office} is no patent office.")
    return f"PCT/{office}{_four_digit_year(year)}/{number:0>6}"


def _four_digit_year(year: str) -> str:
    """Return the year in full: international applications began in 1978, and have four digits since 2004."""
    return year if len(year) == 4 else f"{'19' if year > '77' else '20'}{year}"
