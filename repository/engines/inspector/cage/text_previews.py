"""The head of a text."""

import re
from typing import Any

from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.text_sniffing import SniffedText, plain

MOST_CHARACTERS = 8_000
ENTITY_OF_ENTITIES = re.compile(r"""<!ENTITY\s+%?\s*[^\s"']{1,200}\s+(?:"[^"&]*&[^#"]|'[^'&]*&[^#'])""")


def head(opened: OpenFile) -> dict[str, Any]:
    """Return the first characters; an XML that defines texts by texts is refused, for its readers may not survive."""
    text = text_in(opened)
    if opened.sniffed.key in ("xml", "svg", "html") and ENTITY_OF_ENTITIES.search(text.start):
        raise NoPreview(Reason.ENTITIES)
    is_whole = text.is_whole and len(text.start) <= MOST_CHARACTERS
    return {"encoding": text.encoding, "text": plain(text.start.lstrip("\ufeff"), MOST_CHARACTERS), "whole": is_whole}


def text_in(opened: OpenFile) -> SniffedText:
    """Return the text that was sniffed; raises `NoPreview` if there is none."""
    if opened.sniffed.text is None:
        raise NoPreview(Reason.UNREADABLE)
    return opened.sniffed.text
