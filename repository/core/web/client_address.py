"""The address of the client: that of the peer, or what proxies say that the operator trusts.

A trusted proxy appends the address of its own peer to ``X-Forwarded-For``; what stands before the first address that is
not a trusted proxy's was written by a client, and is not believed.  A peer that is not trusted is the client itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

UNIX = "unix"
"""the peers of a unix socket: they have no address"""
LOCAL = "local"
"""The client's address when a peer of a unix socket is not trusted, or names no address."""
HOST_BITS = 64
"""The bits of an IPv6 address that a client chooses itself (RFC 4291, section 2.5.4)."""
MOST_HOPS = 20
"""addresses in a header that are looked at"""

IPAddress = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """The peers whose ``X-Forwarded-For`` is believed: networks, and with `unix` those of a unix socket."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()
    unix: bool = False

    @classmethod
    @cache
    def of(cls, text: str) -> "TrustedProxies":
        """Return the proxies that a text names, with blanks or commas between; raise `ValueError`."""
        names = text.replace(",", " ").split()
        return cls(tuple(ip_network(name) for name in names if name != UNIX), UNIX in names)

    def include(self, peer: IPAddress | None) -> bool:
        """Return whether a peer is trusted; None stands for one of a unix socket."""
        if peer is None:
            return self.unix
        return any(peer in network for network in self.networks)


def client_address(environ: Mapping[str, str], proxies: TrustedProxies) -> str:
    """Return the client's address, or `LOCAL`: the last one forwarded that is not a trusted proxy's."""
    nearest = _address(environ.get("REMOTE_ADDR", ""))
    for forwarded in _forwarded(environ):
        if not proxies.include(nearest):
            break
        further = _address(forwarded)
        if further is None:  # what a trusted proxy does not name is behind it
            break
        nearest = further
    return LOCAL if nearest is None else str(nearest)


def client_network(address: str) -> str:
    """Return what one client can choose its address in: an IPv6 network of 64 bits, or the IPv4 address itself."""
    known = _address(address)
    if isinstance(known, IPv6Address):
        return str(ip_network((known, HOST_BITS), strict=False))
    return address


def _forwarded(environ: Mapping[str, str]) -> Iterator[str]:
    yield from reversed(environ.get("HTTP_X_FORWARDED_FOR", "").split(",")[-MOST_HOPS:])


def _address(text: str) -> IPAddress | None:
    """Return the address of a host, with or without a port.  An IPv4 address in an IPv6 one is the IPv4 address."""
    host = text.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        known = ip_address(host.partition("%")[0])
    except ValueError:
        return None
    return getattr(known, "ipv4_mapped", None) or known
