"""What happens to requests for access."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class RequestSettingsChanged(Fact):
    """A dataset takes other requests for access than before, or on other conditions."""

    concept_id: int

    words = FactPhrase("changed who may ask for access", "更改访问申请设置")


@dataclass(frozen=True, slots=True)
class RequestFact(Fact):
    """Something happened to a request; `person_id` is who asked, None for a guest."""

    request_id: int
    concept_id: int | None = None
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class GuestRequestBegun(RequestFact):
    """A guest asks for access, and has to prove the address by a link (`guest_links.issue_guest_link`)."""

    words = FactPhrase("began to ask for access as a guest", "以访客身份开始申请访问")


@dataclass(frozen=True, slots=True)
class AccessRequested(RequestFact):
    """A request waits for a decision."""

    words = FactPhrase("asked for access", "申请访问")


@dataclass(frozen=True, slots=True)
class AccessGranted(RequestFact):
    """A request was granted; `until` is when access ends, None for never."""

    until: str | None = None

    words = FactPhrase("granted access {until}", "同意访问申请 {until}")


@dataclass(frozen=True, slots=True)
class AccessDeclined(RequestFact):
    """A request was declined."""

    words = FactPhrase("declined to give access", "拒绝访问申请")


@dataclass(frozen=True, slots=True)
class AccessRequestCancelled(RequestFact):
    """Who asked took the request back."""

    words = FactPhrase("took the request for access back", "撤回访问申请")


@dataclass(frozen=True, slots=True)
class AccessRequestExpired(RequestFact):
    """Nobody proved the address, or nobody decided, in time."""

    words = FactPhrase("let a request for access expire", "访问申请已过期")


@dataclass(frozen=True, slots=True)
class AccessEnded(RequestFact):
    """Access that a request gave is over: its time has come, or it was taken away."""

    words = FactPhrase("ended access that was asked for", "申请所得的访问权限已终止")
