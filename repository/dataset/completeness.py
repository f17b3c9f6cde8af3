"""What a description still lacks before it can be published.

A draft may lack anything; a version may not.  The rules are those of DataCite's mandatory
properties, in the words of the InvenioRDM contract (rest-contract section 2).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

REQUIRED = ("title", "resource_type", "publication_date", "creators")
"""Members of the metadata that every publication needs."""

MISSING = "Missing data for required field."
NO_PUBLISHER = "Missing publisher field required for DOI registration."


class Gap(NamedTuple):
    """One absent member: `field` is a dotted path that begins with ``metadata``."""

    field: str
    message: str


def missing(metadata: Mapping[str, Any], *, doi: bool = False) -> tuple[Gap, ...]:
    """Return the gaps of stored metadata, in the order of a form.

    `doi` is true when a DOI will be registered, which needs the name of a publisher. The function looks at absence only
    (no member, an empty list, blank text); other rules judge the values.
    """
    gaps = [Gap(f"metadata.{name}", MISSING) for name in REQUIRED if _absent(metadata.get(name))]
    if doi and _absent(metadata.get("publisher")):
        gaps.append(Gap("metadata.publisher", NO_PUBLISHER))
    return tuple(gaps)


def _absent(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == [] or value == {}
