"""The address of a mail server: ``smtp://user:password@host:587``, ``smtps://host``, ``smtp://host?tls=none``."""

from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from repository.core.errors import Unavailable

SUBMISSION = 587
"""RFC 6409, section 3.1"""
SUBMISSIONS = 465
"""RFC 8314, section 3.3"""
_TLS = ("starttls", "none")


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """Where and as whom to send; `wrapped` speaks TLS from the first byte, `starttls` begins it before a message."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    wrapped: bool = False
    starttls: bool = True

    def unavailable(self, what: str) -> Unavailable:
        """Return an error to raise; `what` completes a sentence that begins with the server."""
        return Unavailable(f"The mail server {self.host} {what}.")


def smtp_address(url: str) -> SmtpAddress:
    """Return the address; raise `ValueError` that repeats nothing secret.

    Without ``tls=none`` a server elsewhere must speak TLS; to one on this machine nothing is encrypted, unless
    ``tls=starttls`` wants it.
    """
    parts = urlsplit(url)
    if not parts.hostname or parts.path.strip("/") or parts.fragment:
        raise ValueError("must be an address such as smtp://user:password@mail.example.org:587")
    wrapped = parts.scheme == "smtps"
    return SmtpAddress(
        parts.hostname,
        parts.port or (SUBMISSIONS if wrapped else SUBMISSION),
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        wrapped,
        not wrapped and _wants_starttls(parts.query, wrapped, parts.hostname),
    )


def _wants_starttls(query: str, wrapped: bool, host: str) -> bool:
    options = parse_qsl(query, keep_blank_values=True)
    if any(name != "tls" or value not in _TLS for name, value in options) or len(options) > 1 or (options and wrapped):
        raise ValueError("takes ?tls=none or ?tls=starttls after smtp:, and nothing else")
    return options[0][1] == "starttls" if options else not is_this_machine(host)


def is_this_machine(host: str) -> bool:
    """Return whether what is sent to `host` never leaves this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
