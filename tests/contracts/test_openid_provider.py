"""A provider of OpenID Connect is believed if every part of its answer is right, and not at all otherwise."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from config.identity import ALGORITHMS
from repository.core import clock
from repository.core.errors import Unavailable
from repository.engines.sign_in import key_ring, provider_calls
from repository.engines.sign_in.openid_provider import ClientRegistration, OpenIdProvider
from repository.engines.sign_in.port import AssertedIdentity, Distrust, ProviderProfile, UntrustedAnswer
from repository.people.sign_in_flows import new_flow_secrets
from tests.support.odd_provider import CLIENT_ID, CLIENT_SECRET, LOGOUT_EVENT, OddProvider, odd_provider

CALLBACK = "https://data.example.org/oauth/odd/callback"


@pytest.fixture
def odd() -> Iterator[OddProvider]:
    with odd_provider() as provider:
        yield provider


@pytest.fixture
def registration(odd: OddProvider) -> ClientRegistration:
    return ClientRegistration(odd.issuer, CLIENT_ID, CLIENT_SECRET, scopes=("openid", "email"), algorithms=ALGORITHMS)


@pytest.fixture
def provider(registration: ClientRegistration) -> Iterator[OpenIdProvider]:
    opened = OpenIdProvider(ProviderProfile("odd", {"en": "Odd"}, verifies_orcid=True), registration)
    yield opened
    opened.close()


def signed_in(provider: OpenIdProvider, odd: OddProvider) -> AssertedIdentity:
    """The whole flow, as a browser and this site go through it."""
    secrets = new_flow_secrets()
    answer = dict(parse_qsl(odd.approve(provider.authorization_address(secrets, CALLBACK))))
    assert answer["state"] == secrets.state
    provider.require_sender(answer.get("iss"))
    return provider.identity(answer["code"], secrets, CALLBACK)


def refusal(provider: OpenIdProvider, odd: OddProvider) -> Distrust:
    with pytest.raises(UntrustedAnswer) as refused:
        signed_in(provider, odd)
    return refused.value.cause


def test_a_right_answer_tells_who_somebody_is(provider: OpenIdProvider, odd: OddProvider) -> None:
    odd.person |= {
        "orcid": "https://orcid.org/0000-0002-1825-0097",
        "eduperson_scoped_affiliation": ["member@Uni.Example.org"],
        "eduperson_entitlement": "urn:mace:example.org:group:curators#aai.example.org",
    }
    identity = signed_in(provider, odd)
    assert (identity.subject, identity.name, identity.email) == ("248289761001", "Jane Doe", "jane@example.org")
    assert identity.orcid == "0000-0002-1825-0097"
    assert identity.organisations == {"member@uni.example.org", "uni.example.org"}
    assert "urn:mace:example.org:group:curators" in identity.entitlements
    assert (identity.session, identity.end_session) == ("their-session", f"{odd.issuer}/logout")
    assert identity.id_token.count(".") == 2
    assert identity.id_token not in repr(identity)


def test_the_question_is_bound_by_state_nonce_and_a_hashed_verifier(provider: OpenIdProvider, odd: OddProvider) -> None:
    secrets = new_flow_secrets()
    address = provider.authorization_address(secrets, CALLBACK)
    query = parse_qs(urlsplit(address).query)
    assert address.startswith(f"{odd.issuer}/authorize?tenant=1&")
    assert query["state"] == [secrets.state]
    assert query["nonce"] == [secrets.nonce]
    assert query["redirect_uri"] == [CALLBACK]
    assert query["code_challenge_method"] == ["S256"]
    assert secrets.verifier not in address
    assert CLIENT_SECRET not in address
    assert secrets.state not in repr(secrets)


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("issuer-in-token", Distrust.ISSUER),
        ("audience", Distrust.AUDIENCE),
        ("audience-without-party", Distrust.AUDIENCE),
        ("party", Distrust.AUDIENCE),
        ("expired", Distrust.EXPIRED),
        ("never-expires", Distrust.TOKEN),
        ("expiry-in-words", Distrust.CLAIMS),
        ("issued-tomorrow", Distrust.NOT_YET_VALID),
        ("not-yet-valid", Distrust.NOT_YET_VALID),
        ("nonce", Distrust.NONCE),
        ("no-nonce", Distrust.NONCE),
        ("no-subject", Distrust.CLAIMS),
        ("subject-of-another-kind", Distrust.CLAIMS),
        ("access-token-hash", Distrust.ACCESS_TOKEN),
        ("algorithm-none", Distrust.ALGORITHM),
        ("public-key-as-secret", Distrust.ALGORITHM),
        ("foreign-key", Distrust.SIGNATURE),
        ("changed-after-signing", Distrust.SIGNATURE),
        ("unknown-key", Distrust.KEY),
        ("no-token", Distrust.TOKEN),
        ("userinfo-of-another", Distrust.USERINFO),
        ("issuer-in-metadata", Distrust.METADATA),
        ("unsafe-address", Distrust.METADATA),
    ],
)
def test_a_wrong_answer_signs_nobody_in(
    provider: OpenIdProvider, odd: OddProvider, fault: str, cause: Distrust
) -> None:
    odd.fault = fault
    assert refusal(provider, odd) is cause


def test_a_code_works_once_and_for_its_own_question_only(provider: OpenIdProvider, odd: OddProvider) -> None:
    mine, other = new_flow_secrets(), new_flow_secrets()
    answer = dict(parse_qsl(odd.approve(provider.authorization_address(mine, CALLBACK))))
    with pytest.raises(UntrustedAnswer) as injected:
        provider.identity(answer["code"], other, CALLBACK)
    assert injected.value.cause is Distrust.CODE
    with pytest.raises(UntrustedAnswer):
        provider.identity(answer["code"], mine, CALLBACK)


@pytest.mark.parametrize("names_itself", [True, False])
def test_an_answer_of_another_sender_is_refused(provider: OpenIdProvider, odd: OddProvider, names_itself: bool) -> None:
    odd.names_itself = names_itself
    provider.require_sender(odd.issuer)
    for sender in ("https://another.example.org", "", f"{odd.issuer}/"):
        with pytest.raises(UntrustedAnswer) as refused:
            provider.require_sender(sender)
        assert refused.value.cause is Distrust.MIX_UP
    if names_itself:
        with pytest.raises(UntrustedAnswer):
            provider.require_sender(None)
    else:
        provider.require_sender(None)


def test_a_rotated_key_is_read_once_and_one_that_was_taken_out_is_not_believed(
    provider: OpenIdProvider, odd: OddProvider
) -> None:
    signed_in(provider, odd)
    odd.published, odd.key = ["second"], "second"
    signed_in(provider, odd)
    assert odd.seen.count("/jwks") == 2
    odd.key = "first"
    assert refusal(provider, odd) is Distrust.KEY


def test_unknown_keys_do_not_make_us_ask_without_end(
    provider: OpenIdProvider, odd: OddProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    odd.fault = "unknown-key"
    for _ in range(4):
        assert refusal(provider, odd) is Distrust.KEY
    assert odd.seen.count("/jwks") == 2, "the first reading, and one search"
    monkeypatch.setattr(key_ring, "BETWEEN_READS", -1.0)
    assert refusal(provider, odd) is Distrust.KEY
    assert odd.seen.count("/jwks") == 3


@pytest.mark.parametrize("place", ["/.well-known/openid-configuration", "/jwks", "/token", "/userinfo"])
@pytest.mark.parametrize("fault", ["silent", "huge", "broken", "redirect"])
def test_a_provider_that_fails_is_told_as_unavailable(
    registration: ClientRegistration, odd: OddProvider, monkeypatch: pytest.MonkeyPatch, fault: str, place: str
) -> None:
    if fault == "silent":
        monkeypatch.setattr(provider_calls, "TIMEOUT", 0.2)
    provider = OpenIdProvider(ProviderProfile("odd", {"en": "Odd"}), registration)
    odd.fault = f"{fault}{place}"
    with pytest.raises((Unavailable, UntrustedAnswer)) as failed:
        signed_in(provider, odd)
    assert isinstance(failed.value, Unavailable) or (fault, place) == ("redirect", "/userinfo")
    assert CLIENT_SECRET not in repr(failed.value)
    odd.gate.set()
    provider.close()


def test_a_silent_provider_keeps_few_threads_waiting(
    provider: OpenIdProvider, odd: OddProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider_calls, "REST", 60.0)
    provider._calls._rest_until = 0.0
    holders = [provider._calls.place() for _ in range(provider_calls.MOST_AT_ONCE)]
    for holder in holders:
        holder.__enter__()
    with pytest.raises(Unavailable, match="Too many people wait for Odd"):
        provider.require_sender(None)
    for holder in holders:
        holder.__exit__(None, None, None)
    provider.require_sender(None)


def test_a_client_with_a_wrong_secret_is_told_to_the_operator(
    registration: ClientRegistration, odd: OddProvider
) -> None:
    provider = OpenIdProvider(ProviderProfile("odd", {"en": "Odd"}), replace(registration, secret="wrong"))
    with pytest.raises(Unavailable, match="look at client_id and its secret"):
        signed_in(provider, odd)
    assert "wrong" not in repr(provider) + repr(registration)
    provider.close()


@pytest.mark.parametrize(
    ("word", "email"),
    [(True, "jane@example.org"), ("true", "jane@example.org"), (False, ""), (None, ""), (1, ""), ("yes", "")],
)
def test_only_a_verified_address_counts(provider: OpenIdProvider, odd: OddProvider, word: object, email: str) -> None:
    odd.person["email_verified"] = word
    assert signed_in(provider, odd).email == email


def test_a_logout_token_orders_once_what_it_names(provider: OpenIdProvider, odd: OddProvider) -> None:
    order = provider.logout(odd.logout_token(sid="their-session"))
    assert (order.subject, order.session) == ("248289761001", "their-session")
    assert order.until > clock.now()


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"iss": "https://another.example.org"}, Distrust.ISSUER),
        ({"aud": "another-client"}, Distrust.AUDIENCE),
        ({"iat": None}, Distrust.CLAIMS),
        ({"jti": None}, Distrust.CLAIMS),
        ({"events": None}, Distrust.CLAIMS),
        ({"events": {"another": {}}}, Distrust.CLAIMS),
        ({"events": [LOGOUT_EVENT]}, Distrust.CLAIMS),
        ({"nonce": "x"}, Distrust.CLAIMS),
        ({"sub": None}, Distrust.CLAIMS),
        ({"sid": 7}, Distrust.CLAIMS),
        ({"exp": 1}, Distrust.EXPIRED),
        ({"exp": None, "iat": 1}, Distrust.EXPIRED),
        ({"exp": None, "iat": -1e300}, Distrust.EXPIRED),
        ({"iat": 1e300}, Distrust.NOT_YET_VALID),
        ({"exp": 1 << 40}, Distrust.CLAIMS),
        ({"exp": 1e300}, Distrust.CLAIMS),
    ],
)
def test_a_wrong_logout_token_orders_nothing(
    provider: OpenIdProvider, odd: OddProvider, changes: dict[str, object], cause: Distrust
) -> None:
    with pytest.raises(UntrustedAnswer) as refused:
        provider.logout(odd.logout_token(**changes))
    assert refused.value.cause is cause


def test_no_other_token_of_the_provider_is_a_logout_token(provider: OpenIdProvider, odd: OddProvider) -> None:
    for token in (signed_in(provider, odd).id_token, "", "a.b.c", "é", "eyJhbGciOiJub25lIn0.e30."):
        with pytest.raises(UntrustedAnswer):
            provider.logout(token)
    assert timedelta(hours=23) < provider.logout(odd.logout_token()).until - clock.now()
