"""What a server says of its limits before a byte moves; the contract has the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from repository.client.api_session import ApiSession
from repository.client.client_errors import ContractBroken, Refused
from repository.client.send_bundles import BundlePolicy, bundle_policy

MOST_PARTS, SMALLEST_PART, LARGEST_PART = 10_000, 5 << 20, 5 << 30
"""of S3's multipart uploads"""
MOST_NAMED = 1000
"""names in one request"""
MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Sizes in bytes; only the last part of a file may be smaller than `smallest_part`; `named` is of one request."""

    most_parts: int = MOST_PARTS
    smallest_part: int = SMALLEST_PART
    largest_part: int = LARGEST_PART
    named: int = MOST_NAMED
    bundles: BundlePolicy | None = None

    def part_size_for(self, size: int, preferred: int) -> int:
        """Return the size of all parts but the last: `preferred`, or what a file of `size` needs, within the limits."""
        least = -(-size // self.most_parts)
        whole = max(preferred, self.smallest_part, -(-least // MIB) * MIB)
        return max(min(whole, self.largest_part), least)


def server_limits(session: ApiSession) -> ServerLimits:
    """Ask the server for its limits; one that tells none has those of the contract."""
    try:
        answer = session.ask("Ask for the limits", "GET", session.api("/limits"))
    except (Refused, ContractBroken):
        return ServerLimits()
    limits = answer if isinstance(answer, dict) else {}
    parts, files = _part(limits, "parts"), _part(limits, "files")
    return ServerLimits(
        _number(parts, "most", MOST_PARTS),
        _number(parts, "min_bytes", SMALLEST_PART),
        _number(parts, "max_bytes", LARGEST_PART),
        _number(files, "batch", MOST_NAMED),
        bundle_policy(_part(limits, "bundles")),
    )


def _part(limits: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = limits.get(name)
    return part if isinstance(part, dict) else {}


def _number(limits: Mapping[str, Any], name: str, otherwise: int) -> int:
    number = limits.get(name)
    return number if isinstance(number, int) and number > 0 else otherwise
