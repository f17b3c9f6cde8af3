"""Sign what is posted: who has the secret knows that it is ours, whole, and when it was sent."""

import hmac
import secrets
from collections.abc import Mapping
from hashlib import sha256

PREFIX = "whs_"


def new_secret() -> str:
    """Return a new key of 256 random bits."""
    return PREFIX + secrets.token_urlsafe(32)


def signed_headers(secret: str, timestamp: int, body: bytes) -> Mapping[str, str]:
    """Return the time, in seconds of POSIX, and HMAC-SHA256 (RFC 2104) over time, a full stop and the body."""
    signature = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, sha256).hexdigest()
    return {"X-Timestamp": str(timestamp), "X-Signature": f"sha256={signature}"}
