"""The bucket of an S3 store: ask for it, and make it if it is missing."""

from collections.abc import Sequence
from typing import Any, cast

import structlog
from botocore.exceptions import ClientError

from repository.core.errors import Unavailable
from repository.engines.store.s3_address import S3Address
from repository.engines.store.s3_errors import NO_BUCKET, as_unavailable, code_of, refusal_of, status_of

log = structlog.get_logger()
ABANDONED_DAYS = 30
"""Longer than any upload lives: it must survive a week of broken connections."""


def prepare_bucket(client: Any, address: S3Address) -> None:
    """Create the bucket if it is missing, and let the server abort abandoned uploads if it can; may run again."""
    with as_unavailable():
        if not _is_there(client, address.bucket):
            _create(client, address)
        _let_server_tidy(client, address)


def require_bucket(client: Any, address: S3Address) -> None:
    """Raise `Unavailable` unless the bucket answers."""
    with as_unavailable():
        if not _is_there(client, address.bucket):
            raise Unavailable(NO_BUCKET)


def _is_there(client: Any, bucket: str) -> bool:
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if status_of(error) == 404:
            return False
        raise
    return True


def _create(client: Any, address: S3Address) -> None:
    is_default = address.region == "us-east-1"  # where Amazon refuses to be told so
    place = {} if is_default else {"CreateBucketConfiguration": {"LocationConstraint": address.region}}
    try:
        client.create_bucket(Bucket=address.bucket, **place)
    except ClientError as error:
        if code_of(error) == "BucketAlreadyExists":
            raise Unavailable("The store's bucket belongs to somebody else.") from error
        if code_of(error) != "BucketAlreadyOwnedByYou":  # another process was faster
            raise


def _let_server_tidy(client: Any, address: S3Address) -> None:
    """Let the server abort uploads that `clear_abandoned` has missed; rules of the operator stay as they are.

    The sweep does the same: a server that refuses the rule, for whatever reason, is done without it.
    """
    rule = {
        "ID": "abandoned-uploads",
        "Status": "Enabled",
        "Filter": {"Prefix": address.prefix},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABANDONED_DAYS},
    }
    try:
        present = [(known.get("ID"), known.get("Filter")) for known in _rules(client, address.bucket)]
        if present in ([], [(rule["ID"], rule["Filter"])]):  # ours may be from a release with fewer days
            client.put_bucket_lifecycle_configuration(Bucket=address.bucket, LifecycleConfiguration={"Rules": [rule]})
    except ClientError as error:
        if status_of(error) >= 500 and status_of(error) != 501:
            raise
        log.info("the store's server clears no broken uploads by itself", refusal=refusal_of(error))


def _rules(client: Any, bucket: str) -> Sequence[Any]:
    try:
        return cast(Sequence[Any], client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"])
    except ClientError as error:
        if code_of(error) == "NoSuchLifecycleConfiguration":
            return []
        raise
