"""What a reader gets."""

import io
import sys
from dataclasses import dataclass
from typing import Any

from repository.engines.inspector.cage.reasons import NeedsParser
from repository.engines.inspector.cage.sniffing import Sniffed


@dataclass(frozen=True, slots=True)
class OpenFile:
    """A file, its bytes, its name in the record, and what its beginning told."""

    file: io.BufferedReader
    size: int
    name: str
    sniffed: Sniffed


def parser(name: str) -> Any:
    """Return a library that the zygote has imported; raises `NeedsParser` if it has not.

    Behind the walls nothing can be imported any more.
    """
    module = sys.modules.get(name)
    if module is None:
        raise NeedsParser(name)
    return module
