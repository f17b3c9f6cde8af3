"""The header of a FITS file (FITS Standard 4.0, sections 3 and 4)."""

from typing import Any

from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.structures import Variable, structure_of

BLOCK, CARD = 2880, 80
MOST_BLOCKS, MOST_UNITS = 100, 200
TYPES = {8: "uint8", 16: "int16", 32: "int32", 64: "int64", -32: "float32", -64: "float64"}
LAID_OUT = {"SIMPLE", "XTENSION", "BITPIX", "EXTEND", "COMMENT", "HISTORY", "PCOUNT", "GCOUNT", ""}


def structure(opened: OpenFile) -> dict[str, Any]:
    """Return each unit of header and data as a variable, with the first unit's cards as attributes."""
    place, units, cards = 0, list[Variable](), dict[str, str]()
    while place < opened.size and len(units) < MOST_UNITS:
        header, length = _header(opened, place)
        if not header:
            break
        shape = _shape(header)
        number = _number(header, "BITPIX")
        name = header.get("EXTNAME", "primary" if not units else f"unit {len(units)}")
        units.append(Variable(name, TYPES.get(number, "unknown"), shape[::-1], (), {}))
        cards = cards or {key: value for key, value in header.items() if key not in LAID_OUT}
        place += length + _data_length(header, shape, number)
    return structure_of({}, units, cards, bounds=None)


def _header(opened: OpenFile, place: int) -> tuple[dict[str, str], int]:
    """Return the cards of one header, and its length in bytes; no card if there is no header."""
    opened.file.seek(place)
    cards: dict[str, str] = {}
    for block in range(MOST_BLOCKS):
        data = opened.file.read(BLOCK)
        if len(data) < BLOCK or (not block and data[:8] not in (b"SIMPLE  ", b"XTENSION")):
            return {}, 0
        for start in range(0, BLOCK, CARD):
            card = data[start : start + CARD].decode("ascii", "replace")
            if card[:8].rstrip() == "END":
                return cards, (block + 1) * BLOCK
            if card[8:10] == "= ":
                cards.setdefault(card[:8].rstrip(), _value(card[10:]))
    raise NoPreview(Reason.TOO_LARGE)


def _value(rest: str) -> str:
    text = rest.strip()
    if text.startswith("'"):
        return text[1:].replace("''", "\0").partition("'")[0].replace("\0", "'").rstrip()
    return text.partition("/")[0].strip()


def _number(header: dict[str, str], key: str, default: int = 0) -> int:
    try:
        return int(header.get(key, default))
    except ValueError:
        raise NoPreview(Reason.UNREADABLE) from None


def _shape(header: dict[str, str]) -> list[int]:
    axes = _number(header, "NAXIS")
    if not 0 <= axes <= 999:
        raise NoPreview(Reason.UNREADABLE)
    return [max(0, _number(header, f"NAXIS{axis}")) for axis in range(1, axes + 1)]


def _data_length(header: dict[str, str], shape: list[int], bits: int) -> int:
    """Return the bytes of the data with their padding (section 4.4.1.2)."""
    count = 1 if shape else 0
    for length in shape:
        count *= length
    size = abs(bits) // 8 * max(1, _number(header, "GCOUNT", 1)) * (max(0, _number(header, "PCOUNT")) + count)
    return size + -size % BLOCK if shape else 0
