"""What people are told of datasets that they own, manage, may use or asked for."""

from collections.abc import Iterable

from repository.access.principals import SubjectKind
from repository.core.unit_of_work import Snapshot
from repository.deposits.facts import DraftExpiring
from repository.notifications.notice_kind import NoticeKind, Occasion, Told
from repository.notifications.readers import members_of, people_responsible
from repository.notifications.request_kinds import (
    asker,
    deciders,
    owners_before_and_after,
    receivers,
    request_page,
)
from repository.notifications.wording import NoticeWords, Pair
from repository.publication.facts import VersionPublished
from repository.sharing.facts import GrantGiven
from repository.sharing.ownership.facts import OwnershipMoved, OwnershipOffered
from repository.sharing.requests.facts import AccessDeclined, AccessEnded, AccessGranted, AccessRequested


def people_of_version(snapshot: Snapshot, fact: VersionPublished) -> Iterable[Told]:
    """Tell those who own or manage the dataset of a version."""
    if fact.concept_id is None:
        return []
    details = {"index": fact.index}
    return [
        Told(person, fact.version_id, fact.concept_id, details)
        for person in people_responsible(snapshot, fact.concept_id)
    ]


def holders_of_grant(snapshot: Snapshot, fact: GrantGiven) -> Iterable[Told]:
    """Tell the person, or the members of the team, that got a part in a dataset.  The giver may not want it."""
    if not fact.notify or fact.subject_id is None:
        return []
    is_team = fact.subject_kind == SubjectKind.TEAM
    people = members_of(snapshot, fact.subject_id) if is_team else [fact.subject_id]
    details = {"permission": fact.permission}
    is_known = fact.subject_kind in (SubjectKind.PERSON, SubjectKind.TEAM)
    return [Told(person, fact.grant_id, fact.concept_id, details) for person in people] if is_known else []


def people_of_draft(snapshot: Snapshot, fact: DraftExpiring) -> Iterable[Told]:
    """Tell those who own or manage the dataset of a draft."""
    if fact.concept_id is None:
        return []
    people = people_responsible(snapshot, fact.concept_id)
    return [Told(person, fact.draft_id, fact.concept_id, {"days": fact.days}) for person in people]


DATASET_KINDS = (
    NoticeKind(
        "draft_expires",
        NoticeWords(
            Pair("The draft of “{{ title }}” expires", "“{{ title }}”的草稿即将过期"),
            [
                Pair(
                    "Nobody has changed the draft of the dataset “{{ title }}” for a long time. It is deleted with its"
                    " files in {{ days }} days, unless somebody changes it. Published versions stay.",
                    "数据集“{{ title }}”的草稿已长时间无人修改。若仍无人修改，草稿及其文件将在 {{ days }} 天后删除，"
                    "已发布的版本不受影响。",
                )
            ],
        ),
        [Occasion(DraftExpiring, people_of_draft)],
        path=lambda notice: f"/uploads/{notice.subject}",
    ),
    NoticeKind(
        "grant_given",
        NoticeWords(
            Pair("You may use “{{ title }}”", "您已获得“{{ title }}”的使用权限"),
            [
                Pair(
                    "Somebody gave you a part in the dataset “{{ title }}”: {{ permission }}.",
                    "有人将数据集“{{ title }}”共享给您，权限为：{{ permission }}。",
                )
            ],
        ),
        [Occasion(GrantGiven, holders_of_grant)],
    ),
    NoticeKind(
        "version_published",
        NoticeWords(
            Pair("“{{ title }}” was published", "“{{ title }}”已发布"),
            [
                Pair(
                    "Version {{ index }} of the dataset “{{ title }}”, which you own or manage, was published.",
                    "您拥有或管理的数据集“{{ title }}”的第 {{ index }} 版已发布。",
                )
            ],
        ),
        [Occasion(VersionPublished, people_of_version)],
    ),
    NoticeKind(
        "access_requested",
        NoticeWords(
            Pair("Somebody asks for the files of “{{ title }}”", "有人申请访问“{{ title }}”的文件"),
            [
                Pair(
                    "A request for access to the dataset “{{ title }}” waits for your answer.",
                    "数据集“{{ title }}”有一项访问申请等待您处理。",
                )
            ],
        ),
        [Occasion(AccessRequested, deciders)],
        path=request_page,
    ),
    NoticeKind(
        "access_granted",
        NoticeWords(
            Pair("You may have the files of “{{ title }}”", "您的访问申请已获批准：“{{ title }}”"),
            [
                Pair(
                    "Your request for access to the dataset “{{ title }}” was granted.",
                    "您对数据集“{{ title }}”的访问申请已获批准。",
                )
            ],
        ),
        [Occasion(AccessGranted, asker)],
        needs_sight=False,
    ),
    NoticeKind(
        "access_declined",
        NoticeWords(
            Pair("Your request for “{{ title }}” was declined", "您的访问申请未获批准：“{{ title }}”"),
            [
                Pair(
                    "Your request for access to the dataset “{{ title }}” was declined. Its page says why.",
                    "您对数据集“{{ title }}”的访问申请未获批准，原因见申请页面。",
                )
            ],
        ),
        [Occasion(AccessDeclined, asker)],
        needs_sight=False,
        path=request_page,
    ),
    NoticeKind(
        "access_ended",
        NoticeWords(
            Pair("Your access to “{{ title }}” has ended", "您对“{{ title }}”的访问权限已结束"),
            [Pair("Your access to the dataset “{{ title }}” has ended.", "您对数据集“{{ title }}”的访问权限已结束。")],
        ),
        [Occasion(AccessEnded, asker)],
        needs_sight=False,
        path=request_page,
    ),
    NoticeKind(
        "ownership_offered",
        NoticeWords(
            Pair("Somebody wants to hand “{{ title }}” over to you", "有人希望将“{{ title }}”移交给您"),
            [
                Pair(
                    "You are asked to become the owner of the dataset “{{ title }}”. Nothing changes until you accept.",
                    "有人请您成为数据集“{{ title }}”的所有者，在您接受之前不会有任何变化。",
                )
            ],
        ),
        [Occasion(OwnershipOffered, receivers)],
        needs_sight=False,
        path=lambda _notice: "/me/ownership-offers",
    ),
    NoticeKind(
        "ownership_moved",
        NoticeWords(
            Pair("“{{ title }}” has another owner", "“{{ title }}”的所有者已变更"),
            [Pair("The dataset “{{ title }}” has another owner.", "数据集“{{ title }}”的所有者已变更。")],
        ),
        [Occasion(OwnershipMoved, owners_before_and_after)],
        needs_sight=False,
    ),
)
