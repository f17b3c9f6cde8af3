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
    """The text is not a CSTR; `fault` is a sentence that says what is wrong."""

    def __init__(self, text: str, fault: str) -> None:
        self.fault = fault
        super().__init__(f"{text!r} is not a CSTR. {fault}")


@dataclass(frozen=True, slots=True)
class Cstr:
    """An identifier as minted. Compare by `folded`: ``==`` respects case."""

    prefix: str
    type_code: str
    local: str

    def __str__(self) -> str:
        return self.curie

    @property
    def bare(self) -> str:
        """The stored form, as in ``31253.11.sciencedb.01092``."""
        return f"{self.prefix}.{self.type_code}.{self.local}"

    @property
    def curie(self) -> str:
        """The printed form, as in ``CSTR:31253.11.sciencedb.01092``."""
        return f"CSTR:{self.bare}"

    @property
    def url(self) -> str:
        """The address that resolves it, percent-encoded."""
        return "https://cstr.cn/" + quote(self.bare, safe=_UNESCAPED, errors="replace")

    @property
    def folded(self) -> str:
        """A form that is equal for two identifiers that differ only in case."""
        return self.bare.casefold()


def parse(text: str) -> Cstr:
    """Read a CSTR written bare, with ``CSTR:`` before it, or as an address of a resolver.

    Resolvers are cstr.cn, identifiers.org and bioregistry.io. Raise `NotACstr` with a reason for people when `text` is
    not a CSTR.
    """
    bare = _without_mark(_without_resolver(text.strip()))
    if _MARK.match(bare):
        raise NotACstr(text, "It repeats the mark 'CSTR:'.")
    match = _BARE.fullmatch(bare)
    if match is None:
        raise NotACstr(text, _fault(bare))
    return Cstr(**match.groupdict())


def _without_resolver(text: str) -> str:
    """Return the decoded path of a resolver's address, without query and fragment; other text unchanged."""
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
