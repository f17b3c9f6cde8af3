"""Translate errors of an S3 server, and of the network before it, into the house's errors."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from botocore.exceptions import (
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    UnseekableStreamError,
)
from botocore.exceptions import ConnectionError as NoConnection
from botocore.parsers import ResponseParserError

from repository.core.errors import NoRoom, Unavailable

NO_ANSWER = "The store does not answer."
NO_BUCKET = "The store's bucket does not exist. Was `repository prepare` run?"
DAMAGED = "The bytes were damaged on their way to the store."
_NO_ROOM = "The store has no room left."
_REASONS: Mapping[str, str] = {
    "NoSuchBucket": NO_BUCKET,
    "QuotaExceeded": _NO_ROOM,
    "InsufficientStorage": _NO_ROOM,
    "XMinioStorageFull": _NO_ROOM,
    "BadDigest": DAMAGED,
    "XAmzContentChecksumMismatch": DAMAGED,
    "XAmzContentSHA256Mismatch": DAMAGED,
    "RequestTimeout": NO_ANSWER,
    "RequestTimeTooSkewed": "The store refuses access: its clock and ours differ.",
    "PermanentRedirect": "The store's bucket is in another region.",
    "AuthorizationHeaderMalformed": "The store's bucket is in another region.",
    "OperationAborted": "The store is busy with the same object.",
    "PreconditionFailed": "The store is busy with the same object.",
    "ConditionalRequestConflict": "The store is busy with the same object.",
}
_BY_STATUS: Mapping[int, str] = {507: _NO_ROOM, 429: NO_ANSWER, 408: NO_ANSWER, 301: _REASONS["PermanentRedirect"]}
_REFUSALS = frozenset({400, 403, 405, 411, 412, 413, 415, 417, 501})
_CERTAIN = frozenset(_REASONS.keys() - {"PreconditionFailed"}) | {
    "EntityTooSmall",
    "InvalidAccessKeyId",
    "InvalidPart",
    "InvalidPartOrder",
    "SignatureDoesNotMatch",
}
"""codes that say what else is wrong"""
_TRANSPORT = (NoConnection, HTTPClientError, IncompleteReadError, UnseekableStreamError)


def code_of(error: ClientError) -> str:
    """Return the server's code of the error; the status if an answer to HEAD has no room for one."""
    return str(error.response.get("Error", {}).get("Code", "")) or str(status_of(error))


def status_of(error: ClientError) -> int:
    """Return the status of the server's answer."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_missing(error: ClientError) -> bool:
    """Return whether the object is missing, and not the bucket, if the server says which."""
    return status_of(error) == 404 and code_of(error) != "NoSuchBucket"


def is_refusal(error: BaseException | None) -> bool:
    """Return whether the server may dislike something optional in the request, and not its bytes or its sender."""
    return (
        isinstance(error, ClientError)
        and status_of(error) in _REFUSALS
        and code_of(error) not in _CERTAIN
        and not is_missing(error)
    )


def refusal_of(error: ClientError) -> str:
    """Return status and code of the server's answer, as in ``400 InvalidArgument``."""
    code, status = code_of(error), str(status_of(error))
    return status if code == status else f"{status} {code}"


@contextmanager
def as_unavailable() -> Iterator[None]:
    """Turn errors of a failing store into `Unavailable`; never put it around a source, whose errors pass.

    What the server refuses is told as a refusal with its code, never as silence: waiting does not help.
    """
    try:
        yield
    except _TRANSPORT as error:
        raise Unavailable(NO_ANSWER) from error
    except ResponseParserError as error:
        raise Unavailable("What the store answers is not S3.") from error
    except NoCredentialsError as error:
        raise Unavailable("The store refuses access: there are no credentials.") from error
    except ClientError as error:
        reason = _reason(error)
        raise (NoRoom if reason == _NO_ROOM else Unavailable)(reason) from error


def _reason(error: ClientError) -> str:
    code, status = code_of(error), status_of(error)
    if code in _REASONS:
        return _REASONS[code]
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status in (401, 403):
        return "The store refuses access." if code.isdigit() else f"The store refuses access: {code}."
    if status == 501 or 400 <= status < 500:
        return f"The store refuses the request: {refusal_of(error)}."
    return NO_ANSWER if code.isdigit() else f"The store fails: {refusal_of(error)}."
