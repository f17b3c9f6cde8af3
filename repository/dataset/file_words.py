"""What a depositor says of one file in words, read from the file's own metadata.

The InvenioRDM contract (section 1.3) leaves the metadata of a file open: any object. Three of its members have a place
in formats: ``description``, ``title`` and ``type``, each a text or an object with texts by language or with an ``id``.
"""

from collections.abc import Mapping
from typing import Any

from repository.dataset.description import FileWords
from repository.dataset.formats.plain_text import plain


def words_of_file(metadata: Mapping[str, Any] | None) -> FileWords:
    """Return the words in a file's metadata; a value that is no text says nothing."""
    about = metadata or {}
    return FileWords(*(_text(about.get(name)) for name in ("description", "title", "type")))


def _text(value: object) -> str:
    if isinstance(value, str):
        return plain(value)
    if not isinstance(value, Mapping):
        return ""
    texts = {name: text for name, text in value.items() if isinstance(text, str) and text.strip()}
    inner = value.get("title")
    if isinstance(inner, Mapping):
        return _text(inner) or texts.get("id", "")
    return plain(texts.get("en") or next(iter(texts.values()), ""))
