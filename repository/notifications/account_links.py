"""Letters with links of one use: what each says, and where its link leads.  Its secret is made with the mail."""

from collections.abc import Mapping
from datetime import timedelta

from repository.core.unit_of_work import UnitOfWork
from repository.notifications.model import Notice
from repository.notifications.notice_kind import MailRecipient, NoticeKind, Occasion, OwnLetter, guest
from repository.notifications.wording import NoticeWords, Pair
from repository.people.facts import (
    AddressLeft,
    EmailChangeAsked,
    EmailVerificationAsked,
    InvitationAsked,
    PasswordResetAsked,
)
from repository.people.link_letters import LetterKind, link_letter

_NOT_ASKED = Pair(
    "If you did not ask for this, do nothing: nothing changes.", "如果您没有提出此请求，请忽略本邮件，不会有任何变化。"
)
_ONCE = Pair("The link works once, within 30 minutes.", "该链接仅可使用一次，30 分钟内有效。")
_SIGN_UP = NoticeWords(
    Pair("Confirm your address", "请确认您的电子邮件地址"),
    [
        Pair(
            "Somebody made an account at {{ site }} with this address.",
            "有人使用此地址在{{ site }}注册了账户。",
        ),
        _ONCE,
        _NOT_ASKED,
    ],
    Pair("Confirm the address", "确认地址"),
)
LINK_WORDS: Mapping[LetterKind, NoticeWords] = {
    LetterKind.SIGN_UP: _SIGN_UP,
    LetterKind.ADDRESS_KNOWN: NoticeWords(
        Pair("You have an account already", "您已有账户"),
        [
            Pair(
                "Somebody wanted an account at {{ site }} with this address, which has one already.",
                "有人试图在{{ site }}使用此地址注册或改用此地址，但该地址已有账户。",
            ),
            Pair("If it was you, sign in, or ask for a new password.", "如果是您本人，请直接登录，或申请重设密码。"),
            _NOT_ASKED,
        ],
    ),
    LetterKind.PASSWORD_RESET: NoticeWords(
        Pair("Set a new password", "重设密码"),
        [
            Pair(
                "Somebody asked for a new password for your account at {{ site }}.",
                "有人申请重设您在{{ site }}的账户密码。",
            ),
            _ONCE,
            _NOT_ASKED,
        ],
        Pair("Set the password", "设置新密码"),
    ),
    LetterKind.EMAIL_CHANGE: NoticeWords(
        Pair("Confirm your new address", "请确认您的新地址"),
        [
            Pair(
                "Somebody wants this address for their account at {{ site }}.",
                "有人希望将此地址用于其在{{ site }}的账户。",
            ),
            _ONCE,
            _NOT_ASKED,
        ],
        Pair("Confirm the address", "确认地址"),
    ),
    LetterKind.INVITATION: NoticeWords(
        Pair("You are invited to {{ site }}", "邀请您加入{{ site }}"),
        [
            Pair("You are invited to make an account at {{ site }}.", "邀请您在{{ site }}注册账户。"),
            Pair("The link works once, within 14 days.", "该链接仅可使用一次，14 天内有效。"),
        ],
        Pair("Make the account", "注册账户"),
    ),
    LetterKind.FORMER_ADDRESS: NoticeWords(
        Pair("Your account has another address", "您的账户已改用其他地址"),
        [
            Pair(
                "Your account at {{ site }} had this address. It has another one now, and messages go there.",
                "您在{{ site }}的账户原使用此地址，现已改用其他地址，今后的邮件将发往新地址。",
            ),
            Pair(
                "If this was not you, tell the administrators of the site at once.",
                "如果这不是您本人的操作，请立即告知本站管理员。",
            ),
        ],
    ),
}


_PAGES: Mapping[LetterKind, str] = {
    LetterKind.SIGN_UP: "/confirm",
    LetterKind.PASSWORD_RESET: "/reset",
    LetterKind.EMAIL_CHANGE: "/confirm-address",
    LetterKind.INVITATION: "/signup",
}
"""The page that a link leads to.

It works without scripts, and uses the secret when its button is pressed; logs have the rule of its address alone."""


def write_link_letter(unit: UnitOfWork, notice: Notice) -> OwnLetter | None:
    """Return the letter of the link that a notice is about; None if nothing is to be sent."""
    letter = link_letter(unit, notice.subject)
    if letter is None:
        return None
    path = f"{_PAGES[letter.kind]}/{letter.secret}" if letter.secret else "/login"
    return OwnLetter(MailRecipient(letter.email), LINK_WORDS[letter.kind], path)


LINK_KIND = NoticeKind(
    "account_link",
    _SIGN_UP,
    [
        Occasion(fact, lambda _snapshot, request: [guest(request.subject)])
        for fact in (EmailVerificationAsked, PasswordResetAsked, InvitationAsked, EmailChangeAsked, AddressLeft)
    ],
    may_be_muted=False,
    own_acts=True,
    letter=write_link_letter,
    listed=False,
    valid_for=timedelta(days=7),
)
