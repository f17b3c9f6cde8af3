"""What a provider says of itself (OpenID Connect Discovery 1.0, section 4), kept for an hour."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from repository.core.errors import Unavailable
from repository.engines.sign_in.port import Distrust, UntrustedAnswer
from repository.engines.sign_in.provider_calls import ProviderCalls

FRESH = 3600.0
"""seconds in which it is not asked again"""
USABLE = 24 * 3600.0
"""seconds in which old metadata serves while the provider does not answer"""
_PLACE = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    """The addresses of a provider; `userinfo` and `end_session` may be empty.

    `names_itself` says that its answers name their sender (RFC 9207, section 3).
    """

    authorization: str
    token: str
    keys: str
    userinfo: str
    end_session: str
    names_itself: bool


class Discovery:
    """The metadata of one provider, whose `issuer` is the configured one."""

    def __init__(self, calls: ProviderCalls, issuer: str) -> None:
        self._calls = calls
        self._issuer = issuer
        self._lock = threading.Lock()
        self._metadata: ProviderMetadata | None = None
        self._since = 0.0

    @property
    def is_fresh(self) -> bool:
        return self._metadata is not None and time.monotonic() - self._since < FRESH

    def metadata(self) -> ProviderMetadata:
        """Return what the provider says, asked for if it is not fresh; raise `Unavailable`, `UntrustedAnswer`."""
        with self._lock:
            if self._metadata is not None and self.is_fresh:
                return self._metadata
            try:
                document = self._calls.read(self._issuer.rstrip("/") + _PLACE)
            except Unavailable:
                if self._metadata is None or time.monotonic() - self._since > USABLE:
                    raise
                return self._metadata
            self._metadata, self._since = _metadata_in(document or {}, self._issuer), time.monotonic()
            return self._metadata


def _metadata_in(document: Mapping[str, Any], issuer: str) -> ProviderMetadata:
    if document.get("issuer") != issuer:  # the same to the character: section 4.3
        raise UntrustedAnswer(Distrust.METADATA)
    return ProviderMetadata(
        authorization=_address(document, "authorization_endpoint", issuer),
        token=_address(document, "token_endpoint", issuer),
        keys=_address(document, "jwks_uri", issuer),
        userinfo=_address(document, "userinfo_endpoint", issuer, needed=False),
        end_session=_address(document, "end_session_endpoint", issuer, needed=False),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(document: Mapping[str, Any], name: str, issuer: str, *, needed: bool = True) -> str:
    """Return the address of this name: it must be as safe as that of the issuer."""
    address = document.get(name)
    if address is None and not needed:
        return ""
    if not isinstance(address, str) or not _is_safe(address, urlsplit(issuer).scheme):
        raise UntrustedAnswer(Distrust.METADATA)
    return address


def _is_safe(address: str, scheme: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    plain = address.isascii() and address.isprintable() and " " not in address and "\\" not in address
    return plain and bool(parts.hostname) and "@" not in parts.netloc and parts.scheme in ("https", scheme)
