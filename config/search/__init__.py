"""What the indices of an Elasticsearch are made with, as data: a JSON file a part.

``settings`` of every index · ``analysis``, how text becomes words · ``records``, ``files``, ``dropped``: the fields.
A name that ends with a plugin's (``analysis-icu``) holds what is changed where the server has that plugin.
"""

from importlib import resources
from typing import Any

import orjson

_SUFFIX = ".json"


def read() -> dict[str, dict[str, Any]]:
    """Part -> its content."""
    files = (file for file in resources.files(__name__).iterdir() if file.name.endswith(_SUFFIX))
    return {file.name.removesuffix(_SUFFIX): orjson.loads(file.read_bytes()) for file in files}
