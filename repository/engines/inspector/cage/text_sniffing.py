"""Tell text from other bytes, find its encoding, and what kind of text it is."""

import codecs
import csv
import re
import unicodedata
from dataclasses import dataclass

CONTROLS = {character for character in map(chr, range(32)) if character not in "\t\n\r\f\x1b"}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GEOJSON_TYPES = {
    *("FeatureCollection", "Feature", "GeometryCollection", "Point", "MultiPoint", "LineString"),
    *("MultiLineString", "Polygon", "MultiPolygon"),
}
JSON_TOKEN = re.compile(r'"((?:[^"\\]|\\.)*)"|[{}\[\]:,]')
HTML = re.compile(r"\s*(<!--.{0,2000}?-->\s*)?<(!doctype\s+html|html|head|body|script|iframe|title)\b", re.I | re.S)
XML = re.compile(r"\s*<(\?xml\s|!DOCTYPE\s|!--|[A-Za-z_][\w.:-]*[\s/>])")
SVG = re.compile(r"<(\w+:)?svg[\s>]")
DELIMITERS = ",\t;|"
TABLE_NAMES = {".csv": "csv", ".tsv": "tsv", ".tab": "tsv"}


@dataclass(frozen=True, slots=True)
class SniffedText:
    """The beginning of a text in its encoding (a name of Python's codecs), and whether that is all of it."""

    start: str
    encoding: str
    is_whole: bool


def text_of(head: bytes, *, is_whole: bool) -> SniffedText | None:
    """Return the text that `head` begins, None if it is none."""
    encoding = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), None)
    candidates = [encoding] if encoding else [*_without_marks(head), "utf-8", "gb18030", "cp1252"]
    for candidate in candidates:
        start = _decoded(head, candidate)
        if start is not None and _is_readable(start, candidate):
            return SniffedText(start, candidate, is_whole)
    return None


def _without_marks(head: bytes) -> list[str]:
    """Return UTF-16 as the zero bytes of its Latin letters tell it, if they are half of all."""
    some = head[:4096]
    if len(some) < 4 or b"\0" not in some:
        return []
    even, odd = some[::2].count(0), some[1::2].count(0)
    if min(even, odd) * 10 > max(even, odd) or max(even, odd) * 5 < len(some) // 2:
        return []
    return ["utf-16-le" if odd > even else "utf-16-be"]


def _decoded(head: bytes, encoding: str) -> str | None:
    """Decode all but a last character that the end has cut."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head, final=False)
    except UnicodeDecodeError:
        return None


def _is_readable(start: str, encoding: str) -> bool:
    if any(character in CONTROLS for character in start):
        return False
    if encoding == "gb18030":  # nearly all bytes are some text in it: that of people has Chinese in it
        foreign = [character for character in start if character > "\x7f"]
        return sum(_is_common_chinese(character) for character in foreign) * 10 >= len(foreign) * 7
    if encoding == "cp1252":  # the last resort: few letters are not of ASCII
        return sum(character > "\x7f" for character in start) * 3 <= len(start)
    return True


def _is_common_chinese(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff" or "\u3000" <= character <= "\u303f" or "\uff00" <= character <= "\uffef"


def text_format(text: SniffedText, name: str) -> str:
    """Return the key of the format of a text; `name` decides where a text says nothing of itself."""
    start = text.start.lstrip("\ufeff")
    if HTML.match(start):
        return "html"
    if XML.match(start):
        return "svg" if SVG.search(start[:4096]) else "xml"
    if start.lstrip()[:1] in ("{", "["):
        return "geojson" if _json_type(start) in GEOJSON_TYPES else "json"
    ending = "." + name.lower().rpartition(".")[2]
    return TABLE_NAMES.get(ending) or ("" if "." in name else _table(start)) or "text"


def _json_type(start: str) -> str:
    """Return the member ``type`` of the outermost object, "" if it has none or one that comes late."""
    depth, before, text = 0, "", ""
    for token in JSON_TOKEN.finditer(start):
        mark = token[0]
        if mark in ("{", "["):
            depth += 1
        elif mark in ("}", "]"):
            depth -= 1
        elif mark == ":" and depth == 1:
            before = text
        elif mark.startswith('"'):
            text = token[1]
            if depth == 1 and before == "type":
                return text
        elif mark == ",":
            before = ""
    return ""


def _table(start: str) -> str:
    """Return the format of a table without an ending of its name: three lines that fall into equally many columns."""
    delimiter = delimiter_of(start)
    key = {",": "csv", "\t": "tsv"}.get(delimiter, "")
    lines = [line for line in start.splitlines()[:20] if line.strip()]
    return key if len(lines) >= 3 and len({_width(line, delimiter) for line in lines[:-1]}) == 1 else ""


def delimiter_of(start: str) -> str:
    """Return what most evenly cuts the first lines into columns; a comma if nothing does."""
    lines = [line for line in start[:65536].splitlines()[:20] if line.strip()]
    best, best_rank = ",", (0, 0)
    for delimiter in DELIMITERS:
        widths = [_width(line, delimiter) for line in lines]
        common = max(set(widths), key=widths.count, default=1)
        if common > 1 and (rank := (widths.count(common), common)) > best_rank:
            best, best_rank = delimiter, rank
    return best


def _width(line: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([line], delimiter=delimiter), []))
    except csv.Error:
        return 1


def plain(text: str, most: int) -> str:
    """Return a text without control characters, as a page can show it, of at most so many characters."""
    kept = "".join(c for c in text[: most + 1] if c in "\t\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return kept if len(kept) <= most else f"{kept[: most - 1]}…"
