"""What administrators are told of the site."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import bindparam, exists, select

from repository.core.unit_of_work import Snapshot
from repository.files.facts import FaultFound
from repository.identifiers.facts import RegistrationOverdue
from repository.identifiers.model import Identifier, RegistrationState
from repository.notifications.notice_kind import NoticeKind, Occasion, Told
from repository.notifications.readers import administrators
from repository.notifications.wording import NoticeWords, Pair


def administrators_of_fault(snapshot: Snapshot, fact: FaultFound) -> Iterable[Told]:
    """Tell all administrators of a damaged file, by its number alone."""
    return [Told(person, fact.file_id) for person in administrators(snapshot)]


_GIVEN_UP = select(
    exists().where(
        Identifier.owner == bindparam("owner"),
        Identifier.state.in_([RegistrationState.FAILED.value, RegistrationState.CONFLICT.value]),
    )
)


def administrators_of_refusal(snapshot: Snapshot, fact: RegistrationOverdue) -> Iterable[Told]:
    """Tell all administrators of an owner whose registration is refused, not of one that is only late."""
    if not snapshot.session.scalar(_GIVEN_UP, {"owner": fact.owner_id}):
        return []
    return [Told(person, fact.owner_id) for person in administrators(snapshot)]


SITE_KINDS = (
    NoticeKind(
        "file_damaged",
        NoticeWords(
            Pair("A stored file is damaged", "存储的文件已损坏"),
            [
                Pair(
                    "A check found stored file {{ subject }} damaged. `repository files faults` says what to do.",
                    "检查发现存储的文件 {{ subject }} 已损坏。`repository files faults` 会列出该文件及处理办法。",
                )
            ],
        ),
        [Occasion(FaultFound, administrators_of_fault)],
        path=lambda _notice: "",
        own_acts=True,
        told_again=timedelta(days=7),
    ),
    NoticeKind(
        "registration_failed",
        NoticeWords(
            Pair("An identifier cannot be registered", "标识符无法注册"),
            [
                Pair(
                    "The registration of identifiers of {{ subject }} fails. `repository identifiers list` says why.",
                    "{{ subject }} 的标识符注册失败。`repository identifiers list` 会说明原因。",
                )
            ],
        ),
        [Occasion(RegistrationOverdue, administrators_of_refusal)],
        path=lambda _notice: "",
        own_acts=True,
        told_again=timedelta(days=7),
    ),
)
