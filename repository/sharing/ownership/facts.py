"""What happens to the ownership of datasets."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class OfferFact(Fact):
    """Something happened to an offer of ownership; the receiver is a subject of grants."""

    offer_id: int
    concept_id: int | None = None
    offered_by: int | None = None
    receiver_kind: str = ""
    receiver_id: int | None = None


@dataclass(frozen=True, slots=True)
class OwnershipOffered(OfferFact):
    """A dataset was offered to somebody."""

    words = FactPhrase("offered the dataset to another owner", "提议移交数据集所有权")


@dataclass(frozen=True, slots=True)
class OwnershipAccepted(OfferFact):
    """The receiver accepted, and owns the dataset."""

    words = FactPhrase("accepted the dataset", "接受数据集所有权")


@dataclass(frozen=True, slots=True)
class OwnershipDeclined(OfferFact):
    """The receiver declined."""

    words = FactPhrase("declined to own the dataset", "拒绝数据集所有权")


@dataclass(frozen=True, slots=True)
class OwnershipOfferEnded(OfferFact):
    """An offer was taken back, or nobody answered in time."""

    words = FactPhrase("ended the offer of the dataset", "终止数据集移交提议")


@dataclass(frozen=True, slots=True)
class OwnershipMoved(Fact):
    """A dataset has another owner; `before_kind` is empty if it had none.  `reason` is an administrator's."""

    concept_id: int
    before_kind: str = ""
    before_id: int | None = None
    after_kind: str = ""
    after_id: int | None = None
    reason: str = ""

    words = FactPhrase("moved the dataset to another owner {reason}", "移交数据集所有权 {reason}")
