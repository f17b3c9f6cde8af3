"""Accounts with registration agencies, and which dataset gets its identifiers from which account.

An account is for one kind of identifier and has a prefix and an endpoint elsewhere.  There may be several accounts of
one kind, such as a regional CSTR node beside the national one; a dataset's community or the institutions of its
creators choose.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from repository.dataset.cstr_types import SCIENTIFIC_DATA

SUFFIX = "{series}.{number}"


@dataclass(frozen=True, slots=True)
class RegistrationAccount:
    """One account; `scheme` is ``doi``, ``cstr`` or ``handle``, `institutions` are bare ROR ids.

    An account without communities and institutions serves all datasets that no other account of its scheme is for.
    """

    name: str
    scheme: str
    prefix: str
    series: str
    communities: frozenset[str] = frozenset()
    institutions: frozenset[str] = frozenset()
    languages: tuple[str, ...] = ()

    @property
    def general(self) -> bool:
        return not self.communities and not self.institutions

    def mint(self, suffix: str, type_code: str) -> str:
        """Return the bare identifier with the local part `suffix`."""
        if self.scheme == "cstr":
            return f"{self.prefix}.{type_code}.{suffix}"
        return f"{self.prefix}/{suffix}"


@dataclass(frozen=True, slots=True)
class MintingContext:
    """What chooses an account and forms the suffix of an identifier.

    `community` is the slug of the default community, `institutions` are the ROR ids of the creators, `resource_type` is
    the id of a term.
    """

    community: str | None = None
    institutions: frozenset[str] = frozenset()
    resource_type: str = ""


@dataclass(frozen=True, slots=True)
class RegistrationAccounts:
    """All accounts of the installation.

    `suffixes` are patterns of local parts by community, as in ``"{series}.j00189.{number:05}"``; `type_codes` are
    CSTR's codes by resource type.
    """

    accounts: Sequence[RegistrationAccount]
    suffixes: Mapping[str, str] = field(default_factory=dict)
    type_codes: Mapping[str, str] = field(default_factory=dict)

    def __iter__(self) -> Iterator[RegistrationAccount]:
        return iter(self.accounts)

    @property
    def schemes(self) -> tuple[str, ...]:
        """The kinds of identifiers that a publication gets, in the order of their accounts."""
        return tuple(dict.fromkeys(account.scheme for account in self if account.general))

    def prefixes(self, scheme: str) -> frozenset[str]:
        return frozenset(account.prefix for account in self if account.scheme == scheme)

    def account_for(self, scheme: str, origin: MintingContext) -> RegistrationAccount:
        """Return the account of the community, else of an institution, else the general one; raise `KeyError`."""
        candidates = [account for account in self if account.scheme == scheme]
        by_community = (account for account in candidates if origin.community in account.communities)
        by_institution = (account for account in candidates if account.institutions & origin.institutions)
        general = (account for account in candidates if account.general)
        account = next(chain(by_community, by_institution, general), None)
        if account is None:
            raise KeyError(scheme)
        return account

    def mint(self, account: RegistrationAccount, origin: MintingContext, owner_id: int) -> str:
        """Return the identifier that `account` gives to the record or concept `owner_id`."""
        pattern = self.suffixes.get(origin.community or "", SUFFIX)
        code = self.type_codes.get(origin.resource_type, SCIENTIFIC_DATA)
        return account.mint(pattern.format(series=account.series, number=owner_id), code)


def local_accounts(
    doi_prefix: str, cstr_prefix: str, series: str, type_codes: Mapping[str, str]
) -> RegistrationAccounts:
    """Return the accounts of an installation with one account of each kind, named after their schemes."""
    accounts = (
        RegistrationAccount("doi", "doi", doi_prefix, series),
        RegistrationAccount("cstr", "cstr", cstr_prefix, series),
    )
    return RegistrationAccounts(accounts, type_codes=type_codes)


def bare_rors(identifiers: Iterable[str]) -> frozenset[str]:
    """Return ROR ids without their address, as accounts name institutions."""
    return frozenset(identifier.removeprefix("https://ror.org/").lower() for identifier in identifiers)
