"""A real SMTP server (aiosmtpd) that accepts, refuses or falls silent, as a test orders by address."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.support.web_server import HOST, free_port

USER, PASSWORD = "desk", "pass word/@:"


@dataclass
class MailServer:
    """What arrived, and what the server says: `answers` by address, `after_data` to any message.

    An answer of None is silence.
    """

    port: int
    answers: dict[str, str | None] = field(default_factory=dict)
    after_data: str = "250 OK"
    arrived: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answers.get(address, "250 OK")
        if answer is None:
            await asyncio.Event().wait()
        if cast(str, answer).startswith("2"):
            envelope.rcpt_tos.append(address)
        return cast(str, answer)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.after_data.startswith("2"):
            parsed = message_from_bytes(cast(bytes, envelope.content), policy=policy.SMTP)
            self.arrived.append(cast(EmailMessage, parsed))
            self.recipients += envelope.rcpt_tos
        return self.after_data


def _signed_in(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, wrapped: bool = False) -> Iterator[MailServer]:
    """Run a server on loopback; with `tls` it offers STARTTLS, or speaks TLS from the first byte."""
    played = MailServer(free_port())
    options: dict[str, Any] = {"authenticator": _signed_in, "auth_require_tls": False, "enable_SMTPUTF8": True}
    if wrapped:
        options["ssl_context"] = tls
    elif tls:
        options["tls_context"] = tls
    controller = Controller(played, hostname=HOST, port=played.port, **options)
    controller.start()
    try:
        yield played
    finally:
        controller.stop()
