"""The first rows of tables that are stored by column: Parquet, and files of Arrow."""

from typing import Any

from repository.engines.inspector.cage.open_file import OpenFile, parser
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.table_previews import LONGEST_NAME, MOST_COLUMNS, SHOWN_ROWS, with_rows
from repository.engines.inspector.cage.text_sniffing import plain

SHOWN_COLUMNS = 100
LARGEST_GROUP = 128 << 20
"""bytes of a row group, unpacked, from which rows are read"""
LARGEST_ARROW = 48 << 20
MAGIC = b"ARROW1\0\0"


def parquet(opened: OpenFile) -> dict[str, Any]:
    """Return the columns and first rows of a Parquet file (Apache Parquet format 2.11, "File format")."""
    library = parser("pyarrow.parquet")
    opened.file.seek(0)
    table = library.ParquetFile(opened.file, pre_buffer=False, memory_map=False)
    schema, about = table.schema_arrow, table.metadata
    columns = _columns(schema)
    rows: list[list[str]] = []
    if about.num_row_groups and about.row_group(0).total_byte_size <= LARGEST_GROUP:
        names = [field.name for field in schema][:SHOWN_COLUMNS]
        batches = table.iter_batches(SHOWN_ROWS, row_groups=[0], columns=names, use_threads=False)
        rows = _rows(next(batches, None))
    shown = with_rows(columns, rows, whole=about.num_rows <= len(rows) and len(columns) <= SHOWN_COLUMNS)
    return {"header": True, "row_count": about.num_rows, **shown}


def arrow(opened: OpenFile) -> dict[str, Any]:
    """Return the columns and first rows of an Arrow IPC file (Arrow columnar format 1.5, "IPC file format")."""
    library = parser("pyarrow.ipc")
    opened.file.seek(len(MAGIC))
    reader = library.open_stream(opened.file)  # the file format is the stream format between two marks
    columns = _columns(reader.schema)
    rows: list[list[str]] = []
    if opened.size <= LARGEST_ARROW:
        batch = next(iter(reader), None)
        rows = _rows(batch.slice(0, SHOWN_ROWS) if batch is not None else None)
    return {"header": True, **with_rows(columns, rows, whole=False)}


def _columns(schema: Any) -> list[dict[str, str]]:
    if len(schema) > MOST_COLUMNS:
        raise NoPreview(Reason.TOO_MANY_COLUMNS)
    return [{"name": plain(field.name, LONGEST_NAME), "type": _type(field.type)} for field in schema]


def _type(arrow_type: Any) -> str:
    """Return our word for a type, or Arrow's own for what has none."""
    name = str(arrow_type)
    for ours, beginnings in (
        ("integer", ("int", "uint")),
        ("number", ("float", "double", "halffloat", "decimal")),
        ("boolean", ("bool",)),
        ("text", ("string", "large_string", "utf8", "dictionary<values=string")),
        ("datetime", ("timestamp",)),
        ("date", ("date",)),
    ):
        if name.startswith(beginnings):
            return ours
    return plain(name, 60)


def _rows(batch: Any) -> list[list[str]]:
    if batch is None:
        return []
    columns = [_cells(column) for column in batch.columns[:SHOWN_COLUMNS]]
    return [list(row) for row in zip(*columns, strict=True)]


def _cells(column: Any) -> list[str]:
    zone = getattr(column.type, "tz", None)
    if zone is not None:  # shown in UTC: behind the walls nobody knows the zones
        column = column.view("int64").view(f"timestamp[{column.type.unit}]")
    mark = "" if zone is None else "Z"
    return ["" if value is None else f"{value}{mark}"[:200] for value in column.to_pylist()]
