"""Mail notices one by one: what a letter says and whom it reaches is decided when it is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from repository.core.actor import SYSTEM
from repository.core.site import Site
from repository.core.unit_of_work import UnitOfWork
from repository.engines.mail.letters import Letter
from repository.engines.services import Services
from repository.notifications.delivery import BOUNCED_BEFORE, DueLetter, deliver, has_bounced
from repository.notifications.model import GUEST, MailState, Notice
from repository.notifications.notice_kind import MailRecipient, NoticeKind, OwnLetter
from repository.notifications.notice_kinds import KINDS
from repository.notifications.readers import mail_recipient, reader_of
from repository.notifications.rules import is_too_late
from repository.notifications.shown_notices import shown_notices
from repository.notifications.unsubscribing import unsubscribe_address
from repository.notifications.wording import Pair, ToldNotice, letter_html, told_notice
from repository.people.model import Person

_WHY: Mapping[bool, Pair] = {
    True: Pair(
        "You can mute such messages, or have them once a day, in your preferences. This address stops them at once:",
        "您可以在偏好设置中关闭此类邮件，或改为每天汇总一次。打开以下地址可立即停止接收：",
    ),
    False: Pair("This message concerns your account and cannot be muted.", "此邮件涉及您的账户，无法关闭。"),
}


def send_notices(services: Services, notice_ids: Sequence[int]) -> None:
    """Mail each notice that waits; raise `Unavailable` at the first that must be tried again later."""
    for notice_id in notice_ids:
        with services.database.transaction(SYSTEM) as unit:
            due = _due_letter(unit, services.site, notice_id)
        if due is not None:
            deliver(services, due)


def _due_letter(unit: UnitOfWork, site: Site, notice_id: int) -> DueLetter | None:
    """Return the letter of a notice that waits, or settle the notice if none may be sent."""
    notice = unit.session.get(Notice, notice_id, with_for_update=True)
    kind = KINDS.get(notice.kind) if notice else None
    if notice is None or kind is None or notice.state != MailState.WAITING:
        return None
    draft = None if is_too_late(notice.created, kind.valid_for, unit.now) else _draft(unit, site, notice, kind)
    if draft is None:
        notice.state = MailState.VOID.value
        return None
    if has_bounced(unit, draft.recipient.address):
        notice.state, notice.answer = MailState.BOUNCED.value, BOUNCED_BEFORE
        return None
    is_mutable = kind.may_be_muted and notice.person_id != GUEST
    stop = unsubscribe_address(unit, site, notice.person_id, kind.name) if is_mutable else ""
    reference = f"notice-{notice.id}.{notice.created:%Y%m%d%H%M%S}"
    return DueLetter(letter_of(unit, site, draft.recipient, draft.texts, reference, stop), [notice.id])


@dataclass(frozen=True, slots=True)
class _LetterDraft:
    recipient: MailRecipient
    texts: Sequence[ToldNotice]


def _draft(unit: UnitOfWork, site: Site, notice: Notice, kind: NoticeKind) -> _LetterDraft | None:
    """Return address and words; None for who is gone or suspended, or may not know of it any more."""
    if kind.letter is not None:
        own = kind.letter(unit, notice)
        return _own_draft(site, own) if own else None
    person = unit.session.get(Person, notice.person_id)
    if person is None or not person.active:
        return None
    recipient = mail_recipient(unit, person)
    shown = shown_notices(unit, site, reader_of(unit, person), [notice], recipient.languages)
    return None if shown[0].hidden else _LetterDraft(recipient, list(shown[0].texts.values()))


def _own_draft(site: Site, own: OwnLetter) -> _LetterDraft:
    link = site.page(own.path) if own.path else ""
    values = {"site": site.name}
    texts = [told_notice(own.words, values, language, link) for language in own.recipient.languages]
    return _LetterDraft(own.recipient, texts)


def letter_of(
    unit: UnitOfWork, site: Site, recipient: MailRecipient, texts: Sequence[ToldNotice], reference: str, stop: str = ""
) -> Letter:
    """Return the letter with these notices; `stop` is the address that ends such mail, empty if nothing may."""
    languages = tuple(dict.fromkeys(one.language for one in texts))
    why = _WHY[bool(stop)]
    footer = [[f"{site.name} · {site.base_url}"], *([why.text(language)] for language in languages)]
    footer += [[stop]] if stop else []
    plain = [f"{one.title}\n\n{one.plain}" for one in texts]
    return Letter(
        recipient=recipient.address,
        recipient_name=recipient.name,
        subject=" / ".join(dict.fromkeys(one.title for one in texts)),
        plain="\n\n---\n\n".join([*plain, "\n".join(text for texts in footer for text in texts)]) + "\n",
        html=letter_html(texts, footer),
        reference=reference,
        date=unit.now,
        languages=languages,
        unsubscribe=stop,
    )
