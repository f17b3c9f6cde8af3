"""What asks registrars for descriptions: in time, within a size, at named hosts only."""

from typing import Any

import pytest

from repository.core.errors import Unavailable, Unsuitable
from repository.engines.outgoing.registered_descriptions import RegisteredDescriptions
from tests.support.file_host import Asked, FileHost, file_host, whole
from tests.support.web_server import HOST


def asking(host: FileHost, seconds: float = 0.3, **more: Any) -> RegisteredDescriptions:
    return RegisteredDescriptions({"doi": f"{host.name}/"}, networks=f"{HOST}/32", seconds=seconds, **more)


def test_a_slow_answer_is_cut() -> None:
    def drip(asked: Asked) -> None:
        asked.head(200, Content_Length="100000")
        while not asked.host.ending.wait(0.02):
            asked.wfile.write(b" ")
            asked.wfile.flush()

    with file_host(drip) as host, pytest.raises(Unavailable, match="too slowly"):
        asking(host).description_of("doi", "10.5072/x")


def test_silence_before_the_headers_is_cut() -> None:
    with file_host(lambda asked: asked.host.ending.wait() and None) as host, pytest.raises(Unavailable):
        asking(host).description_of("doi", "10.5072/x")


def test_a_redirection_is_followed_to_named_hosts_only() -> None:
    with file_host(whole(b"{}")) as other, file_host(lambda asked: None) as first:
        first.answer = lambda asked: asked.head(302, Location=other.url("/there"), Content_Length="0")
        with pytest.raises(Unsuitable, match="Domain not allowed"):
            asking(first).description_of("doi", "10.5072/x")
        assert other.asked == []
        assert asking(first, hosts=other.name).description_of("doi", "10.5072/x") == b"{}"


def test_an_odd_identifier_stays_in_the_path() -> None:
    with file_host(whole(b"{}")) as host:
        asking(host).description_of("doi", "10.5072/a?b#c d\r\nX: y")
        [(path, headers)] = host.asked
    assert path == "/10.5072/a%3Fb%23c%20d%0D%0AX%3A%20y"
    assert "X" not in headers


def test_a_private_network_is_not_asked_unless_it_is_named() -> None:
    with file_host(whole(b"{}")) as host:
        closed = RegisteredDescriptions({"doi": f"{host.name}/"})
        with pytest.raises(Unsuitable):
            closed.description_of("doi", "10.5072/x")
    assert host.asked == []


def test_a_site_without_registrars_keeps_the_identifier() -> None:
    with pytest.raises(Unsuitable, match="asks no registrar"):
        RegisteredDescriptions({}).description_of("doi", "10.5072/x")
