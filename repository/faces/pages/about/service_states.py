"""What works at the moment, in the words of readers: no name of an engine, no address, no number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

from repository.core.conditions import Condition, ConditionState
from repository.core.errors import Unavailable

_NEEDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "read": (frozenset({"database"}), frozenset()),
    "search": (frozenset({"database", "search"}), frozenset({"index"})),
    "download": (frozenset({"database", "store"}), frozenset({"stored_bytes"})),
    "deposit": (frozenset({"database", "store", "database_writes"}), frozenset({"disks"})),
    "publish": (frozenset({"database", "store", "database_writes", "numbers"}), frozenset({"facts", "jobs", "clock"})),
    "register": (frozenset({"database"}), frozenset({"registrars", "facts", "jobs"})),
    "mail": (frozenset({"database"}), frozenset({"mail", "facts", "jobs"})),
}
"""What people do -> the parts without which it does not work, and those without which it is late or limited."""
_STATE_OF = {ConditionState.WELL: 0, ConditionState.DEGRADED: 1, ConditionState.FAILED: 2}


class ServiceState(IntEnum):
    """How well something works; the worst is the greatest."""

    WORKS = 0
    LIMITED = 1
    DOWN = 2


@dataclass(frozen=True, slots=True)
class ServiceLine:
    """A thing that people do here, and how well it works."""

    name: str
    state: ServiceState


def service_lines(
    engines: Mapping[str, str | Unavailable], conditions: Mapping[str, Condition]
) -> Sequence[ServiceLine]:
    """Return how each thing works that people do here; a condition that stops the site stops everything."""
    stopped = any(condition.stops for condition in conditions.values())
    parts = {name: _STATE_OF[condition.state] for name, condition in conditions.items()}
    for name, answer in engines.items():
        parts[name] = max(parts.get(name, 0), 2 if isinstance(answer, Unavailable) else 0)
    return [
        ServiceLine(name, ServiceState.DOWN if stopped else _state(parts, *needs)) for name, needs in _NEEDS.items()
    ]


def worst(lines: Sequence[ServiceLine]) -> ServiceState:
    return max(line.state for line in lines)


def _state(parts: Mapping[str, int], required: frozenset[str], useful: frozenset[str]) -> ServiceState:
    most = max((parts.get(name, 0) for name in required), default=0)
    least = max((min(parts.get(name, 0), 1) for name in useful), default=0)
    return ServiceState(max(most, least))
