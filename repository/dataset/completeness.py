"""What a description lacks before it can be published.

A draft may lack anything; a version may not.  The rules are those of DataCite's mandatory
properties, in the words of the InvenioRDM contract (rest-contract section 2).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

REQUIRED = ("title", "resource_type", "publication_date", "creators")
"""Members of the metadata without which nothing is published."""

MISSING = "Missing data for required field."
NO_PUBLISHER = "Missing publisher field required for DOI registration."


class Gap(NamedTuple):
    """One thing that is absent: `field` is a dotted path that begins with ``metadata``."""

    field: str
    message: str


def missing(metadata: Mapping[str, Any], *, doi: bool = False) -> tuple[Gap, ...]:
    """What stored metadata lacks to be published, in the order of a form.

    `doi` says that a DOI will be registered, which needs a publisher's name.  Only absence is
    looked at (nothing there, an empty list, blank text); whether what is there is right is another
    question.
    """
    gaps = [Gap(f"metadata.{name}", MISSING) for name in REQUIRED if _absent(metadata.get(name))]
    if doi and _absent(metadata.get("publisher")):
        gaps.append(Gap("metadata.publisher", NO_PUBLISHER))
    return tuple(gaps)


def _absent(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == [] or value == {}
