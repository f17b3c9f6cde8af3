"""This installation as the outside sees it: its name, addresses and identifier prefixes."""

from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from repository.core.registration_accounts import RegistrationAccounts


@dataclass(frozen=True, slots=True)
class Site:
    """The name, addresses and limits of this installation.

    `base_url` has no slash at its end; `accounts` give identifiers to its datasets.
    """

    name: str
    base_url: str
    accounts: RegistrationAccounts
    max_file_bytes: int
    max_files: int
    admin_email: str = ""
    """the address of the administrator; empty for the postmaster of the domain"""
    friends: tuple[str, ...] = ()
    """base URLs of other repositories that can be harvested"""
    trusted_proxies: str = ""
    """the peers whose word about a client's address is believed (`core.web.client_address`)"""

    accel: str = ""
    """the internal location of the proxy below which it finds the files of this machine; empty for none"""

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    def api(self, path: str = "") -> str:
        """Return the absolute URL of an API path such as ``/records/1``."""
        return f"{self.base_url}/api{path}"

    @property
    def oai(self) -> str:
        """The base URL of OAI-PMH."""
        return f"{self.base_url}/oai2d"

    def page(self, path: str) -> str:
        """Return the absolute URL of a page for people."""
        return f"{self.base_url}{path}"


def in_path(key: str) -> str:
    """Return a file key for a path of a URL: blanks and UTF-8 encoded, slashes kept."""
    return quote(key, safe="/~")
