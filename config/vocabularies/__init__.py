"""The controlled vocabularies as data: a JSON file a type; PROVENANCE.md names their sources."""

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import orjson

_SUFFIX = ".json"
TermList = list[dict[str, Any]]


class TermFiles(Mapping[str, TermList]):
    """Type -> its terms as written, in the order of the file; types in alphabetical order.

    A term is ``{"id", "title": {"en", "zh"?}, "description"?, "icon"?, "props"?, "tags"?}``.  A file is read when its
    type is looked up: the languages alone take 9 MB, and not every process names one.
    """

    def __init__(self) -> None:
        files = [file for file in resources.files(__name__).iterdir() if file.name.endswith(_SUFFIX)]
        self._files = {file.name.removesuffix(_SUFFIX): file for file in sorted(files, key=lambda file: file.name)}

    def __getitem__(self, kind: str) -> TermList:
        terms: TermList = orjson.loads(self._files[kind].read_bytes())
        return terms

    def __contains__(self, kind: object) -> bool:
        return kind in self._files  # Mapping would read the file to answer

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)


def read() -> Mapping[str, TermList]:
    """Return the files of the vocabularies, by type."""
    return TermFiles()
