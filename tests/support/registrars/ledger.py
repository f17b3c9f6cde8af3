"""What a face holds, by folded identifier, and how often it was asked to mint each and did."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Ledger:
    """`asked` counts requests to register that were understood, `minted` those that made an identifier."""

    held: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    minted: Counter[str] = field(default_factory=Counter)
    updated: Counter[str] = field(default_factory=Counter)

    def get(self, identifier: str) -> dict[str, Any] | None:
        return self.held.get(identifier.casefold())

    def ask(self, identifier: str) -> None:
        self.asked[identifier.casefold()] += 1

    def mint(self, identifier: str, entry: dict[str, Any]) -> None:
        self.held[identifier.casefold()] = entry
        self.minted[identifier.casefold()] += 1

    def update(self, identifier: str, entry: dict[str, Any]) -> None:
        self.held[identifier.casefold()] = entry
        self.updated[identifier.casefold()] += 1

    def state(self) -> dict[str, Any]:
        return {name: dict(getattr(self, name)) for name in ("held", "asked", "minted", "updated")}

    def load(self, state: Mapping[str, Any]) -> None:
        """Take what `state` wrote in place of what is held."""
        self.held = dict(state.get("held", {}))
        self.asked, self.minted, self.updated = (
            Counter(state.get(name, {})) for name in ("asked", "minted", "updated")
        )
