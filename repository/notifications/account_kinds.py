"""What people are told of their accounts.  What concerns safety cannot be muted and tells the person's own acts too."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from typing import Any

from repository.core.facts import Fact
from repository.core.unit_of_work import Snapshot
from repository.notifications.model import Notice
from repository.notifications.notice_kind import NoticeKind, Occasion, Told
from repository.notifications.wording import NoticeWords, Pair
from repository.people.facts import (
    AuthenticatorAdded,
    AuthenticatorRemoved,
    EmailChanged,
    PasswordChanged,
    RecoveryCodeUsed,
    TokenExpiresSoon,
)
from repository.people.identity_facts import IdentityLinked, IdentityUnlinked
from repository.people.identity_queries import identities_of
from repository.people.model import AccessToken, Person

_NOT_YOU = Pair(
    "If this was not you, set a new password at once and tell the administrators of the site.",
    "如果这不是您本人的操作，请立即重设密码，并告知本站管理员。",
)


def person_of(name: str = "") -> Callable[[Snapshot, Fact], Iterable[Told]]:
    """Return a function that tells the person in a field of a fact; its subject if `name` is empty."""

    def whom(_snapshot: Snapshot, fact: Fact) -> Iterable[Told]:
        person_id = getattr(fact, name or fields(fact)[0].name)
        return [Told(person_id, fact.subject)] if person_id else []

    return whom


def person_with_another_way(snapshot: Snapshot, fact: IdentityLinked) -> Iterable[Told]:
    """Tell a person of an identity, unless it is the only way into the account."""
    person = snapshot.session.get(Person, fact.person_id)
    if person is None:
        return []
    is_first = person.password_hash is None and len(identities_of(snapshot, person.id)) <= 1
    return [] if is_first else [Told(person.id, fact.subject)]


def token_values(snapshot: Snapshot, notice: Notice) -> Mapping[str, Any]:
    """Return the name and the last day of a token."""
    token = snapshot.session.get(AccessToken, notice.subject)
    if token is None or token.expires is None:
        return {}
    return {"token": token.name or f"#{token.id}", "expires": token.expires.date().isoformat()}


_CHANGES = (EmailChanged, AuthenticatorRemoved, RecoveryCodeUsed, IdentityUnlinked)
ACCOUNT_KINDS = (
    NoticeKind(
        "password_changed",
        NoticeWords(
            Pair("Your password was changed", "您的密码已更改"),
            [
                Pair("The password of your account at {{ site }} was changed.", "您在{{ site }}的账户密码已更改。"),
                _NOT_YOU,
            ],
        ),
        [Occasion(PasswordChanged, person_of())],
        may_be_muted=False,
        own_acts=True,
        path=lambda _notice: "/",
    ),
    NoticeKind(
        "sign_in_method_added",
        NoticeWords(
            Pair("There is a new way to sign in to your account", "您的账户新增了一种登录方式"),
            [
                Pair(
                    "Your account at {{ site }} can be entered in a new way.",
                    "您在{{ site }}的账户新增了一种登录方式。",
                ),
                _NOT_YOU,
            ],
        ),
        [Occasion(AuthenticatorAdded, person_of()), Occasion(IdentityLinked, person_with_another_way)],
        may_be_muted=False,
        own_acts=True,
        path=lambda _notice: "/",
    ),
    NoticeKind(
        "sign_in_changed",
        NoticeWords(
            Pair("How you sign in was changed", "您的登录方式已更改"),
            [
                Pair(
                    "The address, the authenticator, a recovery code or a linked identity of your account at {{ site }}"
                    " changed or was used.",
                    "您在{{ site }}的账户的地址、两步验证、恢复码或关联身份已被更改或使用。",
                ),
                _NOT_YOU,
            ],
        ),
        [Occasion(fact, person_of()) for fact in _CHANGES],
        may_be_muted=False,
        own_acts=True,
        path=lambda _notice: "/",
    ),
    NoticeKind(
        "token_expires",
        NoticeWords(
            Pair("An access token ends soon", "访问令牌即将到期"),
            [
                Pair(
                    "Your access token “{{ token }}” at {{ site }} ends on {{ expires }}; programs that use it stop.",
                    "您在{{ site }}的访问令牌“{{ token }}”将于 {{ expires }} 到期，届时使用它的程序将停止工作。",
                ),
                Pair("Make a new one in time and put it in the old one's place.", "请及时创建新的令牌并替换旧令牌。"),
            ],
        ),
        [Occasion(TokenExpiresSoon, person_of("person_id"))],
        own_acts=True,
        values=token_values,
        path=lambda _notice: "/",
    ),
)
