"""The registrar of an installation without a registration agency: identifiers resolve at this repository only."""

from repository.engines.registrars.port import Registration
from repository.foundation.errors import Invalid

NAME = "local"


class LocalRegistrar:
    """Accepts what this repository can resolve itself, which is all that points below `base_url`.

    Nothing is sent anywhere: the identifier table is the register, and says so by its registrar's name.
    """

    name = NAME

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    def register(self, registration: Registration) -> None:
        if not registration.target.startswith(f"{self._base_url}/"):
            raise Invalid(f"{registration.target} is not a page of {self._base_url}")

    def describe(self) -> str:
        return "local register (identifiers resolve at this repository only)"
