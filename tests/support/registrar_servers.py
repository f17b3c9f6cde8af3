"""A registrar in this process, for tests that decide what it does with each registration."""

from collections.abc import Mapping, Sequence

from repository.core.errors import Invalid
from repository.engines.registrars.port import Outcome, Registration, Stage


class FakeRegistrar:
    """Registers everything; `register_one` may raise `Unavailable`, or `Invalid` to refuse."""

    name = "fake"
    format = ""
    most = 1
    here = False

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def register_one(self, registration: Registration) -> None:
        """What a test does instead."""

    def target_of(self, value: str) -> str | None:
        return self.targets.get(value)

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        return [self._outcome(each) for each in registrations]

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        return self.register(registrations)

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:
        return {value: Outcome(Stage.DONE) for value in values}

    def describe(self) -> str:
        return self.name

    def close(self) -> None:
        """It holds nothing."""

    def _outcome(self, registration: Registration) -> Outcome:
        try:
            self.register_one(registration)
        except Invalid as refused:
            return Outcome(Stage.REFUSED, refused.reason)
        self.targets[registration.value] = registration.target
        return Outcome(Stage.DONE)
