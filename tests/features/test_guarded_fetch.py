"""Which addresses a fetch reaches: the host that is allowed, at the address that its name had once."""

from collections.abc import Iterator, Sequence

import pytest

from config.setting_addresses import hosts_to_fetch
from repository.core.errors import Unavailable, Unsuitable
from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.allowed_hosts import AllowedHosts
from repository.engines.outgoing.guarded_fetch import GuardedFetch
from tests.support.file_host import Asked, FileHost, file_host, whole
from tests.support.web_server import HOST

INSIDE = "The address is inside a network that may not be called."


@pytest.fixture
def host() -> Iterator[FileHost]:
    with file_host(whole(b"content")) as played:
        yield played


class Names:
    """A resolver whose answers change with each question, the last one stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def __call__(self, name: str, _port: int) -> Sequence[str]:
        self.asked.append(name)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def fetching(host: FileHost, names: Names, hosts: str = "") -> GuardedFetch:
    allowed = hosts or f"http://files.example.org:{host.port}"
    return GuardedFetch(AllowedHosts(allowed), CallGuard(f"{HOST}/32"), resolve=names)


def content(fetch: GuardedFetch, url: str) -> bytes:
    with fetch.opened(url) as source:
        return b"".join(iter(lambda: source.read(1 << 16), b""))


def test_a_name_is_resolved_once_and_the_connection_goes_to_that_address(host: FileHost) -> None:
    names = Names([HOST], ["10.0.0.1"])
    assert content(fetching(host, names), f"http://files.example.org:{host.port}/a") == b"content"
    assert names.asked == ["files.example.org"]
    [(_, headers)] = host.asked
    assert headers["Host"] == f"files.example.org:{host.port}"


@pytest.mark.parametrize(
    "addresses",
    [["10.0.0.1"], ["169.254.169.254"], [HOST, "10.0.0.1"], ["::1"], ["::ffff:10.1.1.1"], ["fe80::1"], ["0.0.0.0"]],
)  # fmt: skip
def test_a_name_that_leads_inside_is_refused_whatever_else_it_leads_to(host: FileHost, addresses: list[str]) -> None:
    with pytest.raises(Unsuitable, match=INSIDE):
        content(fetching(host, Names(addresses)), f"http://files.example.org:{host.port}/a")
    assert host.asked == []


@pytest.mark.parametrize("address", ["10.0.0.1", "169.254.169.254"])
def test_each_hop_of_a_redirection_is_judged_as_the_first_address(host: FileHost, address: str) -> None:
    port = host.port

    def redirecting(asked: Asked) -> None:
        asked.head(302, Location=f"http://files.example.org:{port}/there", Content_Length="0")

    host.answer = redirecting
    names = Names([HOST], [address])
    with pytest.raises(Unsuitable, match=INSIDE):
        content(fetching(host, names), f"http://files.example.org:{port}/a")
    assert (len(names.asked), len(host.asked)) == (2, 1)


def test_a_redirection_within_the_host_is_followed_without_its_fragment(host: FileHost) -> None:
    def moved(asked: Asked) -> None:
        if asked.path == "/a":
            asked.head(301, Location="/b?c=d#part", Content_Length="0")
        else:
            whole(b"there")(asked)

    host.answer = moved
    assert content(fetching(host, Names([HOST])), f"http://files.example.org:{host.port}/a") == b"there"
    assert [path for path, _ in host.asked] == ["/a", "/b?c=d"]


def test_a_name_that_is_not_known_may_be_known_later(host: FileHost) -> None:
    def unknown(_name: str, _port: int) -> Sequence[str]:
        raise OSError

    fetch = GuardedFetch(AllowedHosts("files.example.org"), CallGuard(), resolve=unknown)
    with pytest.raises(Unavailable, match="not known"):
        content(fetch, "https://files.example.org/a")
    assert host.asked == []


@pytest.mark.parametrize(
    ("hosts", "url", "is_allowed"),
    [
        ("data.example.org", "https://data.example.org/a", True),
        ("data.example.org", "https://DATA.example.org./a", True),
        ("data.example.org", "http://data.example.org/a", False),
        ("data.example.org", "https://data.example.org:8443/a", False),
        ("data.example.org:8443", "https://data.example.org:8443/a", True),
        ("data.example.org", "https://data.example.org.evil.test/a", False),
        ("data.example.org", "https://evil-data.example.org/a", False),
        ("*.example.org", "https://a.b.example.org/a", True),
        ("*.example.org", "https://example.org/a", False),
        ("*.example.org", "https://badexample.org/a", False),
        ("http://old.example.org", "http://old.example.org/a", True),
        ("http://old.example.org", "https://old.example.org/a", True),
        ("*", "https://anything.test/a", True),
        ("*", "https://10.0.0.1/a", False),
        ("*", "https://localhost/a", False),
        ("*", "https://user:secret@anything.test/a", False),
        ("", "https://data.example.org/a", False),
    ],
)  # fmt: skip
def test_hosts_are_those_that_the_operator_named(hosts: str, url: str, is_allowed: bool) -> None:
    fetch = GuardedFetch(AllowedHosts(hosts_to_fetch(hosts)), CallGuard())
    assert bool(fetch.fault_of(url)) is not is_allowed


def test_a_site_without_hosts_says_that_it_fetches_nothing() -> None:
    fetch = GuardedFetch(AllowedHosts(), CallGuard())
    assert fetch.fault_of("https://data.example.org/a") == "This site fetches no files from elsewhere."


def test_a_file_is_fetched_no_faster_than_wanted(host: FileHost) -> None:
    host.answer = whole(b"x" * 3_000)
    names, moments = Names([HOST]), iter(range(1_000))
    fetch = GuardedFetch(
        AllowedHosts(f"http://files.example.org:{host.port}"),
        CallGuard(f"{HOST}/32"),
        rate=100_000,
        resolve=names,
        seconds=lambda: next(moments) * 0.0,
    )
    with fetch.opened(f"http://files.example.org:{host.port}/a") as source:
        while source.read(1_000):
            pass
        assert source.due == pytest.approx(0.03)
