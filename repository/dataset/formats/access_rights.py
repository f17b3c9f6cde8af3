"""Access status in the words of two shared vocabularies.

Sources: COAR Access Rights 1.0; ``info:eu-repo``, Access Rights, as the OpenAIRE guidelines require them.
"""

from collections.abc import Mapping
from types import MappingProxyType

COAR: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "open": ("open access", "http://purl.org/coar/access_right/c_abf2"),
        "embargoed": ("embargoed access", "http://purl.org/coar/access_right/c_f1cf"),
        "restricted": ("restricted access", "http://purl.org/coar/access_right/c_16ec"),
        "metadata-only": ("metadata only access", "http://purl.org/coar/access_right/c_14cb"),
    }
)
"""Access status -> English name and address of the concept."""

INFO_EU_REPO: Mapping[str, str] = MappingProxyType(
    {
        "open": "info:eu-repo/semantics/openAccess",
        "embargoed": "info:eu-repo/semantics/embargoedAccess",
        "restricted": "info:eu-repo/semantics/restrictedAccess",
        "metadata-only": "info:eu-repo/semantics/closedAccess",
    }
)
"""Access status -> term of ``info:eu-repo``."""

EMBARGO_END = "info:eu-repo/date/embargoEnd/"
"""Before the day on which the data open (OpenAIRE guidelines 3.0, "Embargo End Date")."""
