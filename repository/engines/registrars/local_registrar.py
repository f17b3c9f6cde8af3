"""The registrar of an installation without a registration agency: identifiers resolve at this repository only."""

from collections.abc import Mapping, Sequence

from repository.engines.registrars.port import Outcome, Registration, Stage


class LocalRegistrar:
    """Accepts what this repository can resolve itself: every target below `base_url`.

    Nothing leaves the house: the identifier table is the register, and its rows name this registrar.
    """

    format = ""
    most = 1000
    here = True

    def __init__(self, name: str, base_url: str) -> None:
        self.name = name
        self._base_url = base_url

    def target_of(self, value: str) -> str | None:  # noqa: ARG002 - what is asked here was never registered elsewhere
        return None

    def register(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        return [self._outcome(registration) for registration in registrations]

    def update(self, registrations: Sequence[Registration]) -> Sequence[Outcome]:
        return [self._outcome(registration) for registration in registrations]

    def outcomes(self, ticket: str, values: Sequence[str]) -> Mapping[str, Outcome]:  # noqa: ARG002 - it has none
        return {value: Outcome(Stage.DONE) for value in values}

    def describe(self) -> str:
        return "local register (identifiers resolve at this repository only)"

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def _outcome(self, registration: Registration) -> Outcome:
        if registration.target.startswith(f"{self._base_url}/"):
            return Outcome(Stage.DONE)
        return Outcome(Stage.REFUSED, f"{registration.target} is not a page of {self._base_url}")
