"""The bytes of a description as text: UTF-8, UTF-16 with or without a mark, GB18030, and Windows' western letters."""

import codecs
import re

from repository.crosswalks.source_fields import Unreadable

MOST_BYTES = 1 << 20
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"^\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,30})[\"']")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_XML_HEAD = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")


def text_of_bytes(content: bytes) -> str:
    """Return the text; raise `Unreadable` for too much of it, and for bytes that are no text."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"A description may have at most {MOST_BYTES} bytes.")
    text = _decoded(content)
    if _CONTROL.search(text):
        raise Unreadable("This is no text.")
    return text.lstrip("\ufeff")


def without_xml_head(text: str) -> str:
    """Return XML without its declaration: the text is decoded already, whatever that says."""
    return _XML_HEAD.sub("", text, count=1)


def _decoded(content: bytes) -> str:
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _read(content.removeprefix(mark) if encoding == "utf-8" else content, encoding)
    if encoding := _encoding_without_mark(content):
        return _read(content, encoding)
    if match := _DECLARED.match(content):
        return _read(content, match[1].decode("ascii"))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return _older(content)


_ENCODINGS = re.compile(
    r"utf[-_]?(8|16|32)([-_]?(le|be))?|us-ascii|ascii|gb\w{1,7}|big5\w*|iso[-_]\w{2,12}([-_]\d+)?|"
    r"(windows|cp)[-_]?125\d|shift[-_]jis|euc[-_]\w\w|koi8[-_]\w",
    re.IGNORECASE,
)


def _read(content: bytes, encoding: str) -> str:
    try:
        if not _ENCODINGS.fullmatch(encoding):  # Python knows others, which are no encodings of texts
            raise LookupError
        return content.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        raise Unreadable("The letters of this file cannot be read: save it as UTF-8.") from None


def _encoding_without_mark(content: bytes) -> str:
    """Return UTF-16 by its zeros, which stand in every second place of letters in ASCII; empty for others."""
    beginning = content[:64]
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    if max(even, odd) < 2 or min(even, odd):
        return ""
    return "utf-16-be" if even else "utf-16-le"


def _older(content: bytes) -> str:
    """Return a text of GB18030 if its bytes beyond ASCII stand in rows, else of Windows-1252."""
    rows = [len(match[0]) for match in _BEYOND_ASCII.finditer(content)]
    if 2 * sum(length for length in rows if length > 1) > sum(rows):
        return _read(content, "gb18030")
    return _read(content, "windows-1252")
