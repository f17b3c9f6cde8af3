"""What people, and guests, are told of requests for access and of offers of ownership."""

from collections.abc import Callable, Iterable

from repository.access.principals import SubjectKind
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.notifications.model import Notice
from repository.notifications.notice_kind import MailRecipient, NoticeKind, Occasion, OwnLetter, Told, guest
from repository.notifications.readers import members_of, people_responsible
from repository.notifications.wording import NoticeWords, Pair
from repository.sharing.ownership.facts import OfferFact, OwnershipMoved
from repository.sharing.requests.facts import (
    AccessDeclined,
    AccessGranted,
    AccessRequested,
    GuestRequestBegun,
    RequestFact,
)
from repository.sharing.requests.guest_access import issue_guest_access
from repository.sharing.requests.guest_links import issue_guest_link
from repository.sharing.requests.guest_status import issue_guest_status
from repository.sharing.requests.model import AccessRequest

ACCESS = "/access-requests/confirm/"
"""The page where a guest proves an address; logs have the rule of its address alone."""
STATUS = "/access-requests/status/"
"""The page where a guest follows the request."""
REQUEST = "/access-requests/{id}"
"""The page of a request, for who asked and for those who decide."""
SHARED = "/records/{record_id}?token={secret}"


def request_page(notice: Notice) -> str:
    """Return the path of the request that a notice is about."""
    return REQUEST.format(id=notice.subject)


def deciders(snapshot: Snapshot, fact: AccessRequested) -> Iterable[Told]:
    """Tell those who own or manage the dataset, who decide."""
    concept_id = fact.concept_id or 0
    return [Told(person, fact.request_id, concept_id) for person in people_responsible(snapshot, concept_id)]


def asker(_snapshot: Snapshot, fact: RequestFact) -> Iterable[Told]:
    """Tell the person who asked."""
    return [Told(fact.person_id, fact.request_id, fact.concept_id)] if fact.person_id else []


def guest_who_asked(_snapshot: Snapshot, fact: RequestFact) -> Iterable[Told]:
    """Tell a guest who asked."""
    return [] if fact.person_id else [guest(fact.request_id)]


def receivers(snapshot: Snapshot, fact: OfferFact) -> Iterable[Told]:
    """Tell the person, or the members of the team, that is offered a dataset."""
    people = _people(snapshot, fact.receiver_kind, fact.receiver_id)
    return [Told(person, fact.offer_id, fact.concept_id) for person in people]


def owners_before_and_after(snapshot: Snapshot, fact: OwnershipMoved) -> Iterable[Told]:
    """Tell those who owned a dataset, and those who own it now."""
    people = [
        *_people(snapshot, fact.before_kind, fact.before_id),
        *_people(snapshot, fact.after_kind, fact.after_id),
    ]
    return [Told(person, fact.concept_id, fact.concept_id) for person in dict.fromkeys(people)]


def _people(snapshot: Snapshot, kind: str, subject_id: int | None) -> Iterable[int]:
    if subject_id is None:
        return []
    if kind == SubjectKind.TEAM:
        return members_of(snapshot, subject_id)
    return [subject_id] if kind == SubjectKind.PERSON else []


def guest_letter(
    words: NoticeWords, path_of: Callable[[UnitOfWork, AccessRequest], str | None]
) -> Callable[[UnitOfWork, Notice], OwnLetter | None]:
    """Return a function that writes to the guest of a request; no letter where `path_of` finds nothing to send."""

    def letter(unit: UnitOfWork, notice: Notice) -> OwnLetter | None:
        request = unit.session.get(AccessRequest, notice.subject)
        path = path_of(unit, request) if request is not None else None
        if request is None or not request.email or path is None:
            return None
        return OwnLetter(MailRecipient(request.email, request.full_name or ""), words, path)

    return letter


def _proof(unit: UnitOfWork, request: AccessRequest) -> str | None:
    secret = issue_guest_link(unit, request.id)
    return f"{ACCESS}{secret}" if secret else None


def _access(unit: UnitOfWork, request: AccessRequest) -> str | None:
    secret = issue_guest_access(unit, request.id)
    return SHARED.format(record_id=request.record_id, secret=secret) if secret else None


def _status(unit: UnitOfWork, request: AccessRequest) -> str | None:
    secret = issue_guest_status(unit, request.id)
    return f"{STATUS}{secret}" if secret else None


_WAITS = NoticeWords(
    Pair("Your request for access waits for a decision", "您的访问申请正在等待处理"),
    [
        Pair(
            "Your request for access to a dataset at {{ site }} was passed on to those who decide.",
            "您在{{ site }}提交的访问申请已转交数据集的负责人处理。",
        ),
        Pair(
            "The link shows where it stands and what was answered, and takes it back. It is for you alone.",
            "通过该链接可查看申请的进展与答复，也可撤回申请。该链接仅供您本人使用。",
        ),
    ],
    Pair("See the request", "查看申请"),
)
_PROVE = NoticeWords(
    Pair("Confirm your request for access", "请确认您的访问申请"),
    [
        Pair(
            "Somebody asked with this address for the files of a dataset at {{ site }}.",
            "有人使用此地址在{{ site }}申请访问一个数据集的文件。",
        ),
        Pair(
            "The link works once, within a day. Until then nobody sees the request.",
            "该链接一天内有效，仅可使用一次。在此之前没有人会看到该申请。",
        ),
        Pair("If it was not you, do nothing.", "如果不是您本人的操作，请忽略本邮件。"),
    ],
    Pair("Confirm the request", "确认申请"),
)
_MAY_READ = NoticeWords(
    Pair("You may have the files that you asked for", "您的访问申请已获批准"),
    [
        Pair(
            "Your request for access to a dataset at {{ site }} was granted. The link is for you alone.",
            "您在{{ site }}提交的访问申请已获批准。该链接仅供您本人使用。",
        )
    ],
)
_DECLINED = NoticeWords(
    Pair("Your request for access was declined", "您的访问申请未获批准"),
    [
        Pair(
            "Your request for access to a dataset at {{ site }} was declined.",
            "您在{{ site }}提交的访问申请未获批准。",
        ),
        Pair("The link in our former message shows why.", "可通过我们上一封邮件中的链接查看原因。"),
    ],
)

GUEST_KINDS = (
    NoticeKind(
        "guest_address",
        _PROVE,
        [Occasion(GuestRequestBegun, guest_who_asked)],
        may_be_muted=False,
        letter=guest_letter(_PROVE, _proof),
        listed=False,
    ),
    NoticeKind(
        "guest_waits",
        _WAITS,
        [Occasion(AccessRequested, guest_who_asked)],
        may_be_muted=False,
        letter=guest_letter(_WAITS, _status),
        listed=False,
    ),
    NoticeKind(
        "guest_access",
        _MAY_READ,
        [Occasion(AccessGranted, guest_who_asked)],
        may_be_muted=False,
        letter=guest_letter(_MAY_READ, _access),
        listed=False,
    ),
    NoticeKind(
        "guest_declined",
        _DECLINED,
        [Occasion(AccessDeclined, guest_who_asked)],
        may_be_muted=False,
        letter=guest_letter(_DECLINED, lambda _unit, _request: ""),
        listed=False,
    ),
)
