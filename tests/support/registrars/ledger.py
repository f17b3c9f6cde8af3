"""The registrations of a face by folded identifier, with counters of its requests."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Ledger:
    """Registrations; `requests` counts valid requests to register, `mints` those that made an identifier."""

    entries: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: Counter[str] = field(default_factory=Counter)
    mints: Counter[str] = field(default_factory=Counter)
    updates: Counter[str] = field(default_factory=Counter)

    def get(self, identifier: str) -> dict[str, Any] | None:
        return self.entries.get(identifier.casefold())

    def ask(self, identifier: str) -> None:
        self.requests[identifier.casefold()] += 1

    def mint(self, identifier: str, entry: dict[str, Any]) -> None:
        self.entries[identifier.casefold()] = entry
        self.mints[identifier.casefold()] += 1

    def update(self, identifier: str, entry: dict[str, Any]) -> None:
        self.entries[identifier.casefold()] = entry
        self.updates[identifier.casefold()] += 1

    def state(self) -> dict[str, Any]:
        return {name: dict(getattr(self, name)) for name in ("entries", "requests", "mints", "updates")}

    def load(self, state: Mapping[str, Any]) -> None:
        """Replace everything by a `state` of another ledger."""
        self.entries = dict(state.get("entries", {}))
        self.requests, self.mints, self.updates = (
            Counter(state.get(name, {})) for name in ("requests", "mints", "updates")
        )
