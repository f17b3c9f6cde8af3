"""The first rows of the sheets of a workbook: XLSX, XLS, ODS."""

from datetime import date, datetime
from typing import Any

from repository.engines.inspector.cage.cell_types import is_heading
from repository.engines.inspector.cage.open_file import OpenFile, parser
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.table_previews import SHOWN_ROWS, TYPED_ROWS, table_of
from repository.engines.inspector.cage.text_sniffing import plain

MOST_PACKED, MOST_UNPACKED = 32 << 20, 96 << 20
"""The library holds a whole sheet in memory."""
MOST_RATIO = 200
MOST_SHEETS, LONGEST_NAME = 50, 100


def sheets(opened: OpenFile) -> dict[str, Any]:
    """Return the names of the sheets and the first rows of the first one that has some."""
    _require_small(opened)
    library = parser("python_calamine")
    opened.file.seek(0)
    workbook = library.CalamineWorkbook.from_filelike(opened.file)
    names = [plain(name, LONGEST_NAME) for name in workbook.sheet_names[:MOST_SHEETS]]
    for place in range(min(len(names), 5)):
        sheet = workbook.get_sheet_by_index(place)
        if sheet.width > 0 and sheet.height > 0:
            return {"sheets": names, "sheet": names[place], "height": sheet.height, **_table(sheet)}
    return {"sheets": names, "sheet": None, "height": 0, "columns": [], "rows": [], "whole": True}


def _require_small(opened: OpenFile) -> None:
    directory = opened.sniffed.directory
    if opened.size > MOST_PACKED or (directory and directory.size > MOST_UNPACKED):
        is_bomb = directory is not None and directory.size > MOST_RATIO * opened.size
        raise NoPreview(Reason.BOMB if is_bomb else Reason.TOO_LARGE)


def _table(sheet: Any) -> dict[str, Any]:
    if sheet.width > 1_000:
        raise NoPreview(Reason.TOO_MANY_COLUMNS)
    cells = [[_text(cell) for cell in row] for row in sheet.to_python(nrows=TYPED_ROWS)]
    heading = is_heading(cells[0], cells[1:]) if cells else False
    names, rows = (cells[0], cells[1:]) if heading else ([], cells)
    return {"header": heading, **table_of(names, rows, whole=sheet.height <= SHOWN_ROWS)}


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    return str(cell)
