"""The public keys of a provider (RFC 7517), read anew when a token names one that is not known."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, KeySet

from repository.engines.sign_in.port import Distrust, UntrustedAnswer
from repository.engines.sign_in.provider_calls import ProviderCalls

FRESH = 3600.0
"""seconds after which keys are read anew: one that was taken out is not believed for longer"""
BETWEEN_READS = 30.0
"""seconds between two reads because of unknown keys: whoever sends tokens cannot make us ask without end"""
MOST_KEYS = 100
_TYPES = frozenset({"RSA", "EC"})
_SHORTEST, _LONGEST = 340, 1400
"""characters of an RSA modulus of 2048 and of 8192 bits, roughly"""


class KeyRing:
    """The keys of one provider; symmetric ones among them are ignored."""

    def __init__(self, calls: ProviderCalls) -> None:
        self._calls = calls
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._since = 0.0
        self._searched = 0.0

    def keys(self, address: str, key_id: str | None) -> KeySet:
        """Return the keys at `address`, the one of this id among them; raise `Unavailable`, `UntrustedAnswer`."""
        with self._lock:
            if self._keys is None or time.monotonic() - self._since > FRESH:
                self._read(address)
            elif not _has(self._keys, key_id) and self._may_search():
                self._searched = time.monotonic()
                self._read(address)
            assert self._keys is not None
            if not _has(self._keys, key_id):
                raise UntrustedAnswer(Distrust.KEY)
            return self._keys

    def _may_search(self) -> bool:
        return self._searched == 0.0 or time.monotonic() - self._searched > BETWEEN_READS

    def _read(self, address: str) -> None:
        self._keys, self._since = _keys_in(self._calls.read(address) or {}), time.monotonic()


def _has(keys: KeySet, key_id: str | None) -> bool:
    """Return whether the key can be told: a token names it, unless there is only one (Core 1.0, section 10.1)."""
    return len(keys.keys) == 1 if key_id is None else any(key.kid == key_id for key in keys.keys)


def _keys_in(document: Mapping[str, Any]) -> KeySet:
    members = document.get("keys")
    usable = []
    for member in members[:MOST_KEYS] if isinstance(members, list) else []:
        if isinstance(member, dict) and _is_usable(member):
            try:
                usable.append(JWKRegistry.import_key(_public(member)))
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # a key that cannot be read signs nothing; the others do
    if not usable:
        raise UntrustedAnswer(Distrust.KEY)
    return KeySet(usable)


def _public(member: Mapping[str, Any]) -> dict[str, Any]:
    return {name: member[name] for name in ("kty", "kid", "n", "e", "crv", "x", "y") if name in member}


def _is_usable(member: Mapping[str, Any]) -> bool:
    if member.get("kty") not in _TYPES or member.get("use", "sig") != "sig":
        return False
    modulus = member.get("n")
    return member["kty"] == "EC" or (isinstance(modulus, str) and _SHORTEST <= len(modulus) <= _LONGEST)
