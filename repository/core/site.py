"""This installation as the outside sees it: its name, addresses and identifier prefixes."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from repository.core.registration_accounts import RegistrationAccounts


@dataclass(frozen=True, slots=True)
class Site:
    """`base_url` has no slash at its end; `nodes` are what identifiers come from."""

    name: str
    base_url: str
    nodes: RegistrationAccounts
    max_file_bytes: int
    max_files: int
    admin_email: str = ""
    """who answers for it; empty for its domain's postmaster"""
    friends: tuple[str, ...] = ()
    """base URLs of other repositories that can be harvested"""

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    def api(self, path: str = "") -> str:
        """Absolute URL of an API path such as ``/records/1``."""
        return f"{self.base_url}/api{path}"

    @property
    def oai(self) -> str:
        """Base URL of OAI-PMH."""
        return f"{self.base_url}/oai2d"

    def page(self, path: str) -> str:
        """Absolute URL of a page for people."""
        return f"{self.base_url}{path}"


def in_path(key: str) -> str:
    """A file key as it stands in a URL: blanks and UTF-8 encoded, slashes kept."""
    return quote(key, safe="/~")
