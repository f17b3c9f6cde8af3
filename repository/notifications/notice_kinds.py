"""The table of kinds.  A further kind is a further entry here, with its words in both languages."""

from collections.abc import Iterator, Mapping, Sequence

from repository.core.facts import Fact
from repository.feature import Reaction, after
from repository.notifications.account_kinds import ACCOUNT_KINDS
from repository.notifications.account_links import LINK_KIND
from repository.notifications.dataset_kinds import DATASET_KINDS
from repository.notifications.notice_kind import NoticeKind, Occasion
from repository.notifications.request_kinds import GUEST_KINDS
from repository.notifications.site_kinds import SITE_KINDS

KINDS: Mapping[str, NoticeKind] = {
    kind.name: kind for kind in (*ACCOUNT_KINDS, LINK_KIND, *DATASET_KINDS, *GUEST_KINDS, *SITE_KINDS)
}
MUTABLE: Sequence[str] = [name for name, kind in KINDS.items() if kind.may_be_muted]
UNLISTED: Sequence[str] = [name for name, kind in KINDS.items() if not kind.listed]


def job_after(fact: type[Fact]) -> str:
    """Return the name of the job that tells people of a fact; each fact has its own."""
    return f"notify_{fact.__name__}"[:40]


def facts_told() -> Sequence[type[Fact]]:
    """Return the facts after which somebody is told something."""
    return list(dict.fromkeys(occasion.fact for kind in KINDS.values() for occasion in kind.occasions))


def occasions_of(fact: type[Fact]) -> Iterator[tuple[NoticeKind, Occasion[Fact]]]:
    """Yield the kinds that a fact makes."""
    for kind in KINDS.values():
        for occasion in kind.occasions:
            if occasion.fact is fact:
                yield kind, occasion


def notice_reactions() -> Iterator[Reaction[Fact]]:
    """Yield a reaction for each fact of the table."""
    for fact in facts_told():
        yield from after(fact, start=job_after(fact))
