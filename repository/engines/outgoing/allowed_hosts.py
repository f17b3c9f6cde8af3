"""Which hosts files may be fetched from: those that the operator named.

``data.example.org`` is a host, ``*.example.org`` every host below a domain, ``*`` every public one; a port follows as
``:8443``, else it is that of the scheme.  With ``http://`` before it, plain HTTP is allowed there too.
"""

from urllib.parse import urlsplit

from repository.engines.outgoing.allowed_addresses import NOT_AN_ADDRESS, CallGuard, host_of
from repository.engines.outgoing.pinned_connection import PORTS

NO_HOSTS = "This site fetches no files from elsewhere."
NOT_ALLOWED = "Domain not allowed"
"""the contract's words (the InvenioRDM contract, section 1.3)"""


class AllowedHosts:
    """The hosts in `names`, with blanks between them."""

    def __init__(self, names: str = "") -> None:
        self.names = tuple(names.lower().split())
        self._rules = [_rule(name) for name in self.names]

    def __bool__(self) -> bool:
        return bool(self._rules)

    def fault_of(self, url: str, guard: CallGuard) -> str:
        """Return why nothing is fetched from an address, empty if it may be tried."""
        if not self._rules:
            return NO_HOSTS
        host = host_of(url)
        if not host:
            return NOT_AN_ADDRESS
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        if not any(_matches(rule, parts.scheme, host.rstrip("."), port) for rule in self._rules):
            return NOT_ALLOWED
        return guard.fault_of(url)


_Rule = tuple[bool, str, int | None]
"""whether plain HTTP is allowed, the host with ``*`` at its beginning maybe, the port"""


def _rule(name: str) -> _Rule:
    plain = name.startswith("http://")
    parts = urlsplit(f"//{name.removeprefix('http://')}")
    return plain, parts.hostname or "", parts.port


def _matches(rule: _Rule, scheme: str, host: str, port: int) -> bool:
    plain, name, named_port = rule
    if scheme == "http" and not plain:
        return False
    if port != (named_port or PORTS[scheme]):
        return False
    if name == "*":
        return True
    return host.endswith(name[1:]) if name.startswith("*.") else host == name
