"""Facts about identifiers, whose owner is a published version or a concept."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class RegistrationOverdue(Fact):
    """Identifiers of an owner should have been registered long ago."""

    owner_id: int

    words = FactPhrase("noticed an overdue registration", "发现逾期未完成的注册")


@dataclass(frozen=True, slots=True)
class RegistrationRetried(Fact):
    """An administrator wants the registration of `identifier` tried again now."""

    owner_id: int
    identifier: str | None = None

    words = FactPhrase("retried the registration of {identifier}", "重试注册 {identifier}")
