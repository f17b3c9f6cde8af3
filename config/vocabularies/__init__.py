"""The controlled vocabularies as data: a JSON file a type; PROVENANCE.md says whence they come."""

from importlib import resources
from typing import Any

import orjson

_SUFFIX = ".json"


def read() -> dict[str, list[dict[str, Any]]]:
    """Type -> its terms as written, in the order of the file; types in alphabetical order.

    A term is ``{"id", "title": {"en", "zh"?}, "description"?, "icon"?, "props"?, "tags"?}``.
    """
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(_SUFFIX))
    return {
        file.name.removesuffix(_SUFFIX): orjson.loads(file.read_bytes())
        for file in sorted(files, key=lambda file: file.name)
    }
