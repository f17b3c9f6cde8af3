"""CSTR, China's identifier of science and technology resources: its grammar (GB/T 32843-2016).

``CSTR:31253.11.sciencedb.j00214.00053`` is a registrant's prefix of five characters, a resource
type of two digits (``11`` for scientific data) and a local part that the registrant is free to
choose; it may hold dots, dashes and slashes.  Letters keep the case in which they were minted, but
two identifiers that differ only in case are the same.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

_RESOLVERS = re.compile(
    r"(?:https?://)?(?:(?:www\.)?cstr\.cn/|identifiers\.org/(?=cstr[:/])|bioregistry\.io/(?=cstr:))",
    re.IGNORECASE,
)
_MARK = re.compile(r"cstr\s*[:：/]\s*", re.IGNORECASE)
_PREFIX = r"[A-Za-z0-9_]{5}"
_TYPE_CODE = r"[0-9]{2}"
_BARE = re.compile(rf"(?P<prefix>{_PREFIX})\.(?P<type_code>{_TYPE_CODE})\.(?P<local>[^\s\x00-\x1f\x7f]+)")
_UNESCAPED = "/:;,()[]@!$*+=~"


class NotACstr(ValueError):
    """`fault` is a sentence on what is wrong with it."""

    def __init__(self, text: str, fault: str) -> None:
        self.fault = fault
        super().__init__(f"{text!r} is not a CSTR. {fault}")


@dataclass(frozen=True, slots=True)
class Cstr:
    """An identifier as minted; compare by `folded`, for ``==`` respects case."""

    prefix: str
    type_code: str
    local: str

    def __str__(self) -> str:
        return self.curie

    @property
    def bare(self) -> str:
        """As in ``31253.11.sciencedb.01092``, the form that is stored."""
        return f"{self.prefix}.{self.type_code}.{self.local}"

    @property
    def curie(self) -> str:
        """As in ``CSTR:31253.11.sciencedb.01092``, the form that is printed."""
        return f"CSTR:{self.bare}"

    @property
    def url(self) -> str:
        """Where it resolves, percent-encoded."""
        return "https://cstr.cn/" + quote(self.bare, safe=_UNESCAPED, errors="replace")

    @property
    def folded(self) -> str:
        """Equal for two identifiers that differ only in case."""
        return self.bare.casefold()


def parse(text: str) -> Cstr:
    """Read a CSTR written bare, with ``CSTR:`` before it, or as an address of a resolver.

    Resolvers are cstr.cn, identifiers.org and bioregistry.io.  Raises `NotACstr` with a
    reason for people when `text` is not a CSTR.
    """
    bare = _without_mark(_without_resolver(text.strip()))
    if _MARK.match(bare):
        raise NotACstr(text, "It repeats the mark 'CSTR:'.")
    match = _BARE.fullmatch(bare)
    if match is None:
        raise NotACstr(text, _fault(bare))
    return Cstr(**match.groupdict())


def _without_resolver(text: str) -> str:
    """The path of an address, decoded and without query and fragment; other text as it is."""
    match = _RESOLVERS.match(text)
    return unquote(re.split(r"[?#]", text[match.end() :])[0]) if match else text


def _without_mark(text: str) -> str:
    return _MARK.sub("", text, count=1) if _MARK.match(text) else text


def _fault(bare: str) -> str:
    prefix, _, rest = bare.partition(".")
    type_code, _, local = rest.partition(".")
    if not re.fullmatch(_PREFIX, prefix):
        return "Its prefix must be five letters or digits."
    if not re.fullmatch(_TYPE_CODE, type_code):
        return "Its resource type must be two digits."
    return "Its local part must not have blanks." if local else "Its local part is missing."
