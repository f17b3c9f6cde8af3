"""Providers as the site's file of them says (`config.identity`)."""

from collections.abc import Mapping
from typing import Any

from repository.core.actor import Role
from repository.engines.sign_in.asserted_claims import ClaimNames
from repository.engines.sign_in.openid_provider import ClientRegistration, OpenIdProvider
from repository.engines.sign_in.port import AttributeRule, ProviderProfile, SignInProvider

Part = Mapping[str, Any]


def configured_providers(accounts: Mapping[str, Part], secrets: Mapping[str, str]) -> Mapping[str, SignInProvider]:
    """Return providers by id, made of checked accounts and of the secrets of their clients."""
    return {
        name: OpenIdProvider(_profile(name, account), _registration(account, secrets[name]))
        for name, account in accounts.items()
    }


def _profile(name: str, account: Part) -> ProviderProfile:
    return ProviderProfile(
        id=name,
        names=account["names"],
        logo=account["logo"],
        new_accounts=account["new_accounts"],
        verifies_orcid=account["verifies_orcid"],
        rules=[_rule(rule) for rule in account["rule"]],
    )


def _registration(account: Part, secret: str) -> ClientRegistration:
    return ClientRegistration(
        issuer=account["issuer"],
        client_id=account["client_id"],
        secret=secret,
        by_form=account["client_authentication"] == "client_secret_post",
        scopes=account["scopes"],
        algorithms=account["algorithms"],
        reads_userinfo=account["userinfo"],
        claims=ClaimNames(**account["claims"]),
    )


def _rule(rule: Part) -> AttributeRule:
    return AttributeRule(
        entitlement=rule["entitlement"] or "",
        organisation=rule["organisation"] or "",
        role=Role(rule["role"]) if rule["role"] else None,
        institution=rule["institution"] or "",
        team=rule["team"] or "",
    )
