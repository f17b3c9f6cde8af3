"""The byte store in a bucket of any S3 server (see `s3_address` for its URL).

Every object is written with a token of its write in its metadata.  An answer that is lost on its way, or a second try
that is refused because the first one was carried out, is told by that token from an object of somebody else: only then
the key is taken.  The server decides between two writers (``If-None-Match``); a server that does not know the
condition is asked beforehand whether the key is free, which is enough for keys that are never used twice.

The server compares by digest what it got: by the SHA-256, which it is told beforehand, by the CRC-32 of each part, or
by that which follows a stream.  There are servers that do not understand the last, and of these some that do not say
so; hence what they keep of a stream is compared with its MD5, by the object's tag or else by reading it back.  One that
was found out gets everything in parts from then on.

A write whose end cannot be learned, since the server is silent from then on, is `Unavailable`; what it may have left
belongs to nothing, like the object of a process that was killed before it told of it.
"""

import base64
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import chain, islice
from typing import Any, BinaryIO
from urllib.parse import quote

from botocore.exceptions import ClientError, HTTPClientError

from repository.core.errors import Conflict, NotFound, Unavailable
from repository.engines.store.digests import Digesting, announced, digests_of
from repository.engines.store.port import ContentDisposition, FileDigests, StoredObject
from repository.engines.store.s3_address import S3Address
from repository.engines.store.s3_bucket import prepare_bucket, require_bucket
from repository.engines.store.s3_capabilities import shortcomings_of
from repository.engines.store.s3_clients import s3_clients
from repository.engines.store.s3_errors import (
    DAMAGED,
    NO_ANSWER,
    as_unavailable,
    code_of,
    is_beyond,
    is_missing,
    status_of,
)
from repository.engines.store.s3_reads import reading
from repository.engines.store.s3_writes import (
    LARGEST,
    Content,
    PartsUpload,
    Stream,
    comes_as_a_stream,
    first_part,
    in_parts,
)
from repository.engines.store.store_keys import key_of, name_of, require_key

TOKEN = "write"
_BATCH = 1000  # keys that one request can remove
_SLOWEST = 20 << 20  # bytes a second at which a server puts parts together
_LEAST_PATIENCE = 10.0


class S3Store:
    """A byte store in the bucket that `address` names; `prepare` makes the bucket."""

    def __init__(self, address: S3Address) -> None:
        """Nothing is asked yet; raises `ValueError` when there are no credentials."""
        self.place = address
        self._clients = s3_clients(address)
        self._bucket = {"Bucket": address.bucket}
        self._knows_conditions = True
        self._takes_streams = True

    def write(self, key: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source` (see the port); an object has at most `LARGEST` bytes."""
        target = self._target(key)
        begun = time.monotonic()
        with Digesting() as digesting:
            blocks = _digested(announced(source, limit=min(limit, LARGEST), size=size), digesting)
            first, next_block = first_part(blocks)
            if next_block is None:
                digests = digesting.digests()
                self._write_whole(target, key, first, digests)
                return digests
            blocks = chain(first, [next_block], blocks)
            if size is not None and self._takes_streams and comes_as_a_stream(size, begun, first):
                return self._write_stream(target, key, Stream(blocks, size), digesting)
            return self._write_parts(target, key, in_parts(blocks), digesting)

    def open(self, key: str, start: int = 0) -> BinaryIO:
        """The object's bytes from `start` (0 or more), empty past its end; raises `NotFound`."""
        if start < 0:
            raise ValueError(f"start is {start}, which is before the object's first byte")
        part = {"Range": f"bytes={start}-"} if start else {}
        with as_unavailable():
            try:
                answer = self._clients.patient.get_object(**self._target(key), **part)
            except ClientError as error:
                if is_missing(error):
                    raise NotFound(f"There is no stored object {key!r}.") from error
                if status_of(error) == 416:
                    return BytesIO()
                raise
        return reading(answer["Body"])

    def size(self, key: str) -> int | None:
        """Length in bytes, None if there is no such object."""
        found = self._head(self._clients.patient, key)
        return None if found is None else int(found["ContentLength"])

    def local_path(self, key: str) -> None:
        """None: the bytes are on another machine."""
        require_key(key)

    def address(self, key: str, shown: ContentDisposition, lifetime: timedelta) -> str:
        """A signed address (AWS signature version 4, in the query)."""
        wanted = {
            **self._target(key),
            "ResponseContentType": shown.media_type,
            "ResponseContentDisposition": disposition_of(shown),
        }
        return str(
            self._clients.signer.generate_presigned_url("get_object", wanted, ExpiresIn=int(lifetime.total_seconds()))
        )

    def remove(self, keys: Iterable[str]) -> None:
        """Remove what is there of `keys`."""
        names = iter([self._name(key) for key in keys])
        while batch := list(islice(names, _BATCH)):
            doomed = {"Objects": [{"Key": name} for name in batch], "Quiet": True}
            with as_unavailable():
                answer = self._clients.patient.delete_objects(**self._bucket, Delete=doomed)
            refused = {each.get("Code", "") for each in answer.get("Errors", ())} - {"NoSuchKey"}
            if refused:
                raise Unavailable(f"The store did not remove everything: {', '.join(sorted(refused))}.")

    def objects(self) -> Iterator[StoredObject]:
        """All objects, a page at a time; what else is in the bucket is passed over."""
        prefix = self.place.prefix
        for page in self._pages("list_objects_v2", "Contents"):
            for each in page:
                key = key_of(each["Key"].removeprefix(prefix))
                if key is not None:
                    yield StoredObject(key, int(each["Size"]), each["LastModified"].astimezone(UTC))

    def clear_abandoned(self, older_than: timedelta) -> int:
        """Abort uploads in parts that began at least `older_than` ago; returns how many."""
        before = datetime.now(UTC) - older_than
        cleared = 0
        for page in self._pages("list_multipart_uploads", "Uploads"):
            for each in page:
                if each["Initiated"] <= before:
                    cleared += self._abort(each["Key"], each["UploadId"])
        return cleared

    def prepare(self) -> None:
        """Create the bucket if it is missing, and let the server abort abandoned uploads if it can."""
        prepare_bucket(self._clients.patient, self.place)

    def shortcomings(self) -> Sequence[str]:
        """What the server lacks, found with an object that is removed again; raises `Unavailable`."""
        return shortcomings_of(self._clients, self.place.bucket, self.place.prefix)

    def describe(self) -> str:
        """Where the store is, once the bucket has answered; raises `Unavailable`."""
        require_bucket(self._clients.brief, self.place)
        return f"S3 store in {self.place}"

    def close(self) -> None:
        """Let go of connections."""
        self._clients.close()

    def _write_whole(self, target: dict[str, str], key: str, content: Content, digests: FileDigests) -> None:
        token = secrets.token_hex(16)
        checksum = base64.b64encode(bytes.fromhex(digests.sha256)).decode()

        def put(**condition: str) -> Any:
            return self._clients.patient.put_object(
                **target, Body=content, ChecksumSHA256=checksum, Metadata={TOKEN: token}, **condition
            )

        self._settle(key, token, put, patience=0)

    def _write_stream(self, target: dict[str, str], key: str, stream: Stream, digesting: Digesting) -> FileDigests:
        token = secrets.token_hex(16)

        def put(**condition: str) -> Any:
            if stream.is_begun:
                raise Unavailable(NO_ANSWER)  # to what was sent, and cannot be sent again
            try:
                return self._clients.steady.put_object(
                    **target, Body=stream, ChecksumAlgorithm="CRC32", Metadata={TOKEN: token}, **condition
                )
            except (HTTPClientError, ClientError) as error:
                if stream.failure is not None:
                    raise stream.failure from None
                if is_beyond(error):
                    self._takes_streams = False
                    raise Unavailable("The store does not take what is sent as it comes.") from error
                raise

        kept = self._settle(key, token, put, patience=0)
        digests = digesting.digests()
        if _tag(kept) != digests.md5:
            self._takes_streams = False
            if self._read_back(key) != digests:
                self.remove([key])
                raise Unavailable(DAMAGED)
        return digests

    def _read_back(self, key: str) -> FileDigests:
        with self.open(key) as stored:
            return digests_of(stored)

    def _write_parts(
        self, target: dict[str, str], key: str, parts: Iterable[Content], digesting: Digesting
    ) -> FileDigests:
        token = secrets.token_hex(16)
        with PartsUpload(self._clients.patient, self._clients.brief, target, {TOKEN: token}) as upload:
            for part in parts:
                upload.send(part)
            digests = digesting.digests()
            upload.wait()
            self._settle(key, token, upload.complete, patience=_LEAST_PATIENCE + digests.size / _SLOWEST)
            upload.keep()
        return digests

    def _settle(self, key: str, token: str, write: Callable[..., Any], patience: float) -> Any:
        """Let `write` make the object, and see by the token whether what is there afterwards is ours.

        A server may take longer than a request may last to put many parts together; while it answers otherwise, it is
        asked again for `patience` seconds.  Returns what the server tells of the object.
        """
        deadline = time.monotonic() + patience
        while True:
            try:
                return self._write_if_free(key, write)
            except (Unavailable, ClientError) as error:
                found = self._found_after(error, key)
                if found is not None and found["Metadata"].get(TOKEN) == token:
                    return found
                if found is not None:
                    raise _exists(key) from error
                if isinstance(error, ClientError) or time.monotonic() >= deadline:
                    raise

    def _found_after(self, failure: Unavailable | ClientError, key: str) -> Any:
        """What is there under the key; raises `failure` if the store does not tell."""
        try:
            return self._head(self._clients.brief, key)
        except Unavailable:
            raise failure from failure.__cause__

    def _write_if_free(self, key: str, write: Callable[..., Any]) -> Any:
        with as_unavailable():
            if self._knows_conditions:
                try:
                    return write(IfNoneMatch="*")
                except ClientError as error:
                    if code_of(error) != "NotImplemented":
                        raise
                    self._knows_conditions = False
            if self.size(key) is not None:
                raise _exists(key)
            return write()

    def _head(self, client: Any, key: str) -> Any:
        """What the server says of the object, None if there is no such object."""
        with as_unavailable():
            try:
                return client.head_object(**self._target(key))
            except ClientError as error:
                if is_missing(error):
                    return None
                raise

    def _pages(self, operation: str, content: str) -> Iterator[Sequence[Any]]:
        pages = self._clients.patient.get_paginator(operation)
        with as_unavailable():
            for page in pages.paginate(**self._bucket, Prefix=self.place.prefix):
                yield page.get(content, ())

    def _abort(self, name: str, upload: str) -> bool:
        with as_unavailable():
            try:
                self._clients.patient.abort_multipart_upload(**self._bucket, Key=name, UploadId=upload)
            except ClientError as error:
                if is_missing(error):  # its writer finished, or another process clears too
                    return False
                raise
        return True

    def _name(self, key: str) -> str:
        return self.place.prefix + name_of(key)

    def _target(self, key: str) -> dict[str, str]:
        return {**self._bucket, "Key": self._name(key)}


def disposition_of(shown: ContentDisposition) -> str:
    """``Content-Disposition`` with the name in ASCII for old readers and in UTF-8 (RFC 6266; RFC 8187, section 3.2)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in shown.name)
    exact = quote(shown.name, safe="!#$&+-.^_`|~")
    return f"{'inline' if shown.inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def _tag(told: Any) -> str:
    """The object's entity tag: its MD5 where the server keeps it in one piece and under no key of others."""
    return str(told.get("ETag", "")).strip('"')


def _digested(all_blocks: Iterable[bytes], digesting: Digesting) -> Iterator[bytes]:
    for block in all_blocks:
        digesting.feed(block)
        yield block


def _exists(key: str) -> Conflict:
    return Conflict(f"There is already a stored object {key!r}.")
