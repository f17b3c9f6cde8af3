"""Objects in a bucket, by the names that they have there: written once, read, listed, removed.

Every object is written with a token of its write in its metadata.  The token tells our object from an object of
somebody else after a lost answer, or after a second try that the server refused because the first one had succeeded.
The server decides between two writers (``If-None-Match``).  A server that does not know the condition is asked
beforehand whether the name is free; that is enough for names that are never used twice.

The server compares the bytes with a digest: the SHA-256, which it gets beforehand; the CRC-32 of each part; or the
CRC-32 that follows a stream.  Some servers do not understand the last, and some of these do not say so.  Hence the
stored bytes of a stream are compared with its MD5, by the object's tag or by reading them back.  A server that fails
the comparison gets everything in parts from then on.

If the server falls silent, the end of a write cannot be learned: `Unavailable`.  What it may have stored belongs to
nothing, like the object of a process that was killed before it told of it.
"""

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from io import BufferedReader, BytesIO
from itertools import chain, islice
from typing import Any, BinaryIO, cast

from botocore.exceptions import ClientError, HTTPClientError

from repository.core.errors import Conflict, NotFound, Unavailable
from repository.engines.store.digests import Digesting, announced, digests_of
from repository.engines.store.port import FileDigests
from repository.engines.store.s3_abilities import Abilities, Ability, expected
from repository.engines.store.s3_address import S3Address
from repository.engines.store.s3_answers import AnswerBody
from repository.engines.store.s3_clients import S3Clients
from repository.engines.store.s3_errors import (
    DAMAGED,
    NO_ANSWER,
    as_unavailable,
    is_missing,
    is_refusal,
    refusal_of,
    status_of,
)
from repository.engines.store.s3_writes import (
    LARGEST,
    Content,
    PartsUpload,
    Stream,
    comes_as_a_stream,
    first_part,
    in_parts,
)

TOKEN = "write"
BUFFER = 1 << 20
_BATCH = 1000  # names that one request can remove
SLOWEST = 20 << 20
"""Bytes a second at which a server puts parts together."""
_LEAST_PATIENCE = 10.0


class S3Objects:
    """The objects of the bucket that `address` names; names include the address's prefix."""

    def __init__(self, clients: S3Clients, address: S3Address) -> None:
        self.bucket = {"Bucket": address.bucket}
        self.prefix = address.prefix
        self.clients = clients
        self.abilities = Abilities()
        self._tried: set[Ability] = set()

    def target(self, name: str) -> dict[str, str]:
        """Return the parameters that name the object in a request."""
        return {**self.bucket, "Key": name}

    def write(self, name: str, source: BinaryIO, *, limit: int, size: int | None = None) -> FileDigests:
        """Store all of `source` (see `ByteStore.write`); an object has at most `LARGEST` bytes."""
        begun = time.monotonic()
        with Digesting() as digesting:
            blocks = _digested(announced(source, limit=min(limit, LARGEST), size=size), digesting)
            first, next_block = first_part(blocks)
            if next_block is None:
                digests = digesting.digests()
                self.write_whole(name, first, digests)
                return digests
            blocks = chain(first, [next_block], blocks)
            if size is not None and comes_as_a_stream(size, begun, first) and self.can(Ability.STREAMS):
                return self._write_stream(name, Stream(blocks, size), digesting)
            return self._write_parts(name, in_parts(blocks), digesting)

    def write_whole(self, name: str, content: Content, digests: FileDigests) -> None:
        """Write an object in one request; raises `Conflict` and `Unavailable`."""
        token = secrets.token_hex(16)
        checksum = base64.b64encode(bytes.fromhex(digests.sha256)).decode()

        def put(**condition: str) -> Any:
            def put(**digest: str) -> Any:
                return self.clients.patient.put_object(
                    **self.target(name), Body=content, Metadata={TOKEN: token}, **digest, **condition
                )

            return self.abilities.compared(put, {"ChecksumSHA256": checksum}, lambda: digests.md5)

        stored = self.settle(name, token, put)
        if not self.abilities.compares:
            self._require_whole(name, tag_of(stored), digests)

    def open(self, name: str, start: int = 0) -> BinaryIO:
        """Return the object's bytes from `start` (0 or more), empty past its end; raises `NotFound`."""
        if start < 0:
            raise ValueError(f"start is {start}, which is before the object's first byte")
        part = {"Range": f"bytes={start}-"} if start else {}
        with as_unavailable():
            try:
                answer = self.clients.patient.get_object(**self.target(name), **part)
            except ClientError as error:
                if is_missing(error):
                    raise NotFound(f"There is no stored object {self._key(name)!r}.") from error
                if status_of(error) == 416:
                    return BytesIO()
                raise
        return cast(BinaryIO, BufferedReader(AnswerBody(answer["Body"]), BUFFER))

    def size(self, name: str) -> int | None:
        """Return the length in bytes, None if there is no such object."""
        head = self.head(name)
        return None if head is None else int(head["ContentLength"])

    def head(self, name: str, *, briefly: bool = False) -> Any:
        """Return what the server knows of the object, None if there is no such object; `briefly` asks once."""
        client = self.clients.brief if briefly else self.clients.patient
        with as_unavailable():
            try:
                return client.head_object(**self.target(name))
            except ClientError as error:
                if is_missing(error):
                    return None
                raise

    def remove(self, names: Iterable[str]) -> None:
        """Remove those of `names` that exist."""
        rest = iter(names)
        while batch := list(islice(rest, _BATCH)):
            with as_unavailable():
                self.abilities.use(Ability.MANY_REMOVALS, partial(self._remove, batch))

    def _remove(self, names: Sequence[str], at_once: bool) -> None:
        if not at_once:
            for name in names:
                self._remove_one(name)
            return
        doomed = {"Objects": [{"Key": name} for name in names], "Quiet": True}
        answer = self.clients.patient.delete_objects(**self.bucket, Delete=doomed)
        codes = {refusal.get("Code", "") for refusal in answer.get("Errors", ())} - {"NoSuchKey"}
        if codes:
            raise Unavailable(f"The store did not remove everything: {', '.join(sorted(codes))}.")

    def _remove_one(self, name: str) -> None:
        try:
            self.clients.patient.delete_object(**self.target(name))
        except ClientError as error:
            if not is_missing(error):
                raise

    def pages(self, operation: str, content: str, prefix: str = "") -> Iterator[Sequence[Any]]:
        """Yield the answers of a listing `operation` for names that begin with the address's prefix and `prefix`."""
        pages = self.clients.patient.get_paginator(operation)
        with as_unavailable():
            for page in pages.paginate(**self.bucket, Prefix=self.prefix + prefix):
                yield page.get(content, ())

    def settle(self, name: str, token: str, write: Callable[..., Any], size: int = 0) -> Any:
        """Let `write` make the object, and learn by `token` whether the object is ours; return its head.

        A server may take longer than a request may last to put many parts together.  It is asked again as long as
        that may take for `size` bytes; 0 for a write that is not a completion.  Raises `Conflict`.
        """
        deadline = time.monotonic() + (_LEAST_PATIENCE + size / SLOWEST if size else 0)
        while True:
            try:
                return self._write_if_free(name, write)
            except Unavailable as error:
                head = self._head_after(error, name)
                if head is not None and head["Metadata"].get(TOKEN) == token:
                    return head
                if head is not None:
                    raise self.exists(name) from error
                if is_refusal(error.__cause__) or time.monotonic() >= deadline:
                    raise

    def exists(self, name: str) -> Conflict:
        """Return the error that the name is taken."""
        return Conflict(f"There is already a stored object {self._key(name)!r}.")

    def _key(self, name: str) -> str:
        return name.removeprefix(self.prefix)

    def _write_stream(self, name: str, stream: Stream, digesting: Digesting) -> FileDigests:
        token = secrets.token_hex(16)
        refusal: ClientError | None = None

        def put(**condition: str) -> Any:
            nonlocal refusal
            if stream.is_begun:  # bytes that cannot be sent again
                why = (
                    f"The store does not take what is sent as it comes: {refusal_of(refusal)}."
                    if refusal
                    else NO_ANSWER
                )
                raise Unavailable(why) from refusal
            try:
                return self.clients.steady.put_object(
                    **self.target(name), Body=stream, ChecksumAlgorithm="CRC32", Metadata={TOKEN: token}, **condition
                )
            except (HTTPClientError, ClientError) as error:
                if stream.failure is not None:
                    raise stream.failure from None
                if isinstance(error, ClientError) and is_refusal(error):
                    refusal = error
                raise

        try:
            stored = self.settle(name, token, put)
        except Unavailable as error:
            if is_refusal(error.__cause__):  # and the name is free, so that it was no answer to the condition
                self.abilities.lose(Ability.STREAMS, cast(ClientError, error.__cause__))
            raise
        digests = digesting.digests()
        if tag_of(stored) != digests.md5:
            self.abilities.lose(Ability.STREAMS, None)
            self._require_whole(name, "", digests)
        return digests

    def can(self, ability: Ability) -> bool:
        """Return whether the server has `ability`; tried with a few bytes before what cannot be sent again uses it."""
        if ability not in self._tried and self.abilities.has(ability):
            with suppress(Unavailable):  # what else is wrong, the write that follows learns itself
                self._try(ability)
                self._tried.add(ability)
        return self.abilities.has(ability)

    def _try(self, ability: Ability) -> None:
        # The capital letter: no object of the store is called so, and nobody lists it as one.
        name, text = f"{self.prefix}Trial-{secrets.token_hex(16)}", b"trial"

        def put(**condition: str) -> Any:
            def put(as_wished: bool) -> Any:
                parameters: dict[str, Any] = {"Body": text}
                if as_wished and ability is Ability.STREAMS:
                    parameters = {"Body": Stream([text], len(text)), "ChecksumAlgorithm": "CRC32"}
                elif as_wished:
                    parameters |= expected(hashlib.md5(text, usedforsecurity=False).hexdigest())
                return self.clients.steady.put_object(**self.target(name), **parameters, **condition)

            return self.abilities.use(ability, put)

        self._write_if_free(name, put)
        self.remove([name])

    def _require_whole(self, name: str, tag: str, digests: FileDigests) -> None:
        """Remove the object and raise `Unavailable` unless its tag or its bytes have the digests."""
        if tag != digests.md5 and self._read_back(name) != digests:
            self.remove([name])
            raise Unavailable(DAMAGED)

    def _read_back(self, name: str) -> FileDigests:
        with self.open(name) as stored:
            return digests_of(stored)

    def _write_parts(self, name: str, parts: Iterable[Content], digesting: Digesting) -> FileDigests:
        token = secrets.token_hex(16)
        clients, target = self.clients, self.target(name)
        with PartsUpload(clients.patient, clients.brief, target, {TOKEN: token}, self.abilities) as upload:
            for part in parts:
                upload.send(part)
            digests = digesting.digests()
            upload.wait()
            self.settle(name, token, upload.complete, size=digests.size)
            upload.keep()
        if not upload.is_compared:
            self._require_whole(name, "", digests)
        return digests

    def _head_after(self, failure: Unavailable, name: str) -> Any:
        """Return the head of the object; raise `failure` if the store does not answer again."""
        try:
            return self.head(name, briefly=True)
        except Unavailable:
            raise failure from failure.__cause__

    def _write_if_free(self, name: str, write: Callable[..., Any]) -> Any:
        with as_unavailable():
            if self.abilities.has(Ability.CONDITIONS):
                try:
                    return write(IfNoneMatch="*")
                except ClientError as error:
                    if not is_refusal(error) or self.head(name, briefly=True) is not None:
                        raise
                    refusal = error
                answer = write()
                self.abilities.lose(Ability.CONDITIONS, refusal)
                return answer
            if self.size(name) is not None:
                raise self.exists(name)
            return write()


def tag_of(answer: Any) -> str:
    """Return the entity tag, which is the MD5 of an object in one piece unless the server encrypts it."""
    return str(answer.get("ETag", "")).strip('"')


def _digested(all_blocks: Iterable[bytes], digesting: Digesting) -> Iterator[bytes]:
    for block in all_blocks:
        digesting.feed(block)
        yield block
