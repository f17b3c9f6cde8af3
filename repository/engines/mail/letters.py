"""From words to a message: RFC 5322 with a plain text and the same as HTML (RFC 2046, section 5.1.4)."""

from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import BaseHeader, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, Policy

from repository.engines.mail.mail_addresses import header_text, mail_address
from repository.engines.mail.port import PreparedMail

_UNSUBSCRIBE = "List-Unsubscribe=One-Click"


class _OneLine(UnstructuredHeader, BaseHeader):
    """A value that machines read: it is neither folded nor encoded, however long a word in it is."""

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
for _name in ("list-unsubscribe", "message-id"):
    _HEADERS.map_to_type(_name, _OneLine)
_PLAIN, _INTERNATIONAL = SMTP.clone(header_factory=_HEADERS), SMTPUTF8.clone(header_factory=_HEADERS)


@dataclass(frozen=True, slots=True)
class MailSender:
    """Who writes: `name` and `address` as people see them; `host` makes ids of messages unique in the world."""

    name: str
    address: str
    host: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody is told, in words; `reference` makes the id of the message and is the same at each sending.

    `unsubscribe` is the address that a mail program posts to when its user wants no more of the kind, empty if that is
    not offered.
    """

    recipient: str
    subject: str
    plain: str
    html: str
    reference: str
    date: datetime
    languages: tuple[str, ...] = ("en",)
    recipient_name: str = ""
    unsubscribe: str = ""


def prepare_letter(letter: Letter, sender: MailSender) -> PreparedMail:
    """Return the message to send; raise `ValueError` if no message can be sent to the recipient."""
    writer, reader = mail_address(sender.address, sender.name), mail_address(letter.recipient, letter.recipient_name)
    message = EmailMessage(policy=_PLAIN if reader.addr_spec.isascii() else _INTERNATIONAL)
    message["From"], message["To"] = writer, reader
    message["Subject"] = header_text(letter.subject)
    message["Date"] = letter.date
    message["Message-ID"] = f"<{letter.reference}@{sender.host}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834, section 5: nothing answers it by itself
    if letter.unsubscribe:
        message["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        message["List-Unsubscribe-Post"] = _UNSUBSCRIBE  # RFC 8058, section 3.1
    message.set_content(letter.plain, cte="quoted-printable")
    message.add_alternative(letter.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = ", ".join(letter.languages)  # last: the parts take such headers with them
    return PreparedMail(message, writer.addr_spec, reader.addr_spec)
