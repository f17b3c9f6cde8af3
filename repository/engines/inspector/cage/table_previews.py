"""The first rows of a table, and the types of its columns."""

import csv
from collections.abc import Sequence
from typing import Any

from repository.engines.inspector.cage.cell_types import is_heading, type_of
from repository.engines.inspector.cage.lines import as_bytes
from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.text_previews import text_in
from repository.engines.inspector.cage.text_sniffing import delimiter_of, plain

MOST_COLUMNS = 1_000
"""A table of more is one that was cut wrongly, or one that nobody reads as a table."""
SHOWN_ROWS, TYPED_ROWS = 20, 1_000
LONGEST_CELL, LONGEST_NAME = 120, 200
ROOM = 48 << 10
"""bytes of JSON that rows and columns may take"""


def delimited(opened: OpenFile) -> dict[str, Any]:
    """Return rows of a CSV or TSV (RFC 4180; the IANA registration of text/tab-separated-values)."""
    text = text_in(opened)
    start = text.start.lstrip("\ufeff")
    delimiter = delimiter_of(start)
    rows = _rows(start, delimiter, is_whole=text.is_whole)
    if not rows:
        raise NoPreview(Reason.EMPTY)
    heading = is_heading(rows[0], rows[1:])
    names, data = (rows[0], rows[1:]) if heading else ([], rows)
    table = table_of(names, data, whole=text.is_whole and len(rows) < TYPED_ROWS)
    return {"encoding": text.encoding, "delimiter": delimiter, "header": heading, **table}


def _rows(start: str, delimiter: str, *, is_whole: bool) -> list[list[str]]:
    lines = start.splitlines(keepends=True)
    if not is_whole and len(lines) > 1:
        lines.pop()  # it may be cut
    rows: list[list[str]] = []
    for row in csv.reader(lines, delimiter=delimiter):
        if len(row) > MOST_COLUMNS:
            raise NoPreview(Reason.TOO_MANY_COLUMNS)
        if row:
            rows.append(row)
        if len(rows) >= TYPED_ROWS:
            break
    return rows


def table_of(names: Sequence[str], rows: Sequence[Sequence[str]], *, whole: bool) -> dict[str, Any]:
    """Return columns with their types, and as many of the first rows as there is room for."""
    width = max([len(names), *map(len, rows)])
    if width > MOST_COLUMNS:
        raise NoPreview(Reason.TOO_MANY_COLUMNS)
    columns = [
        {
            "name": plain(names[place], LONGEST_NAME) if place < len(names) else "",
            "type": type_of(row[place] for row in rows if place < len(row)),
        }
        for place in range(width)
    ]
    return with_rows(columns, rows, whole=whole and len(rows) <= SHOWN_ROWS)


def with_rows(columns: list[dict[str, str]], rows: Sequence[Sequence[str]], *, whole: bool) -> dict[str, Any]:
    """Return the columns with the first rows, whose cells are shortened, as far as there is room."""
    room = ROOM - len(as_bytes(columns))
    if room < 0:
        raise NoPreview(Reason.TOO_MANY_COLUMNS)
    shown: list[list[str]] = []
    for row in rows[:SHOWN_ROWS]:
        cells = [plain(cell, LONGEST_CELL) for cell in row]
        room -= len(as_bytes(cells)) + 1
        if room < 0:
            return {"columns": columns, "rows": shown, "whole": False}
        shown.append(cells)
    return {"columns": columns, "rows": shown, "whole": whole}
