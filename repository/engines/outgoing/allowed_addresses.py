"""Which addresses a call may reach: public ones, and the networks that an operator named.

An address that carries another one (RFC 4291, 3056, 4380, 6052) is judged by both.
"""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
_TRANSLATED = (IPv6Network("64:ff9b::/96"), IPv6Network("64:ff9b:1::/48"))
LONGEST = 2_000
NOT_AN_ADDRESS = "Must be an http or https address of a host, without user, password and fragment."
NOT_PUBLIC = "Must be an address outside the network of this site."


class CallGuard:
    """Judges addresses; `networks` are private ones that may be called all the same, with blanks between them."""

    def __init__(self, networks: str = "") -> None:
        self._networks = [ip_network(name) for name in networks.split()]

    def allows(self, text: str) -> bool:
        """Return whether a numeric address may be called."""
        try:
            address = ip_address(text.partition("%")[0])
        except ValueError:
            return False
        if any(address in network for network in self._networks):
            return True
        return all(_is_public(carried) for carried in _carried(address))

    def fault_of(self, url: str) -> str:
        """Return why an address can never be called, empty if it may; a name is judged when it is called."""
        host = host_of(url)
        if not host:
            return NOT_AN_ADDRESS
        is_number = _is_number(host)
        return NOT_PUBLIC if host == "localhost" or (is_number and not self.allows(host)) else ""


def host_of(url: str) -> str:
    """Return the host of an address that may be called, empty if it is none."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and len(url) <= LONGEST
    sound = parts.scheme in ("http", "https") and "@" not in parts.netloc and not parts.fragment and port != 0
    return (parts.hostname or "") if plain and sound else ""


def _is_number(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def _is_public(address: Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: Address) -> Sequence[Address]:
    """Return the address, and the IPv4 addresses in it."""
    if isinstance(address, IPv4Address):
        return [address]
    if address.ipv4_mapped is not None:
        return [address.ipv4_mapped]
    inner: list[Address] = [address]
    inner += [address.sixtofour] if address.sixtofour is not None else []
    inner += list(address.teredo) if address.teredo is not None else []
    if any(address in network for network in _TRANSLATED):
        inner.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return inner
