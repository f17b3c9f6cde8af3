"""Notices as their reader may see them now: titles are read anew, with the rights of this moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.core.actor import Actor
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot
from repository.notifications.dataset_sight import DatasetSight, dataset_sights
from repository.notifications.model import Notice
from repository.notifications.notice_kind import NoticeKind
from repository.notifications.notice_kinds import KINDS
from repository.notifications.wording import NoticeWords, Pair, ToldNotice, told_notice

_HIDDEN = NoticeWords(
    Pair("About a dataset that you may no longer see", "有关您已无权查看的数据集"),
    [
        Pair(
            "This was about a dataset that you may not read any more.",
            "此通知涉及一个您已无权查看的数据集。",
        )
    ],
)


@dataclass(frozen=True, slots=True)
class ShownNotice:
    """A notice with its words by language; `hidden` if its reader may know no more of it."""

    notice: Notice
    kind: NoticeKind
    texts: Mapping[str, ToldNotice]
    hidden: bool = False


def shown_notices(
    snapshot: Snapshot, site: Site, reader: Actor, notices: Sequence[Notice], languages: Sequence[str]
) -> list[ShownNotice]:
    """Return the notices whose kind this release knows, in their order, with as many statements as for one."""
    about = {notice.concept_id for notice in notices if notice.concept_id is not None}
    sights = dataset_sights(snapshot, reader, about) if about else {}
    return [
        _shown(snapshot, site, notice, KINDS[notice.kind], sights, languages)
        for notice in notices
        if notice.kind in KINDS
    ]


def _shown(
    snapshot: Snapshot,
    site: Site,
    notice: Notice,
    kind: NoticeKind,
    sights: Mapping[int, DatasetSight],
    languages: Sequence[str],
) -> ShownNotice:
    sight = sights.get(notice.concept_id) if notice.concept_id is not None else None
    hidden = notice.concept_id is not None and sight is None and kind.needs_sight
    words = _HIDDEN if hidden else kind.words
    link = "" if hidden else _link(site, kind, notice, sight)
    values = {} if hidden else _values(snapshot, site, notice, kind, sight)
    texts = {language: told_notice(words, values, language, link) for language in languages}
    return ShownNotice(notice, kind, texts, hidden)


def _values(
    snapshot: Snapshot, site: Site, notice: Notice, kind: NoticeKind, sight: DatasetSight | None
) -> Mapping[str, Any]:
    title = sight.title if sight else f"#{notice.concept_id}"
    details = {name: value for name, value in notice.details.items() if value is not None}
    return {"site": site.name, "subject": notice.subject, "title": title, **details, **kind.values(snapshot, notice)}


def _link(site: Site, kind: NoticeKind, notice: Notice, sight: DatasetSight | None) -> str:
    path = kind.path(notice) if kind.path else sight.path if sight else ""
    return site.page(path) if path else ""
