"""Find by trying what an S3 server lacks: a server ignores unknown headers without a word."""

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

from repository.core.errors import Unavailable
from repository.engines.store.s3_clients import ANSWER_SECONDS, S3Clients
from repository.engines.store.s3_errors import as_unavailable, status_of

CONTENT = b"0123456789"
_DISPOSITION = 'attachment; filename="trial.txt"'
_OTHER_SHA256 = base64.b64encode(hashlib.sha256(b"other").digest()).decode()


def shortcomings_of(clients: S3Clients, bucket: str, prefix: str) -> tuple[str, ...]:
    """Return one sentence a shortcoming, and remove the trial object again; raises `Unavailable`."""
    # A capital letter: no object of the store is called so, and nobody lists it as one.
    trial = _Trial(clients, {"Bucket": bucket, "Key": f"{prefix}Trial-{secrets.token_hex(16)}"})
    with as_unavailable():
        try:
            return (*trial.writing(), *trial.reading())
        finally:
            with suppress(Unavailable), as_unavailable():  # the error before this one is the one to raise
                clients.brief.delete_object(**trial.target)


@dataclass(frozen=True, slots=True)
class _Trial:
    clients: S3Clients
    target: dict[str, str]

    def writing(self) -> Iterator[str]:
        client, target = self.clients.patient, self.target
        if not _refused(lambda: client.put_object(**target, Body=CONTENT, ChecksumSHA256=_OTHER_SHA256)):
            yield "a wrong checksum is not refused: what is damaged on its way is noticed only when it is read back"
        client.put_object(**target, Body=CONTENT)
        if not _refused(lambda: client.put_object(**target, Body=CONTENT, IfNoneMatch="*")):
            yield "If-None-Match is ignored: an object could be written twice"
        if not self._refuses_parts():
            yield "If-None-Match is ignored for uploads in parts: a large object could be written twice"

    def _refuses_parts(self) -> bool:
        client = self.clients.patient
        upload = {**self.target, "UploadId": client.create_multipart_upload(**self.target)["UploadId"]}
        part = client.upload_part(**upload, PartNumber=1, Body=CONTENT)
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        refused = _refused(lambda: client.complete_multipart_upload(**upload, MultipartUpload=parts, IfNoneMatch="*"))
        if refused:
            client.abort_multipart_upload(**upload)
        return refused

    def reading(self) -> Iterator[str]:
        parameters = {**self.target, "ResponseContentType": "text/plain", "ResponseContentDisposition": _DISPOSITION}
        minute = int(timedelta(minutes=1).total_seconds())
        signed = self.clients.signer.generate_presigned_url("get_object", parameters, ExpiresIn=minute)
        try:
            yield from _lacks_of_address(signed)
        except (URLError, OSError) as error:
            yield f"the address that readers are sent to does not answer from here ({type(error).__name__})"


def _lacks_of_address(signed: str) -> Iterator[str]:
    """Yield what is wrong with a signed address, and with the same address unsigned or altered."""
    whole, part = _fetch(signed), _fetch(signed, "bytes=2-4")
    if (whole.status, whole.content) != (200, CONTENT):
        yield f"a signed address answers {whole.status}"
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


def _refused(write: Callable[[], Any]) -> bool:
    """Return whether the server refused: "not implemented" (501) counts, since the store heeds it."""
    try:
        write()
    except ClientError as error:
        if status_of(error) in (400, 409, 412, 501):
            return True
        raise
    return False
