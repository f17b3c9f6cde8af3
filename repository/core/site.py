"""This installation as the outside sees it: its name, addresses and identifier prefixes."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from urllib.parse import quote, urlsplit

from repository.core import clock
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
    max_drafts: int = 0
    """that one person has at a time; 0 for any number"""
    max_draft_bytes: int = 0
    """that were sent into all drafts of one person; 0 for any number"""
    admin_email: str = ""
    """the address of the administrator; empty for the postmaster of the domain"""
    friends: tuple[str, ...] = ()
    """base URLs of other repositories that can be harvested"""
    trusted_proxies: str = ""
    """the peers whose word about a client's address is believed (`core.web.client_address`)"""

    sign_up: str = "closed"
    """who can make an account: ``open``, ``invitation``, ``closed`` (`people.rules.SignUp`)"""
    sign_up_domains: tuple[str, ...] = ()
    """the domains of addresses that people can sign up with, if any are named"""

    accel: str = ""
    """the internal location of the proxy below which it finds the files of this machine; empty for none"""
    zone: tzinfo = UTC
    """in which days begin and end: those of embargoes, and of access that is given until a day"""
    max_embargo_days: int = 0
    """that an embargo lasts; 0 for any number"""
    max_access_days: int = 0
    """that access on request lasts; 0 for any number"""
    draft_days: int = 0
    """that a draft stays which nobody changes; 0 for ever"""
    access_request_days: int = 0
    """for which names, addresses and texts of closed requests for access are kept; 0 for ever"""

    mail_from: str = ""
    """the address that writes to people; empty for the administrator's, else one of the site's host"""
    pages_dir: str = ""
    """the folder whose texts take the place of those of this release; empty for none"""

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"

    def today(self) -> date:
        """Return the current day in the time zone of the site."""
        return clock.today(self.zone)

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment in the time zone of the site."""
        return moment.astimezone(self.zone).date()

    def end_of(self, day: date) -> datetime:
        """Return when a day is over in the time zone of the site, in UTC.

        A midnight that the clocks skip counts by the time before they moved (PEP 495, fold=0).
        """
        return datetime.combine(day + timedelta(days=1), time(), self.zone).astimezone(UTC)

    @property
    def sender(self) -> str:
        """The address that writes to people."""
        return self.mail_from or self.admin_email or f"noreply@{self.mail_domain}"

    @property
    def mail_domain(self) -> str:
        """The name of this site in addresses and ids of messages."""
        return (
            self.host if any(character.isalpha() for character in self.host) and ":" not in self.host else "localhost"
        )

    @property
    def origin(self) -> str:
        """The origin of our pages as browsers write it, without the usual port (RFC 6454, section 6.2)."""
        parts = urlsplit(self.base_url)
        host = f"[{parts.hostname}]" if ":" in str(parts.hostname) else str(parts.hostname)
        port = "" if parts.port in (None, {"http": 80, "https": 443}.get(parts.scheme)) else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https:")

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
