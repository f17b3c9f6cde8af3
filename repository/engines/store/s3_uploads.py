"""Uploads in parts into an S3 store: the server's own multipart uploads, which any process can go on with.

The upload's id is the token of its write and the server's id.  The token goes into the metadata of the object, by which
a completion whose answer was lost is told from the object of another upload.

No checksum algorithm is declared for an upload: Amazon would then refuse the parts of clients that send none.  The
server compares each part with its ``Content-MD5`` instead, which every server knows.  A part whose MD5 the sender did
not declare is put on the disk first: without a digest, some servers (versitygw 1.0) list a part of full length when its
sender was cut off.

To append, blocks are gathered to parts of `s3_writes.part_size` bytes.  The rest that does not fill a part is put into
an object of its own, ``Rest-<token>-<key>``, whose metadata say behind how many bytes of parts it belongs.  The next
append reads it back and goes on; a rest that a later part already contains says an older size and counts no more.
"""

import re
import secrets
import time
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cached_property
from tempfile import TemporaryFile
from threading import Event
from typing import Any, BinaryIO, cast
from urllib.parse import urlsplit

from botocore.exceptions import ClientError, HTTPClientError

from repository.core.errors import Conflict, NotFound, TooLarge
from repository.engines.store.digests import announced, blocks
from repository.engines.store.parts import (
    DigestedPart,
    md5_of_md5s,
    no_upload,
    other_offset,
    require_part,
    require_parts,
)
from repository.engines.store.port import MAX_PARTS, StoredPart, UploadToken
from repository.engines.store.s3_abilities import Ability, expected
from repository.engines.store.s3_errors import as_unavailable, is_missing
from repository.engines.store.s3_objects import SLOWEST, TOKEN, S3Objects, tag_of
from repository.engines.store.s3_upload_lists import uploads_below
from repository.engines.store.s3_writes import Content, Stream, part_size
from repository.engines.store.store_keys import key_of, name_of

LARGEST_OBJECT = 5 << 40
"""Bytes (Amazon S3 User Guide, "Multipart upload limits")."""
_REST = "Rest-"
_REST_NAME = re.compile(r"Rest-[0-9a-f]{32}-(.+)")
_BEHIND = "behind"
_UNDER_WAY_SECONDS = 2.0
"""how long a completion that another process has begun may take, however small the object"""
_AGAIN_SECONDS = 0.1
_MD5 = re.compile(r"[0-9a-f]{32}")
_ID = re.compile(r"([0-9a-f]{32})\.([^/]+)")


class S3Uploads:
    """Uploads in parts whose objects are among `objects`."""

    def __init__(self, objects: S3Objects) -> None:
        self._objects = objects
        self._clients = objects.clients
        self._tags_are_md5 = False

    def begin(self, key: str, size: int) -> UploadToken:
        """Begin a multipart upload (see the port)."""
        name = self._name(key)
        if size > LARGEST_OBJECT:
            raise TooLarge(f"The store takes at most {LARGEST_OBJECT} bytes.")
        if self._objects.size(name) is not None:
            raise self._objects.exists(name)
        token = secrets.token_hex(16)
        with as_unavailable():
            answer = self._clients.patient.create_multipart_upload(
                **self._objects.target(name), Metadata={TOKEN: token}
            )
        return UploadToken(key, f"{token}.{answer['UploadId']}")

    @cached_property
    def origin(self) -> str:
        """Where signed addresses lead, which may be the bucket's own host."""
        address = self._clients.signer.generate_presigned_url("get_object", self._objects.target("any"))
        return "{0.scheme}://{0.netloc}".format(urlsplit(address))

    def sign_part(self, token: UploadToken, number: int, lifetime: timedelta, md5: str | None = None) -> str:
        """Return a signed address (AWS signature version 4, in the query) for PUT."""
        require_part(number, 1)
        parameters = {**self._upload(token), "PartNumber": number, **expected(md5)}
        seconds = int(lifetime.total_seconds())
        return str(self._clients.signer.generate_presigned_url("upload_part", parameters, ExpiresIn=seconds))

    def put_part(
        self, token: UploadToken, number: int, source: BinaryIO, *, size: int, md5: str | None = None
    ) -> StoredPart:
        """Send a part as it comes, or over the disk if its MD5 was not declared (see the port)."""
        require_part(number, size)
        part = DigestedPart(announced(source, limit=size, size=size), number, md5)
        if md5 is not None and self._objects.can(Ability.MD5):
            tag = self._send_stream(token, number, Stream(part, size), md5)
        else:
            tag = self._send_over_disk(token, number, part)
        return StoredPart(number, size, tag)

    def list_parts(self, token: UploadToken) -> Sequence[StoredPart]:
        """Return the parts, and as the last one the rest that does not fill a part."""
        parts = self._parts(token)
        rest = self._rest_behind(token, parts)
        return [*parts, rest] if rest else parts

    def complete(self, token: UploadToken, parts: Sequence[StoredPart]) -> int:
        """Make the object (see the port)."""
        try:
            arrived = self._parts(token)
        except NotFound:
            return self._completed_size(token, sum(part.size for part in parts))
        rest = self._rest_behind(token, arrived)
        require_parts(parts, [*arrived, rest] if rest else arrived)
        tags = {part.number: part.tag for part in parts}
        if rest and rest.number in tags:
            tags[rest.number] = self.send(token, rest.number, self._read_rest(token))
        size = sum(part.size for part in parts)
        listed = {"Parts": [{"PartNumber": number, "ETag": tag} for number, tag in tags.items()]}

        def complete(**condition: str) -> Any:
            return self._clients.brief.complete_multipart_upload(
                **self._upload(token), MultipartUpload=listed, **condition
            )

        with _unless_gone(token):
            self._objects.settle(self._name(token.key), _write_token(token), complete, size=size)
        self._objects.remove([self._rest_name(token)])
        return size

    def arrived_md5(self, token: UploadToken, parts: Sequence[StoredPart]) -> str | None:
        """Return what the tag of the object says, where tags are MD5s: not under every encryption (see the port).

        Amazon S3 API Reference, "Object": the tag of an object in parts is the MD5 of their MD5s, and their number.
        """
        with as_unavailable():
            head = self._clients.brief.head_object(**self._objects.target(self._name(token.key)))
        tag = str(head["ETag"]).strip('"').lower()
        if all(_MD5.fullmatch(part.tag) for part in parts):
            self._tags_are_md5 = tag == f"{md5_of_md5s(part.tag for part in parts)}-{len(parts)}"
        return tag.partition("-")[0] if self._tags_are_md5 and tag.endswith(f"-{len(parts)}") else None

    def discard(self, token: UploadToken) -> None:
        """Abort the multipart upload, and remove the rest; the object of a completed upload stays."""
        self._abort(**self._upload(token))
        self._objects.remove([self._rest_name(token)])

    def append(self, token: UploadToken, offset: int, source: BinaryIO) -> int:
        """Append all of `source` (see the port): full parts first, then the rest."""
        parts = self._parts(token)
        rest = self._rest_behind(token, parts)
        sent = _contiguous(parts)
        durable = sent + (rest.size if rest else 0)
        if offset != durable:
            raise other_offset(durable, offset)
        gathered = self._read_rest(token) if rest else Content()
        appending = _Gathering(self, token, len(parts), sent, gathered)
        try:
            for block in blocks(source):
                appending.add(block)
        finally:
            appending.keep_rest()
        return appending.size

    def appended_size(self, token: UploadToken) -> int:
        """Return the bytes of all parts and of the rest behind them."""
        return _contiguous(self.list_parts(token))

    def send(self, token: UploadToken, number: int, content: Content) -> str:
        """Send a part that is in memory; return its tag."""
        if number > MAX_PARTS:
            raise TooLarge(f"An upload has at most {MAX_PARTS} parts.")
        return self._send(token, number, content, content.md5)

    def _send(self, token: UploadToken, number: int, content: Content | BinaryIO, md5: Callable[[], str]) -> str:
        """Send what can be sent again; return its tag."""
        part = {**self._upload(token), "PartNumber": number, "Body": content}

        def upload(**digest: str) -> Any:
            return self._clients.patient.upload_part(**part, **digest)

        with as_unavailable(), _unless_gone(token):
            return tag_of(self._objects.abilities.with_md5(upload, md5))

    def put_rest(self, token: UploadToken, behind: int, content: Content) -> None:
        """Keep the bytes that do not fill a part, durably, in place of an earlier rest."""
        target, about = self._objects.target(self._rest_name(token)), {_BEHIND: str(behind)}

        def put(**digest: str) -> Any:
            return self._clients.patient.put_object(**target, Body=content, Metadata=about, **digest)

        with as_unavailable():
            self._objects.abilities.with_md5(put, content.md5)

    def clear(self, before: datetime, keep: Container[str]) -> int:
        """Abort multipart uploads begun `before`, and remove their rests; return how many."""
        cleared = 0
        for upload in uploads_below(self._clients.patient, self._objects.bucket["Bucket"], self._objects.prefix):
            is_kept = key_of(upload["Key"].removeprefix(self._objects.prefix)) in keep
            if not is_kept and upload["Initiated"] <= before:
                cleared += self._abort(**self._objects.target(upload["Key"]), UploadId=upload["UploadId"])
        self._objects.remove(self._rests(before, keep))
        return cleared

    def _rests(self, before: datetime, keep: Container[str]) -> Iterator[str]:
        for page in self._objects.pages("list_objects_v2", "Contents", _REST):
            for entry in page:
                match = _REST_NAME.fullmatch(entry["Key"].removeprefix(self._objects.prefix))
                is_kept = match is None or key_of(match[1]) in keep
                if not is_kept and entry["LastModified"].astimezone(UTC) <= before:
                    yield entry["Key"]

    def _name(self, key: str) -> str:
        return self._objects.prefix + name_of(key)

    def _rest_name(self, token: UploadToken) -> str:
        # The capital letter: no object of the store is called so, and nobody lists it as one.
        return f"{self._objects.prefix}{_REST}{_write_token(token)}-{name_of(token.key)}"

    def _upload(self, token: UploadToken) -> dict[str, str]:
        match = _ID.fullmatch(token.upload_id)
        if match is None:
            raise no_upload(token)
        return {**self._objects.target(self._name(token.key)), "UploadId": match[2]}

    def _parts(self, token: UploadToken) -> list[StoredPart]:
        pages = self._clients.patient.get_paginator("list_parts").paginate(**self._upload(token))
        with as_unavailable(), _unless_gone(token):
            return [
                StoredPart(int(part["PartNumber"]), int(part["Size"]), tag_of(part))
                for page in pages
                for part in page.get("Parts", ())
            ]

    def _send_stream(self, token: UploadToken, number: int, stream: Stream, md5: str) -> str:
        with as_unavailable(), _unless_gone(token):
            try:
                answer = self._clients.steady.upload_part(
                    **self._upload(token), PartNumber=number, Body=stream, ContentLength=len(stream), **expected(md5)
                )
            except (HTTPClientError, ClientError):
                if stream.failure is not None:
                    raise stream.failure from None
                raise
        return tag_of(answer)

    def _send_over_disk(self, token: UploadToken, number: int, part: DigestedPart) -> str:
        with TemporaryFile() as file:
            file.writelines(part)
            file.seek(0)
            return self._send(token, number, cast(BinaryIO, file), lambda: part.md5)

    def _rest_behind(self, token: UploadToken, parts: Sequence[StoredPart]) -> StoredPart | None:
        """Return the rest as a future part, None if there is none or a part contains it."""
        head = self._objects.head(self._rest_name(token))
        if head is None or head["Metadata"].get(_BEHIND) != str(sum(part.size for part in parts)):
            return None
        return StoredPart(len(parts) + 1, int(head["ContentLength"]), tag_of(head))

    def _read_rest(self, token: UploadToken) -> Content:
        rest = Content()
        with self._objects.open(self._rest_name(token)) as stored:
            for block in blocks(stored):
                rest.add(block)
        return rest

    def _completed_size(self, token: UploadToken, expected_size: int) -> int:
        """Return the size of the object that this upload has become; raises `NotFound` if it has become none.

        While a server puts the parts together, some (versitygw 1.8) know neither the upload nor the object: it is
        asked again as long as that takes.
        """
        deadline = time.monotonic() + _UNDER_WAY_SECONDS + expected_size / SLOWEST
        while (head := self._objects.head(self._name(token.key))) is None and time.monotonic() < deadline:
            Event().wait(_AGAIN_SECONDS)
        if head is None or head["Metadata"].get(TOKEN) != _write_token(token):
            raise no_upload(token)
        return int(head["ContentLength"])

    def _abort(self, **upload: str) -> bool:
        with as_unavailable():
            try:
                self._clients.patient.abort_multipart_upload(**upload)
            except ClientError as error:
                if is_missing(error):  # its writer finished, or another process clears too
                    return False
                raise
        return True


class _Gathering:
    """Appended bytes that are gathered to parts; `size` counts all of them, with those before."""

    def __init__(self, uploads: S3Uploads, token: UploadToken, parts: int, sent: int, gathered: Content) -> None:
        self._uploads = uploads
        self._token = token
        self._parts = parts
        self._sent = sent
        self._gathered = gathered
        self._kept = len(gathered)

    @property
    def size(self) -> int:
        return self._sent + len(self._gathered)

    def add(self, block: bytes) -> None:
        """Take in `block`; send the part before it if both do not fit into one."""
        if len(self._gathered) + len(block) > part_size(self._parts):
            self._uploads.send(self._token, self._parts + 1, self._gathered)
            self._parts, self._sent = self._parts + 1, self.size
            self._gathered, self._kept = Content(), 0
        self._gathered.add(block)

    def keep_rest(self) -> None:
        """Keep the bytes that were not sent, if there are more than the store has already."""
        if len(self._gathered) > self._kept:
            self._uploads.put_rest(self._token, self._sent, self._gathered)


@contextmanager
def _unless_gone(token: UploadToken) -> Iterator[None]:
    """Raise `NotFound` if the server does not know the upload (any more)."""
    try:
        yield
    except ClientError as error:
        if is_missing(error):
            raise no_upload(token) from error
        raise


def _write_token(token: UploadToken) -> str:
    return token.upload_id.partition(".")[0]


def _contiguous(parts: Sequence[StoredPart]) -> int:
    """Return the bytes of `parts`; raises `Conflict` if a part before the last one is missing."""
    if parts and parts[-1].number != len(parts):
        raise Conflict("Parts of this upload are missing: nothing can be appended.")
    return sum(part.size for part in parts)
