"""A provider of OpenID Connect on loopback that keeps to the standard but for the one `fault` that a test chooses."""

import base64
import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import orjson
from joserfc import jwt
from joserfc.jwk import RSAKey
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from repository.core import clock

CLIENT_ID, CLIENT_SECRET = "the-site", "client secret: 100 % +&="
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
Json = dict[str, Any]


@cache
def key(name: str) -> RSAKey:
    """A key of this name, made once: that takes longer than most tests."""
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig", "alg": "RS256"})


class _Silent(WSGIRequestHandler):
    def log(self, *_: Any, **__: Any) -> None:
        """The output of tests is theirs."""


class OddProvider:
    """`person` are the claims of whoever signs in; `seen` are the paths that were asked for."""

    def __init__(self) -> None:
        self.issuer = self.base = ""
        self.fault = ""
        self.person: Json = {
            "sub": "248289761001",
            "name": "Jane Doe",
            "email": "jane@example.org",
            "email_verified": True,
        }
        self.key = "first"
        self.published = ["first"]
        self.names_itself = False
        self.seen: list[str] = []
        self.codes: dict[str, Json] = {}
        self.gate = threading.Event()

    def approve(self, address: str, **changes: str | None) -> str:
        """Sign in at the address of an authorization request; return the query of the callback."""
        asked = dict(parse_qsl(urlsplit(address).query))
        assert asked["code_challenge_method"] == "S256"
        assert asked["response_type"] == "code"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer if self.names_itself else None, **changes}
        return urlencode({name: value for name, value in answer.items() if value is not None})

    def logout_token(self, **changes: Any) -> str:
        now = int(clock.now().timestamp())
        claims: Json = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "events": {LOGOUT_EVENT: {}},
            "sub": self.person["sub"],
            **changes,
        }
        return self.signed({name: value for name, value in claims.items() if value is not None}, typ="logout+jwt")

    def signed(self, claims: Json, algorithm: str = "RS256", typ: str = "JWT") -> str:
        header = {"alg": algorithm, "kid": "unheard-of" if self.fault == "unknown-key" else self.key, "typ": typ}
        if self.fault == "algorithm-none":
            return f"{_segment({**header, 'alg': 'none'})}.{_segment(claims)}."
        if self.fault == "public-key-as-secret":
            signed = f"{_segment({**header, 'alg': 'HS256'})}.{_segment(claims)}"
            digest = hmac.digest(key(self.key).as_pem(private=False), signed.encode(), "sha256")
            return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
        if self.fault == "foreign-key":
            return jwt.encode(header, claims, key("foreign"))
        token = jwt.encode(header, claims, key(self.key))
        if self.fault == "changed-after-signing":
            head, _, signature = token.split(".")
            return f"{head}.{_segment({**claims, 'sub': 'somebody-else'})}.{signature}"
        return token

    def __call__(self, environ: Any, start_response: Any) -> Any:
        request = Request(environ)
        self.seen.append(request.path)
        return self.answer(request)(environ, start_response)

    def answer(self, request: Request) -> Response:
        if self.fault == f"silent{request.path}":
            self.gate.wait(30)
        if self.fault == f"huge{request.path}":
            return Response(b'{"a": "' + b"x" * (3 << 20) + b'"}', mimetype="application/json")
        if self.fault == f"broken{request.path}":
            return Response("<html>Bad gateway", status=502)
        if self.fault == f"redirect{request.path}":
            return Response(status=302, headers={"Location": "http://127.0.0.1:9/"})
        match request.path:
            case "/.well-known/openid-configuration":
                return _json(self.metadata())
            case "/jwks":
                return _json({"keys": [key(name).as_dict(private=False) for name in self.published]})
            case "/token":
                return self.token(request)
            case "/userinfo":
                return self.userinfo(request)
        return Response(status=404)

    def metadata(self) -> Json:
        return {
            "issuer": "https://another.example.org" if self.fault == "issuer-in-metadata" else self.issuer,
            "authorization_endpoint": f"{self.base}/authorize?tenant=1",
            "token_endpoint": "ftp://x/token" if self.fault == "unsafe-address" else f"{self.base}/token",
            "userinfo_endpoint": f"{self.base}/userinfo",
            "jwks_uri": f"{self.base}/jwks",
            "end_session_endpoint": f"{self.base}/logout",
            "authorization_response_iss_parameter_supported": self.names_itself,
        }

    def token(self, request: Request) -> Response:
        asked = self.codes.pop(request.form.get("code", ""), None)
        if _client_of(request) != (CLIENT_ID, CLIENT_SECRET):
            return _json({"error": "invalid_client"}, 400)
        if asked is None or request.form.get("redirect_uri") != asked["redirect_uri"]:
            return _json({"error": "invalid_grant"}, 400)
        digest = hashlib.sha256(request.form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return _json({"error": "invalid_grant"}, 400)
        access_token = secrets.token_urlsafe(16)
        id_token = self.signed(self.claims(asked["nonce"], access_token))
        if self.fault == "no-token":
            return _json({"access_token": access_token, "token_type": "Bearer"})
        return _json({"access_token": access_token, "token_type": "Bearer", "id_token": id_token})

    def claims(self, nonce: str, access_token: str) -> Json:
        now = int(clock.now().timestamp())
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {
            **self.person,
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            "sid": "their-session",
            "at_hash": base64.urlsafe_b64encode(half).decode().rstrip("="),
        }
        changes: dict[str, Json] = {
            "issuer-in-token": {"iss": "https://another.example.org"},
            "audience": {"aud": "another-client"},
            "audience-without-party": {"aud": [CLIENT_ID, "another-client"]},
            "party": {"aud": [CLIENT_ID, "another-client"], "azp": "another-client"},
            "expired": {"exp": now - 120},
            "never-expires": {"exp": float("1e999")},
            "expiry-in-words": {"exp": "tomorrow"},
            "issued-tomorrow": {"iat": now + 86_400},
            "not-yet-valid": {"nbf": now + 3_600},
            "nonce": {"nonce": "another"},
            "no-nonce": {"nonce": None},
            "no-subject": {"sub": None},
            "subject-of-another-kind": {"sub": 1},
            "access-token-hash": {"at_hash": "LDktKdoQak3Pk0cnXxCltA"},
        }
        return {name: value for name, value in {**claims, **changes.get(self.fault, {})}.items() if value is not None}

    def userinfo(self, request: Request) -> Response:
        if not request.headers.get("Authorization", "").startswith("Bearer "):
            return Response(status=401)
        return _json({**self.person, **({"sub": "somebody-else"} if self.fault == "userinfo-of-another" else {})})


@contextmanager
def odd_provider() -> Iterator[OddProvider]:
    """Run a provider on a port of its own."""
    provider = OddProvider()
    server = make_server("127.0.0.1", 0, provider, threaded=True, request_handler=_Silent)
    provider.issuer = provider.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.gate.set()
        server.shutdown()
        server.server_close()
        thread.join()


def _client_of(request: Request) -> tuple[str, str]:
    """The client of HTTP Basic, each part form-encoded (RFC 6749, section 2.3.1)."""
    header = request.headers.get("Authorization", "").removeprefix("Basic ")
    name, _, secret = base64.b64decode(header).decode().partition(":")
    [(_, name), (_, secret)] = parse_qsl(f"a={name}&b={secret}")
    return name, secret


def _segment(value: Json) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def _json(body: Json, status: int = 200) -> Response:
    return Response(orjson.dumps(body), status, mimetype="application/json")
