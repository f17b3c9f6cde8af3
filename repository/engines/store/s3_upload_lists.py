"""Lists of the uploads in parts of a bucket, which not every server gives by a prefix.

Amazon lists those whose names begin with a prefix (Amazon S3 API Reference, "ListMultipartUploads").  MinIO takes a
prefix for a whole name; without one it lists those of the bucket that have begun since it was started.  Others list
none.  So it is tried first with an upload that is aborted again.
"""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from botocore.exceptions import ClientError

from repository.engines.store.s3_errors import as_unavailable, is_refusal, refusal_of

log = structlog.get_logger()
_LEFT_OUT = "left out"
_UNLISTED = (
    "uploads in parts are not listed ({}): those that were broken off"
    " are cleared by the server itself or by nobody, maybe sooner than an upload of days needs"
)
_UNSORTED = (
    "uploads in parts are not listed by a prefix ({}): those of the whole bucket are listed instead;"
    " such a server may forget them when it starts again, and clear them sooner than an upload of days needs"
)


@dataclass(frozen=True, slots=True)
class UploadLists:
    """How a server lists uploads."""

    prefix: str | None
    """what to ask with, None if no list has them"""
    fault: str
    """what is wrong with a list by prefix, empty if nothing"""

    @property
    def shortcoming(self) -> str:
        """What follows from the fault, in a sentence."""
        return (_UNLISTED if self.prefix is None else _UNSORTED).format(self.fault)


def uploads_below(client: Any, bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
    """Yield the uploads whose names begin with `prefix`, a page at a time; none if the server lists none."""
    with as_unavailable():
        lists = try_upload_lists(client, bucket, prefix)
        if lists.prefix is None:
            log.info("the store's server lists no uploads in parts", fault=lists.fault)
            return
        for upload in _listed(client, bucket, lists.prefix):
            if upload["Key"].startswith(prefix):
                yield upload


def try_upload_lists(client: Any, bucket: str, prefix: str) -> UploadLists:
    """Find how the server lists uploads whose names begin with `prefix`; the client's other errors pass."""
    # The capital letter: no object of the store is called so, and nobody lists it as one.
    trial = {"Bucket": bucket, "Key": f"{prefix}Trial-{secrets.token_hex(16)}"}
    try:
        upload_id = client.create_multipart_upload(**trial)["UploadId"]
    except ClientError as error:
        if not is_refusal(error):
            raise
        return UploadLists(None, refusal_of(error))
    try:
        fault = _fault_of_list(client, bucket, f"{prefix}Trial-", upload_id)
        if not fault:
            return UploadLists(prefix, "")
        return UploadLists(None if _fault_of_list(client, bucket, "", upload_id) else "", fault)
    finally:
        with suppress(ClientError):  # the sweep after this one finds it
            client.abort_multipart_upload(**trial, UploadId=upload_id)


def _fault_of_list(client: Any, bucket: str, prefix: str, upload_id: str) -> str:
    """Return why the list does not have the upload: refused, or left out; empty if it has it."""
    try:
        uploads = _listed(client, bucket, prefix)
        return "" if any(upload["UploadId"] == upload_id for upload in uploads) else _LEFT_OUT
    except ClientError as error:
        if is_refusal(error):
            return refusal_of(error)
        raise


def _listed(client: Any, bucket: str, prefix: str) -> Iterator[Mapping[str, Any]]:
    for page in client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
        yield from page.get("Uploads", ())
