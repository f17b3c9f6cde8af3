"""Facts about the sets that administrators define."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class SetDefined(Fact):
    """A set was defined; it must be filled before it can be harvested."""

    set_id: int
    spec: str | None = None

    words = FactPhrase("defined the set {spec}", "定义集合 {spec}")


@dataclass(frozen=True, slots=True)
class SetChanged(Fact):
    """A set was changed; `refill` says that other versions may belong to it now."""

    set_id: int
    spec: str | None = None
    refill: bool = True

    words = FactPhrase("changed the set {spec}", "修改集合 {spec}")


@dataclass(frozen=True, slots=True)
class SetRemoved(Fact):
    """A set was removed."""

    set_id: int
    spec: str | None = None

    words = FactPhrase("removed the set {spec}", "删除集合 {spec}")
