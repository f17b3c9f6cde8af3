"""What every mailer promises: it sends one prepared message, and tells how that ended."""

from dataclasses import dataclass
from email.message import EmailMessage
from enum import StrEnum
from typing import Protocol


class DeliveryStage(StrEnum):
    """How a message ended; what may succeed later is `Unavailable` and none of these."""

    SENT = "sent"
    """the server took responsibility for it (RFC 5321, section 4.2.5)"""
    BOUNCED = "bounced"
    """the address takes no mail, and will not"""
    REFUSED = "refused"
    """this message is not taken, whoever it is for"""


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the sending ended; `answer` is what the other side said, on one line and without the address."""

    stage: DeliveryStage
    answer: str = ""


@dataclass(frozen=True, slots=True)
class PreparedMail:
    """A message with its only recipient; `sender` takes what bounces later."""

    message: EmailMessage
    sender: str
    recipient: str

    @property
    def reference(self) -> str:
        """What tells the message from others of this site: its id without our host."""
        return str(self.message["Message-ID"]).strip("<>").rpartition("@")[0]


class Mailer(Protocol):
    """Sends messages; safe in several threads and processes."""

    def send(self, mail: PreparedMail) -> Delivery:
        """Send a message once. Raise `Unavailable` for what may succeed later; it is not known then whether it left."""

    def kept(self, reference: str) -> bytes | None:
        """Return the message with this reference; None from a mailer that keeps none, or no longer has it."""

    def describe(self) -> str:
        """Return what it is and where, without secrets. Raise `Unavailable`."""

    def close(self) -> None:
        """Let go of connections."""
