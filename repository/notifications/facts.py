"""What happens to notices."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class NoticeDue(Fact):
    """Somebody is told something by mail."""

    notice_id: int
    person_id: int | None = None
    notice: str = ""

    words = FactPhrase("has something to tell: {notice}", "有通知待发送：{notice}")


@dataclass(frozen=True, slots=True)
class DigestDue(Fact):
    """The day's notices of a person are told by mail."""

    person_id: int

    words = FactPhrase("gathered the notices of a day", "汇总一天的通知")


@dataclass(frozen=True, slots=True)
class AddressBounced(Fact):
    """The address of a person takes no mail; it gets no more until it is changed."""

    notice_id: int
    person_id: int | None = None

    words = FactPhrase("learnt that an address takes no mail", "得知某地址无法接收邮件")


@dataclass(frozen=True, slots=True)
class NoticeSentAgain(Fact):
    """An operator wants a notice sent again."""

    notice_id: int

    words = FactPhrase("sent a notice again", "重新发送通知")


@dataclass(frozen=True, slots=True)
class NoticesMuted(Fact):
    """A person said what they want to be told by mail."""

    person_id: int

    words = FactPhrase("chose what to be told by mail", "更改邮件通知设置")
