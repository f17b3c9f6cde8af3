"""What the claims of a provider say of a person (OpenID Connect Core 1.0, section 5.1; AARC-G069 for entitlements)."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.dataset.schemes.agent_ids import read_orcid
from repository.dataset.schemes.parsing import Misread

MOST_VALUES = 500
LONGEST_VALUE = 500
LONGEST_NAME = 200

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClaimNames:
    """Which claims tell what; the first that has a value is taken, of organisations and entitlements all."""

    subject: str = "sub"
    name: Sequence[str] = ("name",)
    email: str = "email"
    email_verified: str = "email_verified"
    orcid: Sequence[str] = ("orcid",)
    organisation: Sequence[str] = ("schac_home_organization", "eduperson_scoped_affiliation")
    entitlement: Sequence[str] = ("eduperson_entitlement", "entitlements")


def name_in(claims: Claims, names: ClaimNames) -> str:
    """Return the person's name on one line, empty without one."""
    parts = (next(_texts(claims, part), "") for part in ("given_name", "family_name"))
    name = next((text for claim in names.name for text in _texts(claims, claim)), "") or " ".join(filter(None, parts))
    return " ".join(name.split())[:LONGEST_NAME]


def verified_email_in(sources: Sequence[Claims], names: ClaimNames) -> str:
    """Return the address that the provider verified, empty without one.

    Address and word are of one source: two sources could speak of two addresses.
    """
    for claims in sources:
        if names.email in claims:
            word = claims.get(names.email_verified)
            return next(_texts(claims, names.email), "") if word is True or word == "true" else ""
    return ""


def orcid_in(claims: Claims, names: ClaimNames) -> str:
    """Return the ORCID iD as four groups of digits, empty without a valid one."""
    for claim in names.orcid:
        for text in _texts(claims, claim):
            try:
                return read_orcid(text)
            except Misread:
                continue  # another claim may have a valid one
    return ""


def organisations_in(claims: Claims, names: ClaimNames) -> frozenset[str]:
    """Return home organisations in lower case; of a scoped affiliation both the whole and the scope."""
    texts = [text.lower() for claim in names.organisation for text in _texts(claims, claim)]
    return frozenset(texts) | {text.partition("@")[2] for text in texts if "@" in text}


def entitlements_in(claims: Claims, names: ClaimNames) -> frozenset[str]:
    """Return entitlements, each also without the authority that vouches for it (after ``#``)."""
    texts = [text for claim in names.entitlement for text in _texts(claims, claim)]
    return frozenset(texts) | {text.partition("#")[0] for text in texts}


def _texts(claims: Claims, name: str) -> Iterator[str]:
    """Yield the texts of a claim that has one or a list of them."""
    value = claims.get(name)
    for text in (value if isinstance(value, list) else [value])[:MOST_VALUES]:
        if isinstance(text, str) and text.strip() and len(text) <= LONGEST_VALUE and text.isprintable():
            yield text.strip()
