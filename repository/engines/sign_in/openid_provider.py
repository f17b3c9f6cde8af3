"""A provider of OpenID Connect: the authorization code flow with PKCE (RFC 7636), state and nonce."""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from authlib.oauth2.client import OAuth2Client
from authlib.oauth2.rfc6749.parameters import prepare_token_request

from repository.core.errors import Unavailable
from repository.engines.sign_in.asserted_claims import (
    ClaimNames,
    entitlements_in,
    name_in,
    orcid_in,
    organisations_in,
    verified_email_in,
)
from repository.engines.sign_in.key_ring import KeyRing
from repository.engines.sign_in.port import (
    AssertedIdentity,
    Distrust,
    FlowSecrets,
    LogoutOrder,
    ProviderProfile,
    UntrustedAnswer,
)
from repository.engines.sign_in.provider_calls import ProviderCalls
from repository.engines.sign_in.provider_metadata import Discovery
from repository.engines.sign_in.token_checks import TokenReader, is_name

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClientRegistration:
    """How this site is known to a provider; `by_form` sends the secret in the body instead of a header."""

    issuer: str
    client_id: str
    secret: str = field(repr=False)
    by_form: bool = False
    scopes: Sequence[str] = ("openid",)
    algorithms: Sequence[str] = ("RS256",)
    reads_userinfo: bool = True
    claims: ClaimNames = field(default_factory=ClaimNames)


class OpenIdProvider:
    """One provider, as `engines.sign_in.port.SignInProvider` promises."""

    def __init__(self, profile: ProviderProfile, registration: ClientRegistration) -> None:
        self.profile = profile
        self._registration = registration
        self._calls = ProviderCalls(profile.name)
        self._discovery = Discovery(self._calls, registration.issuer)
        self._ring = KeyRing(self._calls)
        self._tokens = TokenReader(
            registration.issuer,
            registration.client_id,
            registration.algorithms,
            lambda key_id: self._ring.keys(self._discovery.metadata().keys, key_id),
        )

    def __repr__(self) -> str:
        return f"OpenIdProvider({self.profile.id!r}, {self._registration.issuer!r})"

    def authorization_address(self, secrets: FlowSecrets, callback: str) -> str:
        """Return where the browser goes to sign in (Core 1.0, section 3.1.2.1)."""
        if self._discovery.is_fresh:
            metadata = self._discovery.metadata()
        else:
            with self._calls.place():
                metadata = self._discovery.metadata()
        client = OAuth2Client(
            None,
            self._registration.client_id,
            scope=" ".join(self._registration.scopes),
            redirect_uri=callback,
            code_challenge_method="S256",
        )
        address, _ = client.create_authorization_url(
            metadata.authorization, state=secrets.state, code_verifier=secrets.verifier, nonce=secrets.nonce
        )
        return str(address)

    def require_sender(self, issuer: str | None) -> None:
        """Raise `UntrustedAnswer` unless an answer comes from this provider (RFC 9207, section 2.4)."""
        with self._calls.place():
            names_itself = self._discovery.metadata().names_itself
        if issuer != self._registration.issuer and (names_itself or issuer is not None):
            raise UntrustedAnswer(Distrust.MIX_UP)

    def identity(self, code: str, secrets: FlowSecrets, callback: str) -> AssertedIdentity:
        """Return who the person is whom the provider gave `code` for."""
        with self._calls.place():
            answer = self._exchange(code, secrets.verifier, callback)
            id_token, access_token = answer.get("id_token"), answer.get("access_token")
            if not isinstance(id_token, str) or not isinstance(access_token, str):
                raise UntrustedAnswer(Distrust.TOKEN)
            claims = self._tokens.id_token(id_token, secrets.nonce, access_token)
            return self._asserted(claims, self._userinfo(access_token, claims["sub"]), id_token)

    def logout(self, token: str) -> LogoutOrder:
        """Return what a logout token orders."""
        with self._calls.place():
            order, _ = self._tokens.logout_token(token)
        return order

    def describe(self) -> str:
        """Return its issuer, once it answers."""
        try:
            self._discovery.metadata()
        except UntrustedAnswer as error:
            raise Unavailable(
                f"{self.profile.name} has metadata of another issuer, or none that can be used."
            ) from error
        return self._registration.issuer

    def close(self) -> None:
        """Let go of connections."""
        self._calls.close()

    def _exchange(self, code: str, verifier: str, callback: str) -> Claims:
        """Return what the provider gives for the code (Core 1.0, section 3.1.3)."""
        form = prepare_token_request("authorization_code", code=code, redirect_uri=callback, code_verifier=verifier)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        form = self._authenticated(headers, form)
        accepted, answer = self._calls.ask(self._discovery.metadata().token, headers, form)
        if accepted:
            return answer
        if answer.get("error") == "invalid_grant":
            raise UntrustedAnswer(Distrust.CODE)
        raise Unavailable(f"{self.profile.name} refuses this site as a client: look at client_id and its secret.")

    def _authenticated(self, headers: dict[str, str], form: str) -> str:
        """Return the form of a client that proves who it is (RFC 6749, section 2.3.1)."""
        client_id, secret = (quote(text, safe="") for text in (self._registration.client_id, self._registration.secret))
        if secret and not self._registration.by_form:
            headers["Authorization"] = f"Basic {b64encode(f'{client_id}:{secret}'.encode()).decode()}"
            return form
        return f"{form}&client_id={client_id}" + (f"&client_secret={secret}" if secret else "")

    def _userinfo(self, access_token: str, subject: str) -> Claims:
        """Return what the provider adds of the same person (Core 1.0, section 5.3.2)."""
        address = self._discovery.metadata().userinfo
        if not address or not self._registration.reads_userinfo:
            return {}
        claims = self._calls.read(address, access_token)
        if claims is None or claims.get("sub") != subject:
            raise UntrustedAnswer(Distrust.USERINFO)
        return claims

    def _asserted(self, signed: Claims, userinfo: Claims, id_token: str) -> AssertedIdentity:
        names, claims = self._registration.claims, {**userinfo, **signed}
        subject, session = claims.get(names.subject), signed.get("sid", "")
        if not isinstance(subject, str) or not is_name(subject):
            raise UntrustedAnswer(Distrust.CLAIMS)
        return AssertedIdentity(
            subject=subject,
            name=name_in(claims, names),
            email=verified_email_in((signed, userinfo), names),
            orcid=orcid_in(claims, names) if self.profile.verifies_orcid else "",
            organisations=organisations_in(claims, names),
            entitlements=entitlements_in(claims, names),
            session=session if is_name(session) else "",
            id_token=id_token,
            end_session=self._discovery.metadata().end_session,
        )
