"""Where identifiers come from: accounts with registration agencies (nodes), and which dataset takes which.

A node is one account: a kind of identifier, a prefix, an endpoint elsewhere.  Several nodes of one kind may stand side
by side, as a regional CSTR node beside the national one; a dataset's community or its makers' institutions choose.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from repository.dataset.cstr_types import SCIENTIFIC_DATA

SUFFIX = "{series}.{number}"


@dataclass(frozen=True, slots=True)
class RegistrationAccount:
    """`scheme` is ``doi``, ``cstr`` or ``handle``; `institutions` are bare ROR ids.

    A node without communities and institutions serves everybody whom no other node of its scheme is for.
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

    def minted(self, suffix: str, type_code: str) -> str:
        """The bare identifier with the local part `suffix`."""
        if self.scheme == "cstr":
            return f"{self.prefix}.{type_code}.{suffix}"
        return f"{self.prefix}/{suffix}"


@dataclass(frozen=True, slots=True)
class MintingContext:
    """What chooses a node and forms the suffix: a community's slug, ROR ids of the makers, the resource type's id."""

    community: str | None = None
    institutions: frozenset[str] = frozenset()
    resource_type: str = ""


@dataclass(frozen=True, slots=True)
class RegistrationAccounts:
    """All nodes of the installation.

    `suffixes` are patterns of local parts by community, as in ``"{series}.j00189.{number:05}"``; `type_codes` are
    CSTR's codes by resource type.
    """

    nodes: Sequence[RegistrationAccount]
    suffixes: Mapping[str, str] = field(default_factory=dict)
    type_codes: Mapping[str, str] = field(default_factory=dict)

    @property
    def schemes(self) -> tuple[str, ...]:
        """The kinds of identifiers that a publication gets, in the order of their nodes."""
        return tuple(dict.fromkeys(node.scheme for node in self.nodes if node.general))

    def prefixes(self, scheme: str) -> frozenset[str]:
        return frozenset(node.prefix for node in self.nodes if node.scheme == scheme)

    def node_for(self, scheme: str, origin: MintingContext) -> RegistrationAccount:
        """The node of the community, else of an institution, else the general one; raises `KeyError`."""
        chosen = [node for node in self.nodes if node.scheme == scheme]
        by_community = (node for node in chosen if origin.community in node.communities)
        by_institution = (node for node in chosen if node.institutions & origin.institutions)
        general = (node for node in chosen if node.general)
        for candidates in (by_community, by_institution, general):
            if node := next(candidates, None):
                return node
        raise KeyError(scheme)

    def minted(self, node: RegistrationAccount, origin: MintingContext, number: int) -> str:
        """The identifier that `node` gives to record or concept `number`."""
        pattern = self.suffixes.get(origin.community or "", SUFFIX)
        code = self.type_codes.get(origin.resource_type, SCIENTIFIC_DATA)
        return node.minted(pattern.format(series=node.series, number=number), code)


def local_accounts(
    doi_prefix: str, cstr_prefix: str, series: str, type_codes: Mapping[str, str]
) -> RegistrationAccounts:
    """The nodes of an installation with one account of each kind, named after their schemes."""
    nodes = (
        RegistrationAccount("doi", "doi", doi_prefix, series),
        RegistrationAccount("cstr", "cstr", cstr_prefix, series),
    )
    return RegistrationAccounts(nodes, type_codes=type_codes)


def bare_rors(identifiers: Iterable[str]) -> frozenset[str]:
    """ROR ids without their address, as nodes name institutions."""
    return frozenset(each.removeprefix("https://ror.org/").lower() for each in identifiers)
