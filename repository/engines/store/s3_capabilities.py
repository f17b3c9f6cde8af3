"""Find by trying what an S3 server lacks: some ignore headers without a word, others refuse them."""

import base64
import hashlib
import secrets
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

from botocore.exceptions import ClientError

from repository.core.errors import Unavailable, Unsuitable
from repository.engines.store.s3_abilities import WORKED_ROUND, Ability, expected
from repository.engines.store.s3_clients import ANSWER_SECONDS, S3Clients
from repository.engines.store.s3_errors import as_unavailable, is_refusal, refusal_of, status_of
from repository.engines.store.s3_upload_lists import try_upload_lists
from repository.engines.store.s3_writes import Stream

CONTENT = b"0123456789"
_DISPOSITION = 'attachment; filename="trial.txt"'
_IGNORED = {
    Ability.CHECKSUMS: "a wrong checksum is not refused: damage on the way is noticed only when it is read back",
    Ability.MD5: "a wrong Content-MD5 is not refused: damage of parts is noticed only when they are read back",
    Ability.CONDITIONS: "If-None-Match is ignored: an object could be written twice",
}


def shortcomings_of(clients: S3Clients, bucket: str, prefix: str) -> tuple[str, ...]:
    """Return one sentence a shortcoming, and remove the trial object again.

    Raises `Unavailable`, and `Unsuitable` if the server refuses what no store can do without.
    """
    # A capital letter: no object of the store is called so, and nobody lists it as one.
    trial = _Trial(clients, prefix, {"Bucket": bucket, "Key": f"{prefix}Trial-{secrets.token_hex(16)}"})
    with as_unavailable():
        try:
            trial.require()
            return (*trial.writing(), *trial.in_parts(), *trial.reading(), *trial.removing())
        finally:
            with suppress(Unavailable), as_unavailable():  # the error before this one is the one to raise
                clients.brief.delete_object(**trial.target)


@dataclass(frozen=True, slots=True)
class _Trial:
    clients: S3Clients
    prefix: str
    target: dict[str, str]

    def require(self) -> None:
        """Raise `Unsuitable` unless the object can be written, read, listed and removed."""
        client, target = self.clients.patient, self.target
        bucket, name = target["Bucket"], target["Key"]
        least: dict[str, Callable[[], Any]] = {
            "to write an object (PutObject)": lambda: client.put_object(
                **target, Body=CONTENT, Metadata={"write": "1"}
            ),
            "to describe an object (HeadObject)": lambda: client.head_object(**target),
            "to read an object (GetObject)": lambda: client.get_object(**target)["Body"].read(),
            "to list objects (ListObjectsV2)": lambda: client.list_objects_v2(Bucket=bucket, Prefix=name),
            "to remove an object (DeleteObject)": lambda: client.delete_object(**target),
        }
        for what, act in least.items():
            refusal = _refusal(act)
            if refusal:
                raise Unsuitable(f"The store cannot be used: its server refuses {what}: {refusal}.")

    def writing(self) -> Iterator[str]:
        """Yield what lacks when an object is written in one piece."""
        yield from self._optional(Ability.CHECKSUMS, lambda text: {"ChecksumSHA256": _base64("sha256", text)})
        yield from self._optional(
            Ability.MD5, lambda text: expected(hashlib.md5(text, usedforsecurity=False).hexdigest())
        )
        self.clients.brief.delete_object(**self.target)
        yield from self._optional(Ability.CONDITIONS, lambda _: {"IfNoneMatch": "*"})
        streamed = {"Body": Stream([CONTENT], len(CONTENT)), "ChecksumAlgorithm": "CRC32"}
        if refusal := _refusal(lambda: self.clients.steady.put_object(**self.target, **streamed)):
            yield f"{Ability.STREAMS} are refused ({refusal}): {WORKED_ROUND[Ability.STREAMS]}"

    def _optional(self, ability: Ability, parameters: Callable[[bytes], Any]) -> Iterator[str]:
        """Say whether the server refuses `ability`, or takes what it should refuse: another digest, a second write."""
        client, target = self.clients.patient, self.target
        if refusal := _refusal(lambda: client.put_object(**target, Body=CONTENT, **parameters(CONTENT))):
            yield f"{ability} is refused ({refusal}): {WORKED_ROUND[ability]}"
            client.put_object(**target, Body=CONTENT)
        elif not _heeded(lambda: client.put_object(**target, Body=CONTENT, **parameters(b"other"))):
            yield _IGNORED[ability]

    def in_parts(self) -> Iterator[str]:
        """Yield what lacks when an object is written in parts."""
        client, target = self.clients.patient, self.target
        begun: dict[str, Any] = {}
        if refusal := _refusal(lambda: begun.update(client.create_multipart_upload(**target))):
            yield f"uploads in parts are refused ({refusal}): a file of more than 8 MiB may not be stored"
            return
        upload = {**target, "UploadId": begun["UploadId"]}
        part: dict[str, Any] = {}
        if refusal := _refusal(lambda: part.update(client.upload_part(**upload, PartNumber=1, Body=CONTENT))):
            yield f"parts are refused ({refusal}): a file of more than 8 MiB may not be stored"
        else:
            yield from self._completing(upload, part["ETag"])
        with suppress(ClientError):  # it may be completed, and then there is nothing to abort
            client.abort_multipart_upload(**upload)

    def _completing(self, upload: dict[str, str], tag: str) -> Iterator[str]:
        client = self.clients.patient
        lists = try_upload_lists(client, self.target["Bucket"], self.prefix)
        if lists.fault:
            yield lists.shortcoming
        parts = {"Parts": [{"PartNumber": 1, "ETag": tag}]}
        if not _heeded(lambda: client.complete_multipart_upload(**upload, MultipartUpload=parts, IfNoneMatch="*")):
            yield "If-None-Match is ignored for uploads in parts: a large object could be written twice"

    def reading(self) -> Iterator[str]:
        """Yield what lacks when readers fetch the object by a signed address."""
        parameters = {**self.target, "ResponseContentType": "text/plain", "ResponseContentDisposition": _DISPOSITION}
        minute = int(timedelta(minutes=1).total_seconds())
        signed = self.clients.signer.generate_presigned_url("get_object", parameters, ExpiresIn=minute)
        try:
            yield from _lacks_of_address(signed)
        except (URLError, OSError) as error:
            yield f"the address that readers are sent to does not answer from here ({type(error).__name__})"

    def removing(self) -> Iterator[str]:
        """Yield what lacks when several objects are removed."""
        client, doomed = self.clients.patient, {"Objects": [{"Key": self.target["Key"]}], "Quiet": True}
        if refusal := _refusal(lambda: client.delete_objects(Bucket=self.target["Bucket"], Delete=doomed)):
            yield f"{Ability.MANY_REMOVALS} is refused ({refusal}): {WORKED_ROUND[Ability.MANY_REMOVALS]}"


def _lacks_of_address(signed: str) -> Iterator[str]:
    """Yield what is wrong with a signed address, and with the same address unsigned or altered."""
    whole, part = _fetch(signed), _fetch(signed, "bytes=2-4")
    if (whole.status, whole.content) != (200, CONTENT):
        yield f"a signed address answers {whole.status}: set REPOSITORY_DOWNLOADS=stream"
    elif (whole.disposition, whole.media_type) != (_DISPOSITION, "text/plain"):
        yield "a signed address does not show the name and type it was made for"
    if (part.status, part.content) != (206, CONTENT[2:5]):
        yield "ranges of a signed address are not answered"
    altered = signed[:-1] + ("0" if signed[-1] != "0" else "1")  # the signature comes last
    if _fetch(altered).status < 400:
        yield "an altered signature is not refused: anybody can read everything"
    if _fetch(urlunsplit(urlsplit(signed)._replace(query=""))).status < 400:
        yield "the bucket is public: anybody can read everything"


@dataclass(frozen=True, slots=True)
class _Fetched:
    status: int
    content: bytes
    disposition: str
    media_type: str


def _fetch(url: str, byte_range: str | None = None) -> _Fetched:
    headers = {"Range": byte_range} if byte_range else {}
    try:
        answer = urlopen(Request(url, headers=headers), timeout=ANSWER_SECONDS)
    except HTTPError as error:
        answer = error
    with closing(answer):
        fields = answer.headers
        disposition, media_type = fields.get("Content-Disposition", ""), fields.get("Content-Type", "")
        return _Fetched(int(answer.status), answer.read(1000), disposition, media_type)


def _refusal(act: Callable[[], Any]) -> str:
    """Return status and code with which the server refused `act`, empty if it did not; its failures pass."""
    try:
        act()
    except ClientError as error:
        if is_refusal(error):
            return refusal_of(error)
        raise
    return ""


def _heeded(write: Callable[[], Any]) -> bool:
    """Return whether the server refused to write what must not be written; its failures pass."""
    try:
        write()
    except ClientError as error:
        if status_of(error) in (400, 409, 412, 501) or is_refusal(error):
            return True
        raise
    return False


def _base64(algorithm: str, text: bytes) -> str:
    return base64.b64encode(hashlib.new(algorithm, text).digest()).decode()
