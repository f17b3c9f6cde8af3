"""The API of one server: its addresses, the token, replies as JSON and refusals as errors.

Addresses are made from the server's own, not taken from links, for a server may be known by another name; links matter
where only they can say where bytes go.  The token travels to the server that it was given for, and nowhere else.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urljoin, urlsplit

from repository.client.client_errors import ContractBroken, Refused, UsageFault
from repository.client.connections import ApiAnswer, BrokenConnection, KeptConnections, SentBody, body_of
from repository.client.patience import Patience

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
JSON = "application/json"
BYTES = "application/octet-stream"
SIGNATURES = frozenset({"X-Amz-Signature", "Signature", "sig", "X-Goog-Signature"})
"""Parameters of an address that lets in whoever has it; a store refuses it beside another credential."""
PAGE = 1000


@dataclass
class ApiSession:
    """Speaks with the server at the address `server`, as the public if there is no `token`."""

    server: str
    token: str | None = field(default=None, repr=False)
    patience: Patience = field(default_factory=Patience)
    connections: KeptConnections = field(default_factory=KeptConnections)

    def __post_init__(self) -> None:
        parts = urlsplit(self.server)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.query:
            raise UsageFault(f"{self.server!r} is no address of a server, such as https://data.example.org.")
        self.server = self.server.rstrip("/").removesuffix("/api")

    def api(self, path: str) -> str:
        """Return the address below ``/api``; `path` begins with a slash and is quoted."""
        return f"{self.server}/api{path}"

    def file_url(self, record: str, key: str, *, draft: bool) -> str:
        """Return the address of a file of a record, or of its draft."""
        return f"{self.files_url(record, draft=draft)}/{quote(key, safe='/')}"

    def files_url(self, record: str, *, draft: bool) -> str:
        return self.api(f"/records/{quote(record, safe='')}{'/draft' if draft else ''}/files")

    def ask(
        self,
        act: str,
        method: str,
        url: str,
        body: Any = None,
        *,
        repeat: bool = True,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the reply's JSON, None without any; raise `Refused` for every status that is no success."""
        content = None if body is None else body_of(json.dumps(body).encode())
        sent = {"Accept": JSON, **({"Content-Type": JSON} if content else {}), **(headers or {})}
        return self.read(act, lambda: self.send(method, url, sent, content, fresh=not repeat), repeat=repeat)

    def put(self, act: str, url: str, body: SentBody, headers: Mapping[str, str]) -> Any:
        """Send bytes and return the reply's JSON, None without any."""
        return self.read(act, lambda: self.send("PUT", url, {"Accept": JSON, **headers}, body))

    def read(self, act: str, request: Callable[[], ApiAnswer], *, repeat: bool = True) -> Any:
        """Return the JSON of the answer to a request; a reply that breaks off is asked for again."""
        for attempt in range(1, self.patience.tries + 1):
            answer = self.patience.ask(act, request, repeat=repeat)
            try:
                content = answer.read_all()
            except BrokenConnection as error:
                if attempt == self.patience.tries or not repeat:
                    raise ContractBroken(f"{act}: {error}") from error
                self.patience.pause(attempt)
                continue
            return _json_of(act, answer, content)
        raise ContractBroken(act)

    def open(self, act: str, url: str, headers: Mapping[str, str]) -> ApiAnswer:
        """Return the answer to GET, of any status, after redirections."""
        for _ in range(MOST_REDIRECTS):
            answer = self.patience.ask(act, lambda url=url: self.send("GET", url, headers))  # type: ignore[misc]
            target = answer.header("Location")
            if answer.status not in REDIRECTS or not target:
                return answer
            answer.done()
            url = urljoin(url, target)
        raise ContractBroken(f"{act}: more than {MOST_REDIRECTS} redirections")

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: SentBody | None = None, *, fresh: bool = False
    ) -> ApiAnswer:
        """Send one request, with the token if it goes to our server; raise `BrokenConnection`."""
        every = {**headers, **self._credentials(url)}
        return self.connections.exchange(method, url, every, body, fresh=fresh)

    def file_pages(self, act: str, record: str, *, draft: bool) -> Iterator[dict[str, Any]]:
        """Yield the entries of a list of files, page by page where the server has pages."""
        url: str | None = f"{self.files_url(record, draft=draft)}?{urlencode({'size': PAGE})}"
        while url:
            page = self.ask(act, "GET", url)
            if not isinstance(page, dict):
                raise ContractBroken(f"{act}: the list of files is none")
            entries = page.get("entries") or []
            yield from entries.values() if isinstance(entries, dict) else entries
            following = (page.get("links") or {}).get("next")
            query = urlsplit(following).query if isinstance(following, str) else ""
            url = f"{self.files_url(record, draft=draft)}?{query}" if query else None

    def _credentials(self, url: str) -> dict[str, str]:
        target, home = urlsplit(url), urlsplit(self.server)
        is_home = (target.scheme, target.netloc) == (home.scheme, home.netloc)
        if self.token is None or not is_home or is_signed(url):
            return {}
        return {"Authorization": f"Bearer {self.token}"}


def is_signed(url: str) -> bool:
    """Tell whether the address itself is a credential."""
    return not SIGNATURES.isdisjoint(parse_qs(urlsplit(url).query))


def refusal(act: str, status: int, content: bytes) -> Refused:
    """Return the error of a reply that is no success."""
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return Refused(act, status, content[:200].decode("utf-8", "replace").strip())
    return Refused(act, status, str(body.get("message") or "").strip(), list(faults_in(body)))


def faults_in(body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the errors of a body, each with field and messages, as far as they have the contract's form."""
    errors = body.get("errors")
    for fault in errors if isinstance(errors, list) else ():
        if isinstance(fault, dict):
            messages = fault.get("messages")
            texts = [str(text) for text in (messages if isinstance(messages, list) else [messages])]
            yield {"field": str(fault.get("field") or ""), "messages": texts}


def _json_of(act: str, answer: ApiAnswer, content: bytes) -> Any:
    if not 200 <= answer.status < 300:
        raise refusal(act, answer.status, content)
    if not content:
        return None
    try:
        return json.loads(content)
    except ValueError as error:
        raise ContractBroken(f"{act}: the server answered {answer.status} without JSON") from error
