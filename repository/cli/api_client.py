"""A small client of the REST interface: deposit, publish, find, cite, download over HTTP.

It knows the API's contract and nothing of the server's code: apart from the first, every address is
a link from an earlier reply.  A token travels only to the server that the client was made for.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import IO, Any
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

BLOCK_BYTES = 1 << 20
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MOST_REDIRECTS = 5
JSON = "application/json"
BYTES = "application/octet-stream"


class ApiError(Exception):
    """A request failed or its reply breaks the contract; the text names the request and the fault."""


@dataclass(frozen=True, slots=True)
class ApiReply:
    """A reply that was read to its end; `content_type` has no parameters."""

    status: int
    content_type: str
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """Return the body as JSON; raise `ApiError` if it is none."""
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise ApiError(f"answered {self.status} without valid JSON: {self.body[:80]!r}") from error


@dataclass(frozen=True, slots=True)
class LocalDigests:
    """The digests of a file's content in lower-case hexadecimal, and its `size` in bytes."""

    size: int
    md5: str
    sha256: str


def digests_of(stream: IO[bytes] | HTTPResponse) -> LocalDigests:
    """Read `stream` to its end, block by block."""
    md5, sha256, size = hashlib.md5(usedforsecurity=False), hashlib.sha256(), 0
    while block := stream.read(BLOCK_BYTES):
        md5.update(block)
        sha256.update(block)
        size += len(block)
    return LocalDigests(size, md5.hexdigest(), sha256.hexdigest())


def digests_of_file(path: Path) -> LocalDigests:
    with path.open("rb") as stream:
        return digests_of(stream)


def link(reply: Mapping[str, Any], name: str) -> str:
    """Return the address under ``links`` of a reply; raise `ApiError` if there is none."""
    address = (reply.get("links") or {}).get(name)
    if not isinstance(address, str):
        raise ApiError(f"the reply has no links.{name}")
    return address


def file_entries(listing: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
    """Return the entries of a list of files, or of a record's files, which are named by key."""
    entries = listing.get("entries") or []
    return list(entries.values() if isinstance(entries, Mapping) else entries)


def recorded_sha256(entry: Mapping[str, Any]) -> str | None:
    """Return the SHA-256 in a file's entry, None if the entry has none."""
    digest = entry.get("checksums", {}).get("sha256")
    return digest if isinstance(digest, str) else None


@dataclass(frozen=True, slots=True)
class ApiClient:
    """Speaks with the repository at `base_url`, as the public if there is no `token`.

    `base_url` has no slash at its end; `timeout`, in seconds, limits each wait on the connection.
    """

    base_url: str
    token: str | None = field(default=None, repr=False)
    timeout: float = 30.0

    def anonymous(self) -> "ApiClient":
        return ApiClient(self.base_url, None, self.timeout)

    def get(self, url: str, accept: str = JSON, **query: str) -> ApiReply:
        """Return the reply, of any status, after redirections."""
        with self._answer("GET", _with_query(url, query), {"Accept": accept}) as response:
            return _read(response)

    def post(self, url: str, body: Any = None) -> ApiReply:
        content = None if body is None else json.dumps(body).encode()
        return self._send("POST", url, content, JSON if content else None)

    def put_bytes(self, url: str, content: IO[bytes], size: int) -> ApiReply:
        """Send `size` bytes without holding them in memory."""
        return self._send("PUT", url, content, BYTES, {"Content-Length": str(size)})

    def create_draft(self, body: Mapping[str, Any], *, complete: bool = True) -> dict[str, Any]:
        """Open a draft; raise `ApiError`, also if it should be `complete` and the server names missing fields."""
        draft = _expect(self.post(f"{self.base_url}/api/records", body), 201, "open a draft")
        if complete and draft.get("errors"):
            raise ApiError(f"open a draft: {_complaints(draft)}")
        return draft

    def reserve_doi(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        return _expect(self.post(link(draft, "reserve_doi")), 201, "reserve a DOI")

    def upload(self, draft: Mapping[str, Any], files: Mapping[str, Path]) -> None:
        """Announce, send and commit `files`, by key; raise `ApiError` unless the server computes the same MD5."""
        digests = {key: digests_of_file(path) for key, path in files.items()}
        announcement = [{"key": key, "size": d.size, "checksum": f"md5:{d.md5}"} for key, d in digests.items()]
        listing = _expect(self.post(link(draft, "files"), announcement), 201, "announce the files")
        entries = {entry["key"]: entry for entry in file_entries(listing)}
        for key, path in files.items():
            if key not in entries:
                raise ApiError(f"announce the files: {key} is missing in the reply")
            self._upload_one(entries[key], path, digests[key])

    def publish(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        """Publish the draft and return its record; a search may find it only later."""
        return _expect(self.post(link(draft, "publish")), 202, "publish")

    def record(self, identifier: str) -> dict[str, Any]:
        url = f"{self.base_url}/api/records/{identifier}"
        return _expect(self.get(url), 200, f"read record {identifier}")

    def search(self, query: str) -> Sequence[dict[str, Any]]:
        """Return the first page of public records that match."""
        reply = self.get(f"{self.base_url}/api/records", q=query)
        hits: Sequence[dict[str, Any]] = _expect(reply, 200, f"search {query}")["hits"]["hits"]
        return hits

    def files(self, record: Mapping[str, Any]) -> Sequence[dict[str, Any]]:
        return file_entries(_expect(self.get(link(record, "files")), 200, "list the files"))

    def download(self, entry: Mapping[str, Any]) -> LocalDigests:
        """Return the digests of a file's content, computed as it arrives."""
        with self._answer("GET", link(entry, "content"), {"Accept": "*/*"}) as response:
            if response.status != 200:
                raise ApiError(_refusal(f"download {entry.get('key')}", _read(response)))
            return digests_of(response)

    def citation(self, record: Mapping[str, Any], style: str) -> str:
        """Return the record's bibliographic reference in a CSL style."""
        reply = self.get(link(record, "self"), accept="text/x-bibliography", style=style)
        if reply.status != 200 or not reply.text.strip():
            raise ApiError(_refusal(f"cite in style {style}", reply))
        return reply.text.strip()

    def _upload_one(self, entry: Mapping[str, Any], path: Path, digests: LocalDigests) -> None:
        key = entry["key"]
        with path.open("rb") as content:
            reply = self.put_bytes(link(entry, "content"), content, digests.size)
        _expect(reply, 200, f"send {key}")
        stored = _expect(self.post(link(entry, "commit")), 200, f"commit {key}")
        if stored.get("checksum") != f"md5:{digests.md5}" or stored.get("size") != digests.size:
            raise ApiError(f"commit {key}: the server has other bytes than were sent")

    def _send(
        self,
        method: str,
        url: str,
        body: bytes | IO[bytes] | None,
        content_type: str | None,
        headers: Mapping[str, str] | None = None,
    ) -> ApiReply:
        all_headers = {"Accept": JSON, **(headers or {})}
        if content_type:
            all_headers["Content-Type"] = content_type
        with self._exchange(method, urlsplit(url), all_headers, body) as response:
            return _read(response)

    @contextmanager
    def _answer(self, method: str, url: str, headers: Mapping[str, str]) -> Iterator[HTTPResponse]:
        for _ in range(MOST_REDIRECTS):
            with self._exchange(method, urlsplit(url), headers, None) as response:
                target = response.getheader("Location")
                if response.status not in REDIRECTS or target is None:
                    yield response
                    return
            url = urljoin(url, target)
        raise ApiError(f"{method} {url}: more than {MOST_REDIRECTS} redirections")

    @contextmanager
    def _exchange(
        self,
        method: str,
        target: SplitResult,
        headers: Mapping[str, str],
        body: bytes | IO[bytes] | None,
    ) -> Iterator[HTTPResponse]:
        address = target.path + (f"?{target.query}" if target.query else "")
        connection = self._connection(target)
        try:
            connection.request(method, address, body, {**headers, **self._credentials(target)})
            yield connection.getresponse()
        except (OSError, HTTPException) as error:
            raise ApiError(f"{method} {target.geturl()}: {error!r}") from error
        finally:
            connection.close()

    def _connection(self, target: SplitResult) -> HTTPConnection:
        if target.hostname is None or target.scheme not in ("http", "https"):
            raise ApiError(f"{target.geturl()!r} is no absolute http(s) address")
        kind = HTTPSConnection if target.scheme == "https" else HTTPConnection
        return kind(target.hostname, target.port, timeout=self.timeout)

    def _credentials(self, target: SplitResult) -> dict[str, str]:
        # A byte store refuses a presigned link with Authorization, and another server must not learn the token.
        home = urlsplit(self.base_url)
        if self.token is None or (target.scheme, target.netloc) != (home.scheme, home.netloc):
            return {}
        return {"Authorization": f"Bearer {self.token}"}


def _with_query(url: str, query: Mapping[str, str]) -> str:
    if not query:
        return url
    return f"{url}{'&' if urlsplit(url).query else '?'}{urlencode(query)}"


def _read(response: HTTPResponse) -> ApiReply:
    content_type = response.getheader("Content-Type", "").partition(";")[0].strip()
    return ApiReply(response.status, content_type, response.read())


def _expect(reply: ApiReply, status: int, act: str) -> dict[str, Any]:
    body = reply.json() if reply.status == status else None
    if not isinstance(body, dict):
        raise ApiError(_refusal(act, reply))
    return body


def _refusal(act: str, reply: ApiReply) -> str:
    reason = reply.body[:200].decode("utf-8", "replace")
    if reply.content_type == JSON and isinstance(body := reply.json(), dict):
        reason = f"{body.get('message', '')} {_complaints(body)}".strip()
    return f"{act}: the server answered {reply.status} {reason}".rstrip()


def _complaints(body: Mapping[str, Any]) -> str:
    errors = body.get("errors") or []
    return "; ".join(f"{e.get('field')}: {' '.join(e.get('messages', []))}" for e in errors)
