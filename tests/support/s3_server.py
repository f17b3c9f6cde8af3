"""An S3 server in memory that refuses what it is told to refuse, as servers in the wild do.

It heeds conditions, checksums, Content-MD5, ranges and signed addresses; `Refusing` names what it refuses, and how.
"""

import base64
import hashlib
import hmac
import re
import secrets
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.support.s3_requests import PieceReader, dechunked, query_signature

ACCESS_KEY, SECRET_KEY, REGION = "of-a-test", "secret-of-a-test", "us-east-1"
CODES = {
    400: "InvalidArgument",
    403: "AccessDenied",
    405: "MethodNotAllowed",
    411: "MissingContentLength",
    412: "PreconditionFailed",
    501: "NotImplemented",
}
LARGE = 3 << 14
"""Bytes that a server without large single PUTs refuses in one request."""
Asked = Any
"""a request as its handler sees it: method, path, query, headers"""


def _is_large(asked: Asked) -> bool:
    length = asked.headers.get("x-amz-decoded-content-length") or asked.headers.get("Content-Length") or "0"
    return asked.command == "PUT" and "partNumber" not in asked.query and int(length) > LARGE


FEATURES: Mapping[str, Callable[[Asked], bool]] = {
    "conditions": lambda asked: "If-None-Match" in asked.headers,
    "checksums": lambda asked: any(
        name.lower().startswith(("x-amz-checksum-", "x-amz-sdk-checksum-")) for name in asked.headers
    ),
    "Content-MD5": lambda asked: "Content-MD5" in asked.headers,
    "trailers": lambda asked: "x-amz-trailer" in asked.headers,
    "chunked bodies": lambda asked: "Transfer-Encoding" in asked.headers,
    "lifecycle": lambda asked: "lifecycle" in asked.query,
    "versioning": lambda asked: "versioning" in asked.query or "versionId" in asked.query,
    "multipart copy": lambda asked: "x-amz-copy-source" in asked.headers,
    "presigned heads": lambda asked: asked.command == "HEAD" and "X-Amz-Signature" in asked.query,
    "large single PUTs": _is_large,
    "many removals": lambda asked: "delete" in asked.query,
    "lists of uploads": lambda asked: asked.command == "GET" and "uploads" in asked.query,
    "lists of uploads by a prefix": lambda asked: (
        asked.command == "GET" and "uploads" in asked.query and bool(asked.query.get("prefix"))
    ),
    "uploads in parts": lambda asked: asked.command == "POST" and "uploads" in asked.query,
    "writing": lambda asked: asked.command == "PUT" and "/" in asked.name and "partNumber" not in asked.query,
    "reading": lambda asked: asked.command == "GET" and "/" in asked.name,
    "listing": lambda asked: asked.command == "GET" and "list-type" in asked.query,
}


@dataclass
class Kept:
    """An object, or a part, with the headers that come back with it."""

    content: bytes
    about: dict[str, str]
    modified: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))

    @property
    def tag(self) -> str:
        return self.about.get("ETag") or f'"{hashlib.md5(self.content).hexdigest()}"'


@dataclass
class Memory:
    """Objects by bucket and name, uploads by id, and what is refused with which status."""

    buckets: dict[str, dict[str, Kept]] = field(default_factory=dict)
    uploads: dict[str, tuple[str, str, dict[str, str], dict[int, Kept]]] = field(default_factory=dict)
    refused: dict[str, int] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    """what was refused, by its feature"""
    code: str = ""
    """of refusals, in place of the usual one of their status"""
    encrypts: bool = False
    """whether tags are no digests"""
    damages: bool = False
    """whether the last byte that is kept is another one"""
    lists_whole_names: bool = False
    """whether a prefix of uploads is taken for a whole name"""


class Fault(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


class MemoryS3(BaseHTTPRequestHandler):
    """Answers requests about the `memory` of its server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
        """Nothing: what it did is not what is tested."""

    @property
    def memory(self) -> Memory:
        return self.server.memory  # type: ignore[attr-defined, no-any-return]

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))

    @property
    def name(self) -> str:
        """Bucket and object."""
        return unquote(urlsplit(self.path).path.lstrip("/"))

    def handle_expect_100(self) -> bool:
        """Refuse before the bytes come, or let them come."""
        if (feature := self._refused()) is not None:
            self._refuse(feature)
            return False
        return super().handle_expect_100()

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_"):
            return self._handle
        raise AttributeError(name)

    def _refused(self) -> str | None:
        return next((feature for feature in self.memory.refused if FEATURES[feature](self)), None)

    def _refuse(self, feature: str) -> None:
        self.memory.refusals.append(feature)
        status = self.memory.refused[feature]
        self.close_connection = True
        self._fail(status, self.memory.code or CODES[status])

    def _handle(self) -> None:
        content = self._body()
        if (feature := self._refused()) is not None:
            self._refuse(feature)
            return
        try:
            self._require_signature()
            bucket, _, name = self.name.partition("/")
            act = self._on_object if name else self._on_bucket
            act(bucket, name, content)
        except Fault as fault:
            self._fail(fault.status, fault.code)

    def _body(self) -> bytes:
        self.trailer: dict[str, str] = {}  # a connection may serve many requests
        if "Transfer-Encoding" not in self.headers:
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        raw, _ = dechunked(self.rfile.readline, self.rfile.read)
        if "x-amz-trailer" not in self.headers:
            return raw
        reader = PieceReader(raw)
        content, self.trailer = dechunked(reader.line, reader.read)
        return content

    def _require_signature(self) -> None:
        if "X-Amz-Signature" in self.query:
            begun = datetime.strptime(self.query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
            is_late = (datetime.now(UTC) - begun).total_seconds() > int(self.query["X-Amz-Expires"])
            if is_late or not hmac.compare_digest(self.query["X-Amz-Signature"], query_signature(self, SECRET_KEY)):
                raise Fault(403, "SignatureDoesNotMatch")
        elif "Authorization" not in self.headers:
            raise Fault(403, "AccessDenied")

    def _on_bucket(self, bucket: str, _name: str, content: bytes) -> None:
        if self.command == "PUT" and "lifecycle" not in self.query:
            self.memory.buckets.setdefault(bucket, {})
            return self._answer(200)
        objects = self._objects(bucket)
        if "lifecycle" in self.query:
            return self._answer(200) if self.command == "PUT" else self._fail(404, "NoSuchLifecycleConfiguration")
        if "delete" in self.query:
            self._require_digests(content)
            for key in re.findall(r"<Key>(.*?)</Key>", content.decode()):
                objects.pop(key, None)
            return self._answer(200, b"<DeleteResult/>")
        if "uploads" in self.query:
            return self._list_uploads(bucket)
        return self._list(objects) if "list-type" in self.query else self._answer(200)

    def _list(self, objects: dict[str, Kept]) -> None:
        names = sorted(name for name in objects if name.startswith(self.query.get("prefix", "")))
        entries = "".join(
            f"<Contents><Key>{escape(name)}</Key><Size>{len(objects[name].content)}</Size>"
            f"<LastModified>{objects[name].modified.isoformat()}</LastModified></Contents>"
            for name in names
        )
        self._answer(200, f"<ListBucketResult>{entries}<IsTruncated>false</IsTruncated></ListBucketResult>".encode())

    def _list_uploads(self, bucket: str) -> None:
        entries = "".join(
            f"<Upload><Key>{escape(name)}</Key><UploadId>{upload}</UploadId>"
            f"<Initiated>{datetime.now(UTC).isoformat()}</Initiated></Upload>"
            for upload, (where, name, _, _) in self.memory.uploads.items()
            if where == bucket and self._is_below(name, self.query.get("prefix", ""))
        )
        self._answer(200, f"<ListMultipartUploadsResult>{entries}</ListMultipartUploadsResult>".encode())

    def _is_below(self, name: str, prefix: str) -> bool:
        return name == prefix if prefix and self.memory.lists_whole_names else name.startswith(prefix)

    def _on_object(self, bucket: str, name: str, content: bytes) -> None:
        objects = self._objects(bucket)
        if "uploads" in self.query:
            upload = secrets.token_hex(8)
            self.memory.uploads[upload] = (bucket, name, self._about(), {})
            return self._answer(200, f"<Result><UploadId>{upload}</UploadId></Result>".encode())
        if "uploadId" in self.query:
            return self._on_upload(objects, name, content)
        if self.command == "PUT":
            self._require_free(objects, name)
            self._require_digests(content)
            tag = {"ETag": '"encrypted"'} if self.memory.encrypts else {}
            objects[name] = Kept(content[:-1] + b"?" if self.memory.damages else content, {**self._about(), **tag})
            return self._answer(200, headers={"ETag": objects[name].tag})
        if self.command == "DELETE":
            objects.pop(name, None)
            return self._answer(204)
        if name not in objects:
            raise Fault(404, "NoSuchKey")
        return self._give(objects[name])

    def _on_upload(self, objects: dict[str, Kept], name: str, content: bytes) -> None:
        upload = self.query["uploadId"]
        if upload not in self.memory.uploads:
            raise Fault(404, "NoSuchUpload")
        _, _, about, parts = self.memory.uploads[upload]
        if self.command == "PUT":
            self._require_digests(content)
            part = parts[int(self.query["partNumber"])] = Kept(content, {})
            return self._answer(200, headers={"ETag": part.tag})
        if self.command == "GET":
            entries = "".join(
                f"<Part><PartNumber>{number}</PartNumber><Size>{len(part.content)}</Size><ETag>{part.tag}</ETag></Part>"
                for number, part in sorted(parts.items())
            )
            return self._answer(200, f"<ListPartsResult>{entries}</ListPartsResult>".encode())
        if self.command == "POST":
            self._require_free(objects, name)
            numbers = [int(number) for number in re.findall(rb"<PartNumber>(\d+)<", content)]
            whole = b"".join(parts[number].content for number in numbers)
            tag = f'"{hashlib.md5(whole).hexdigest()}-{len(numbers)}"'
            objects[name] = Kept(whole, {**about, "ETag": tag})
        del self.memory.uploads[upload]
        return self._answer(200, b"<CompleteMultipartUploadResult/>")

    def _give(self, kept: Kept) -> None:
        headers = {**kept.about, "ETag": kept.tag, "Last-Modified": format_datetime(kept.modified, usegmt=True)}
        for wanted, name in (
            ("response-content-type", "Content-Type"),
            ("response-content-disposition", "Content-Disposition"),
        ):
            if wanted in self.query:
                headers[name] = self.query[wanted]
        content, status = kept.content, 200
        if part := re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", "")):
            first = int(part[1]) if part[1] else max(0, len(content) - int(part[2]))
            last = int(part[2]) if part[1] and part[2] else len(content) - 1
            if first >= len(content):
                raise Fault(416, "InvalidRange")
            content, status = content[first : last + 1], 206
        self._answer(status, content, headers)

    def _objects(self, bucket: str) -> dict[str, Kept]:
        if bucket not in self.memory.buckets:
            raise Fault(404, "NoSuchBucket")
        return self.memory.buckets[bucket]

    def _require_free(self, objects: dict[str, Kept], name: str) -> None:
        if "If-None-Match" in self.headers and name in objects:
            raise Fault(412, "PreconditionFailed")

    def _require_digests(self, content: bytes) -> None:
        told = {**self.headers, **self.trailer}
        true = {
            "content-md5": hashlib.md5(content).digest(),
            "x-amz-checksum-sha256": hashlib.sha256(content).digest(),
            "x-amz-checksum-crc32": zlib.crc32(content).to_bytes(4, "big"),
        }
        for name, value in told.items():
            if name.lower() in true and base64.b64decode(value) != true[name.lower()]:
                raise Fault(400, "BadDigest")

    def _about(self) -> dict[str, str]:
        return {name: value for name, value in self.headers.items() if name.lower().startswith("x-amz-meta-")}

    def _fail(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())

    def _answer(self, status: int, content: bytes = b"", headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


@contextmanager
def s3_in_memory() -> Iterator[tuple[str, Memory]]:
    """The address of a server that answers during the block, and its memory."""
    with ThreadingHTTPServer(("127.0.0.1", 0), MemoryS3) as server:
        server.memory = memory = Memory()  # type: ignore[attr-defined]
        server.daemon_threads = True
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", memory
        finally:
            server.shutdown()
            thread.join()
