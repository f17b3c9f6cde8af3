"""What a page shows of the preview of a file: tables, a text, an image, or facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.languages import Translations
from repository.faces.pages.shell.templating import PageReason, reason_in
from repository.inspection.model import FilePreview
from repository.inspection.rules import reason_in_words

MOST_CELLS = 2_000
"""Cells of a table that a page shows; a wide table has fewer rows."""


@dataclass(frozen=True, slots=True)
class PreviewTable:
    """A table with its headings; `name` is its caption."""

    name: str
    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class PreviewImage:
    """A small image as an address of its own bytes."""

    address: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PreviewContents:
    """What was found; `reason` says why there is nothing to show."""

    reason: PageReason | None = None
    tables: Sequence[PreviewTable] = ()
    text: str = ""
    image: PreviewImage | None = None
    facts: Sequence[tuple[str, str]] = ()
    note: str = ""


def preview_contents(preview: FilePreview | None, words: Translations) -> PreviewContents:
    """Return what a page shows of the preview, in the language of `words`; None before anybody has looked."""
    if preview is None:
        return PreviewContents(note=words["preview_pending"])
    if preview.kind is None or preview.body is None:
        return PreviewContents(reason=reason_in(reason_in_words(preview.reason or ""), words["language"]))
    body = preview.body
    whole = body.get("whole")
    note = "" if whole is None else words["preview_whole" if whole else "preview_first"]
    tables = [*_cells(body, words), *_entries(body, words), *_variables(body, words)]
    return PreviewContents(
        tables=tables, text=str(body.get("text") or ""), image=_image(body), facts=_facts(body), note=note
    )


def _cells(body: Mapping[str, Any], words: Translations) -> list[PreviewTable]:
    columns = body.get("columns")
    if not columns:
        return []
    headings = [" · ".join(part for part in (column.get("name"), column.get("type")) if part) for column in columns]
    most = max(1, MOST_CELLS // len(headings))
    rows = [["" if cell is None else str(cell) for cell in row] for row in list(body.get("rows") or ())[:most]]
    return [PreviewTable(words["preview_columns"], headings, rows)]


def _entries(body: Mapping[str, Any], words: Translations) -> list[PreviewTable]:
    entries = body.get("entries")
    if not entries:
        return []
    rows = [[str(entry.get("name", "")), human_size(int(entry.get("size") or 0))] for entry in entries]
    return [PreviewTable(words["preview_entries"], [words["file"], words["size"]], rows)]


def _variables(body: Mapping[str, Any], words: Translations) -> list[PreviewTable]:
    variables = body.get("variables")
    if not variables:
        return []
    headings = [words["variable"], words["media_type"], words["shape"]]
    rows = [[str(of.get("name", "")), str(of.get("type", "")), _shape(of)] for of in variables]
    return [PreviewTable(words["preview_variables"], headings, rows)]


def _shape(variable: Mapping[str, Any]) -> str:
    sizes = " × ".join(map(str, variable.get("shape") or ()))
    names = ", ".join(variable.get("dimensions") or ())
    return f"{sizes} ({names})" if names else sizes


def _image(body: Mapping[str, Any]) -> PreviewImage | None:
    small = body.get("thumbnail")
    if not small:
        return None
    return PreviewImage(f"data:image/png;base64,{small['data']}", int(small["width"]), int(small["height"]))


def _facts(body: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return plain values, and those of attributes and dimensions, by the names that the inspector gives them."""
    plain = [(name, value) for name, value in body.items() if isinstance(value, str | int | float) and name != "text"]
    nested = [body.get(name) for name in ("dimensions", "attributes", "geometries")]
    inner = [item for members in nested if isinstance(members, Mapping) for item in members.items()]
    return [(str(name), str(value)) for name, value in [*plain, *inner] if not isinstance(value, bool)]
