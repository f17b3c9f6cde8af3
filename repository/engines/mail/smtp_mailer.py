"""The mailer that hands messages to an SMTP server (RFC 5321), one connection a message."""

import re
import smtplib
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache

from repository.core.errors import Unavailable
from repository.engines.mail.mail_addresses import clean_text
from repository.engines.mail.port import Delivery, DeliveryStage, PreparedMail
from repository.engines.mail.smtp_address import SmtpAddress

TIMEOUT = 30.0
"""seconds for each answer"""
REST_SECONDS = 30.0
"""Nobody asks a server for so long that did not answer: each letter would wait for `TIMEOUT`, one after another."""
LONGEST_ANSWER = 300
_HIDDEN = "***"
_POLICY = re.compile(r"5\.(?!1\.|2\.1\b)\d{1,3}\.\d{1,3}\b")
"""Enhanced codes (RFC 3463, section 3) of refusals that say nothing against the address."""


class SmtpMailer:
    """Sends by the server at `address`; one silent for `timeout` seconds is away."""

    def __init__(
        self, address: SmtpAddress, timeout: float = TIMEOUT, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._address = address
        self._timeout = timeout
        self._seconds = seconds
        self._resting_until = float("-inf")

    def send(self, mail: PreparedMail) -> Delivery:
        """Send the message; an answer to the recipient's address alone is about the address."""
        hidden = (mail.recipient, self._address.password)
        if self._seconds() < self._resting_until:
            raise self._address.unavailable("did not answer a moment ago")
        try:
            with self._connected() as server:
                return self._sent(server, mail)
        except smtplib.SMTPAuthenticationError as error:
            raise self._address.unavailable(f"refuses our user ({_answer(error.smtp_code, b'', hidden)})") from None
        except smtplib.SMTPResponseException as error:
            raise self._later(_answer(error.smtp_code, error.smtp_error, hidden)) from None
        except (OSError, smtplib.SMTPException) as error:
            if _is_silence(error):
                self._resting_until = self._seconds() + REST_SECONDS
            raise self._address.unavailable(_cause(error)) from None

    def kept(self, reference: str) -> bytes | None:  # noqa: ARG002 - the server has it now
        return None

    def describe(self) -> str:
        """Return the server's name and how it is spoken to; raise `Unavailable` if it does not answer."""
        try:
            with self._connected():
                way = "TLS" if self._address.wrapped or self._address.starttls else "without TLS"
                return f"SMTP at {self._address.host}:{self._address.port} ({way})"
        except (OSError, smtplib.SMTPException) as error:
            raise self._address.unavailable(_cause(error)) from None

    def close(self) -> None:
        """Do nothing: no connection stays open."""

    @contextmanager
    def _connected(self) -> Iterator[smtplib.SMTP]:
        """Open a connection that is encrypted and signed in as the address wants it."""
        at = (self._address.host, self._address.port)
        if self._address.wrapped:
            server: smtplib.SMTP = smtplib.SMTP_SSL(*at, timeout=self._timeout, context=_tls_context())
        else:
            server = smtplib.SMTP(*at, timeout=self._timeout)
        try:
            self._introduce(server)
            yield server
        finally:
            with suppress(OSError, smtplib.SMTPException):  # what was sent is sent, whatever follows a farewell
                server.quit()
            server.close()

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        if self._address.starttls:
            if not server.has_extn("starttls"):
                raise self._address.unavailable("offers no STARTTLS, and nothing is sent in the clear")
            server.starttls(context=_tls_context())
            server.ehlo()
        if self._address.user:
            server.login(self._address.user, self._address.password)

    def _sent(self, server: smtplib.SMTP, mail: PreparedMail) -> Delivery:
        hidden = (mail.recipient, self._address.password)
        options = []
        if not mail.recipient.isascii():
            if not server.has_extn("smtputf8"):
                return Delivery(DeliveryStage.BOUNCED, "the mail server takes no such address (SMTPUTF8)")
            options = ["SMTPUTF8", "BODY=8BITMIME"]
        self._require(server.mail(mail.sender, options), hidden)
        code, words = server.rcpt(mail.recipient)
        answer = _answer(code, words, hidden)
        if code >= 500:
            about_address = not _POLICY.search(answer)
            return Delivery(DeliveryStage.BOUNCED if about_address else DeliveryStage.REFUSED, answer)
        self._require((code, words), hidden)
        code, words = server.data(bytes(mail.message))
        answer = _answer(code, words, hidden)
        if code >= 500:
            return Delivery(DeliveryStage.REFUSED, answer)
        self._require((code, words), hidden)
        return Delivery(DeliveryStage.SENT, answer)

    def _require(self, reply: tuple[int, bytes], hidden: tuple[str, ...]) -> None:
        """Raise `Unavailable` unless the server agrees; a refused sender is for the operator to mend."""
        code, words = reply
        if not 200 <= code < 300:
            raise self._later(_answer(code, words, hidden))

    def _later(self, answer: str) -> Unavailable:
        return self._address.unavailable(f"takes no message now ({answer})")


def _answer(code: int, words: bytes | str, hidden: tuple[str, ...]) -> str:
    """Return code and words on one line, without the address and our password."""
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    for secret in filter(None, hidden):
        text = text.replace(secret, _HIDDEN)
    return clean_text(f"{code} {text}", LONGEST_ANSWER)


def _is_silence(error: Exception) -> bool:
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _cause(error: Exception) -> str:
    """Return why no message leaves; the words of the library could repeat a secret."""
    if _is_silence(error):
        return "does not answer in time"
    if isinstance(error, ssl.SSLCertVerificationError):
        return "does not prove who it is: its certificate is not trusted"
    return f"does not answer ({type(error).__name__})"


@cache
def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context()
