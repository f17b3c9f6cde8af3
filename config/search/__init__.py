"""The definition of the Elasticsearch indices as data: one JSON file per part.

``settings`` of every index · ``analysis``, how text becomes words, beside what `text_analysis` of the
adapter adds · ``records``, ``files``, ``dropped``: the fields ·
``field-types``: the mapping of every other field of a record, by its type, and of its facets.
A file whose name ends with a plugin's (``analysis-smartcn``) holds the changes for a server that has the plugin.
"""

from importlib import resources
from typing import Any

import orjson

_SUFFIX = ".json"


def read() -> dict[str, dict[str, Any]]:
    """Return the content of each part, by its name."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(_SUFFIX))
    return {file.name.removesuffix(_SUFFIX): orjson.loads(file.read_bytes()) for file in files}
