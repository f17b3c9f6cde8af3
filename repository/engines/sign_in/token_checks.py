"""Check ID tokens and logout tokens.

Sources: OpenID Connect Core 1.0, section 3.1.3.7; OpenID Connect Back-Channel Logout 1.0, section 2.6.
"""

import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from authlib.oidc.core.util import create_half_hash
from joserfc import jws
from joserfc.errors import ClaimError, ExpiredTokenError, JoseError, MissingClaimError
from joserfc.jwk import KeySet
from joserfc.jwt import ClaimsOption, JWTClaimsRegistry

from repository.core import clock
from repository.engines.sign_in.port import Distrust, LogoutOrder, UntrustedAnswer

LEEWAY = 60
"""seconds by which the clocks of a provider and of this site may differ"""
LONGEST_NAME = 255
"""characters of a subject (Core 1.0, section 2) and of a session"""
LOGOUT_AGE = timedelta(minutes=5)
"""of a logout token that does not say when it expires"""
LOGOUT_HOLDS = timedelta(hours=24)
"""no logout token is valid for longer: it is remembered so long"""
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_TYPES = frozenset({"logout+jwt", "application/logout+jwt", "jwt"})
_CAUSES = {
    "iss": Distrust.ISSUER,
    "aud": Distrust.AUDIENCE,
    "nbf": Distrust.NOT_YET_VALID,
    "iat": Distrust.NOT_YET_VALID,
}

Claims = Mapping[str, Any]
FindKeys = Callable[[str | None], KeySet]


@dataclass(frozen=True, slots=True)
class TokenReader:
    """Reads tokens of one issuer for one client, signed by one of `algorithms`."""

    issuer: str
    client_id: str
    algorithms: Sequence[str]
    find_keys: FindKeys

    def id_token(self, token: str, nonce: str, access_token: str) -> Claims:
        """Return the claims of a valid ID token; raise `UntrustedAnswer`."""
        header, claims = self._claims(token)
        subject, own_nonce = claims.get("sub"), claims.get("nonce")
        if not is_name(subject):
            raise UntrustedAnswer(Distrust.CLAIMS)
        if not isinstance(own_nonce, str) or not hmac.compare_digest(own_nonce.encode(), nonce.encode()):
            raise UntrustedAnswer(Distrust.NONCE)
        if "at_hash" in claims and not _is_hash_of(claims["at_hash"], access_token, str(header["alg"])):
            raise UntrustedAnswer(Distrust.ACCESS_TOKEN)
        return claims

    def logout_token(self, token: str) -> tuple[LogoutOrder, Claims]:
        """Return what a valid logout token orders, and its claims; raise `UntrustedAnswer`."""
        header, claims = self._claims(token, needed=("iat", "jti"))
        events, subject, session = claims.get("events"), claims.get("sub", ""), claims.get("sid", "")
        is_event = isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)
        if str(header.get("typ", "jwt")).lower() not in _LOGOUT_TYPES or not is_event or "nonce" in claims:
            raise UntrustedAnswer(Distrust.CLAIMS)
        if not (subject or session) or not all(value == "" or is_name(value) for value in (subject, session)):
            raise UntrustedAnswer(Distrust.CLAIMS)
        key = sha256(f"{self.issuer} {claims['jti']}".encode()).hexdigest()
        return LogoutOrder(key, _end_of(claims), subject, session), claims

    def _claims(self, token: str, needed: Sequence[str] = ("iat", "exp")) -> tuple[Claims, Claims]:
        header, claims = self._verified(token)
        options: dict[str, ClaimsOption] = {name: {"essential": True} for name in needed}
        options |= {
            "iss": {"essential": True, "value": self.issuer},
            "aud": {"essential": True, "value": self.client_id},
        }
        registry = JWTClaimsRegistry(int(clock.now().timestamp()), LEEWAY, **options)
        try:
            registry.validate(dict(claims))
        except ExpiredTokenError:
            raise UntrustedAnswer(Distrust.EXPIRED) from None
        except MissingClaimError:
            raise UntrustedAnswer(Distrust.CLAIMS) from None
        except ClaimError as error:
            raise UntrustedAnswer(_CAUSES.get(error.claim, Distrust.CLAIMS)) from None
        self._require_party(claims)
        return header, claims

    def _require_party(self, claims: Claims) -> None:
        """Require that the token was made for this client: of several audiences one is named as its holder."""
        audience, party = claims["aud"], claims.get("azp")
        several = isinstance(audience, list) and len(audience) > 1
        if (several or party is not None) and party != self.client_id:
            raise UntrustedAnswer(Distrust.AUDIENCE)

    def _verified(self, token: str) -> tuple[Claims, Claims]:
        """Return header and claims of a token with a valid signature.

        The algorithm is looked at before any key: with a list of asymmetric ones no public key is taken for a secret,
        and ``none`` is none of them (RFC 8725, sections 3.1 and 3.2).
        """
        try:
            header = jws.extract_compact(token.encode()).headers()
        except (JoseError, ValueError, TypeError, RecursionError):
            raise UntrustedAnswer(Distrust.TOKEN) from None
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in self.algorithms:
            raise UntrustedAnswer(Distrust.ALGORITHM)
        if not (key_id is None or isinstance(key_id, str)):
            raise UntrustedAnswer(Distrust.TOKEN)
        return header, _payload(token, self.find_keys(key_id), str(algorithm))


def _payload(token: str, keys: KeySet, algorithm: str) -> Claims:
    registry = jws.JWSRegistry(algorithms=[algorithm], strict_check_header=False)
    try:
        payload = jws.deserialize_compact(token.encode(), keys, registry=registry).payload
    except (JoseError, ValueError, TypeError):
        raise UntrustedAnswer(Distrust.SIGNATURE) from None
    try:
        claims = orjson.loads(payload or b"")
    except orjson.JSONDecodeError:
        raise UntrustedAnswer(Distrust.TOKEN) from None
    if not isinstance(claims, dict):
        raise UntrustedAnswer(Distrust.TOKEN)
    return claims


def is_name(value: object) -> bool:
    """Return whether `value` can be kept as the name of a subject or of a session."""
    return isinstance(value, str) and 0 < len(value) <= LONGEST_NAME and value.isprintable()


def _is_hash_of(value: object, access_token: str, algorithm: str) -> bool:
    """Return whether the token is bound to the access token that came with it (Core 1.0, section 3.1.3.6)."""
    expected = create_half_hash(access_token, algorithm)
    return isinstance(value, str) and expected is not None and hmac.compare_digest(value.encode(), expected)


def _end_of(claims: Claims) -> datetime:
    """Return until when a logout token must be remembered; raise `UntrustedAnswer` for one that is too old."""
    now = clock.now()
    if "exp" not in claims:
        if claims["iat"] < (now - LOGOUT_AGE).timestamp():
            raise UntrustedAnswer(Distrust.EXPIRED)
    elif claims["exp"] > (now + LOGOUT_HOLDS).timestamp():
        raise UntrustedAnswer(Distrust.CLAIMS)
    return now + LOGOUT_HOLDS + timedelta(seconds=2 * LEEWAY)
