"""What happens to accounts."""

from collections.abc import Sequence
from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class PersonRegistered(Fact):
    """A person got an account."""

    person_id: int

    words = FactPhrase("registered a person", "注册用户")


@dataclass(frozen=True, slots=True)
class PersonSuspended(Fact):
    """A person's account was suspended, and all its tokens, sessions and links with it; `reason` says why."""

    person_id: int
    reason: str = ""

    words = FactPhrase("suspended a person: {reason}", "停用用户：{reason}")


@dataclass(frozen=True, slots=True)
class PersonActivated(Fact):
    """A suspended account, and its tokens, are valid again; `reason` says why."""

    person_id: int
    reason: str = ""

    words = FactPhrase("activated a person: {reason}", "启用用户：{reason}")


@dataclass(frozen=True, slots=True)
class RoleChanged(Fact):
    """A person got another role; `before` is empty where an earlier release told it."""

    person_id: int
    role: str = ""
    reason: str = ""
    before: str = ""

    words = FactPhrase("gave a person the role {role}", "将用户的角色改为 {role}")


@dataclass(frozen=True, slots=True)
class ProfileChanged(Fact):
    """A person changed what they say of themselves or prefer; `fields` are the names of what changed."""

    person_id: int
    fields: Sequence[str] = ()

    words = FactPhrase("changed their profile", "修改个人资料")


@dataclass(frozen=True, slots=True)
class QuotaChanged(Fact):
    """A person got limits of drafts of their own: None for those of the site, 0 for none.

    `drafts_before` and `bytes_before` are what they had.
    """

    person_id: int
    drafts: int | None = None
    bytes: int | None = None
    reason: str = ""
    drafts_before: int | None = None
    bytes_before: int | None = None

    words = FactPhrase("changed a person's limits of drafts", "更改用户的草稿限额")


@dataclass(frozen=True, slots=True)
class AccountMerged(Fact):
    """An account was closed, and everything goes to another one of the same person."""

    person_id: int
    into_id: int | None = None
    reason: str = ""

    words = FactPhrase("merged an account into that of person {into_id}", "将账户合并到用户 {into_id}")


@dataclass(frozen=True, slots=True)
class ErasureBegun(Fact):
    """An account was closed for ever; datasets go to the receiver, or `discards` says that drafts are thrown away."""

    person_id: int
    receiver_id: int | None = None
    discards: bool = False
    reason: str = ""

    words = FactPhrase("began to erase an account", "开始注销账户")


@dataclass(frozen=True, slots=True)
class AccountErased(Fact):
    """What was kept of a person is gone, but for the number."""

    person_id: int

    words = FactPhrase("erased an account", "注销账户")


@dataclass(frozen=True, slots=True)
class ExportRequested(Fact):
    """A person asked for everything that is kept of them."""

    person_id: int

    words = FactPhrase("asked for an export of their data", "请求导出个人数据")


@dataclass(frozen=True, slots=True)
class PasswordChanged(Fact):
    """A person got another password."""

    person_id: int

    words = FactPhrase("changed a person's password", "更改用户的密码")


@dataclass(frozen=True, slots=True)
class SignInsFailed(Fact):
    """Tries to sign in as a person failed, from one address.  The person is 0 for a name that nobody has.

    Tries are folded: a fact tells the first one of a quarter of an hour, one that a limit was reached, and one the sum.
    """

    person_id: int
    address: str = ""
    tries: int = 1

    words = FactPhrase(
        "was refused as person {person_id}, from {address}, tries: {tries}",
        "以用户 {person_id} 的身份登录失败，来自 {address}，次数：{tries}",
    )


@dataclass(frozen=True, slots=True)
class WrongTokensRefused(Fact):
    """So many wrong tokens came from one address; the subject is always 0."""

    person_id: int
    address: str = ""
    tries: int = 1

    words = FactPhrase(
        "was refused because of wrong tokens, from {address}, tries: {tries}",
        "因令牌有误被拒绝，来自 {address}，次数：{tries}",
    )


@dataclass(frozen=True, slots=True)
class TokenIssued(Fact):
    """A person got an access token with these scopes, for one dataset if `limited_to` is its concept's id."""

    token_id: int
    person_id: int | None = None
    scopes: Sequence[str] = ()
    limited_to: int | None = None

    words = FactPhrase("issued an access token", "签发访问令牌")


@dataclass(frozen=True, slots=True)
class TokenExpiresSoon(Fact):
    """An access token has few days left; this is told once."""

    token_id: int
    person_id: int | None = None

    words = FactPhrase("was told that an access token expires soon", "获知访问令牌即将过期")


@dataclass(frozen=True, slots=True)
class TokenRevoked(Fact):
    """An access token was revoked."""

    token_id: int

    words = FactPhrase("revoked an access token", "撤销访问令牌")


@dataclass(frozen=True, slots=True)
class SessionBegun(Fact):
    """A person signed in with a browser."""

    session_id: int
    person_id: int | None = None

    words = FactPhrase("signed in", "登录")


@dataclass(frozen=True, slots=True)
class SessionEnded(Fact):
    """A session of a person was ended: signed out, or from elsewhere."""

    session_id: int
    person_id: int | None = None

    words = FactPhrase("ended a session", "结束一个会话")


@dataclass(frozen=True, slots=True)
class SessionsEnded(Fact):
    """So many sessions of a person were ended at once."""

    person_id: int
    sessions: int = 0

    words = FactPhrase("ended {sessions} sessions", "结束 {sessions} 个会话")


@dataclass(frozen=True, slots=True)
class EmailVerificationAsked(Fact):
    """Somebody signed up; the subject is a link, which leads to its address (`people.link_letters`)."""

    link_id: int

    words = FactPhrase("signed up", "注册")


@dataclass(frozen=True, slots=True)
class PasswordResetAsked(Fact):
    """Somebody forgot a password, of an address that may be no person's; the subject is a link."""

    link_id: int

    words = FactPhrase("asked for a new password", "申请重设密码")


@dataclass(frozen=True, slots=True)
class InvitationAsked(Fact):
    """Somebody was invited to make an account; the subject is a link."""

    link_id: int

    words = FactPhrase("invited somebody", "邀请他人注册")


@dataclass(frozen=True, slots=True)
class EmailChangeAsked(Fact):
    """A person wants another address; the subject is a link to it."""

    link_id: int
    person_id: int | None = None

    words = FactPhrase("asked for another address", "申请更改电子邮件地址")


@dataclass(frozen=True, slots=True)
class EmailChanged(Fact):
    """A person has another address."""

    person_id: int

    words = FactPhrase("changed the address", "更改电子邮件地址")


@dataclass(frozen=True, slots=True)
class AddressLeft(Fact):
    """An address is a person's no more, and is told so; the row of a link keeps it until then."""

    link_id: int
    person_id: int | None = None

    words = FactPhrase("left an address", "停用原电子邮件地址")


@dataclass(frozen=True, slots=True)
class AuthenticatorAdded(Fact):
    """A person signs in with codes of an authenticator from now on."""

    person_id: int

    words = FactPhrase("added an authenticator", "启用两步验证")


@dataclass(frozen=True, slots=True)
class AuthenticatorRemoved(Fact):
    """A person signs in without codes from now on."""

    person_id: int

    words = FactPhrase("removed the authenticator", "停用两步验证")


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed(Fact):
    """A person signed in with a recovery code; so many are left."""

    person_id: int
    left: int = 0

    words = FactPhrase("used a recovery code, left: {left}", "使用恢复码，剩余：{left}")
