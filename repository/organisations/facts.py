"""What happens to the list of organisations."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class OrganisationsRefreshed(Fact):
    """The list of organisations was taken from a dump of ROR; `changed` counts those that were new or another."""

    list_id: int
    version: str = ""
    organisations: int = 0
    changed: int = 0

    words = FactPhrase("refreshed the list of organisations: {version}", "更新机构列表：{version}")
