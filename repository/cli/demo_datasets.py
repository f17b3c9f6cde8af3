"""The real datasets that the demo and the samples of a new site are made of."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
DEFAULT_DATA = PROJECT / "tests" / "data"
"""Part of a checkout; an installed package or an image has no such folder."""
DESCRIPTION = "metadata.json"


class DatasetsUnreadable(Exception):
    """The folder holds no datasets; the text is one line for people."""


@dataclass(frozen=True, slots=True)
class DemoDataset:
    """A folder of files with their description; a search for each of `words` must return it."""

    name: str
    files: Mapping[str, Path]
    access: Mapping[str, Any]
    metadata: Mapping[str, Any]
    words: Sequence[str]

    @property
    def title(self) -> str:
        return str(self.metadata["title"])


def read_datasets(folder: Path) -> Sequence[DemoDataset]:
    """Return the datasets under `folder`, by name; raise `DatasetsUnreadable` if there is none or one is malformed."""
    if not folder.is_dir():
        raise DatasetsUnreadable(f"no datasets: {folder} is not a folder; name one with --data")
    descriptions = sorted(folder.glob(f"*/{DESCRIPTION}"))
    if not descriptions:
        raise DatasetsUnreadable(f"no datasets: no */{DESCRIPTION} in {folder}")
    return [_read_dataset(path) for path in descriptions]


def _read_dataset(path: Path) -> DemoDataset:
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        files = {p.name: p for p in sorted(path.parent.iterdir()) if p.name != DESCRIPTION}
        words = body.get("search_words", [])
        return DemoDataset(path.parent.name, files, body["access"], body["metadata"], words)
    except (ValueError, KeyError) as error:
        raise DatasetsUnreadable(f"{path} is not a dataset's description: {error!r}") from error
