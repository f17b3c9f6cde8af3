"""The client's address is the peer's, or what trusted proxies say, and never what a client writes."""

import pytest

from repository.core.web.client_address import LOCAL, TrustedProxies, client_address, client_network

PROXY, CLIENT, OTHER = "10.0.0.1", "192.0.2.7", "198.51.100.9"


@pytest.mark.parametrize(
    ("trusted", "peer", "forwarded", "address"),
    [
        ("", CLIENT, OTHER, CLIENT),
        ("", PROXY, CLIENT, PROXY),
        (PROXY, CLIENT, OTHER, CLIENT),
        (PROXY, PROXY, CLIENT, CLIENT),
        (PROXY, PROXY, f"{OTHER}, {CLIENT}", CLIENT),
        ("10.0.0.0/8", PROXY, f"{OTHER}, {CLIENT}, 10.1.1.1", CLIENT),
        ("10.0.0.0/8", PROXY, "10.1.1.1, 10.2.2.2", "10.1.1.1"),
        (PROXY, PROXY, "", PROXY),
        (PROXY, PROXY, "unknown", PROXY),
        (PROXY, PROXY, f"{OTHER}, nonsense", PROXY),
        (PROXY, PROXY, f"{CLIENT}:50312", CLIENT),
        (PROXY, PROXY, "[2001:db8::1]:443", "2001:db8::1"),
        (PROXY, PROXY, "2001:db8::1", "2001:db8::1"),
        (PROXY, f"::ffff:{PROXY}", f"::ffff:{CLIENT}", CLIENT),
        ("::1", "::1", CLIENT, CLIENT),
        ("10.0.0.0/8 ::1", "::1", "fe80::1%eth0", "fe80::1"),
        ("", "", CLIENT, LOCAL),
        ("unix", "", CLIENT, CLIENT),
        ("unix", "", "", LOCAL),
        ("unix", CLIENT, OTHER, CLIENT),
        (PROXY, "", CLIENT, LOCAL),
    ],
)
def test_the_nearest_address_that_is_no_trusted_proxy_is_the_client(
    trusted: str, peer: str, forwarded: str, address: str
) -> None:
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}

    assert client_address(environ, TrustedProxies.of(trusted)) == address


def test_a_client_has_its_address_or_a_network_of_64_bits() -> None:
    assert client_network(CLIENT) == CLIENT
    assert client_network("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::/64"
    assert client_network(LOCAL) == LOCAL
