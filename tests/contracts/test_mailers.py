"""Every mailer: the contract, and what only one of them can be asked."""

import os
import ssl
import stat
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import cast
from urllib.parse import quote

import pytest

from repository.core.errors import Unavailable
from repository.engines.mail import smtp_mailer
from repository.engines.mail.eml_folder import EmlFolder
from repository.engines.mail.letters import MailSender, prepare_letter
from repository.engines.mail.mail_addresses import mail_address
from repository.engines.mail.port import Delivery, DeliveryStage
from repository.engines.mail.smtp_address import smtp_address
from repository.engines.mail.smtp_mailer import SmtpMailer
from tests.contracts.mailer_contract import LETTER, MailerContract, MailPlace, prepared
from tests.support.certificates import certificate_for
from tests.support.mail_server import PASSWORD, USER, MailServer, mail_server
from tests.support.web_server import HOST, free_port

SIGNED_IN = f"{USER}:{quote(PASSWORD, safe='')}"


def mailer_at(server: MailServer, query: str = "", scheme: str = "smtp", user: str = "") -> SmtpMailer:
    return SmtpMailer(smtp_address(f"{scheme}://{user}{HOST}:{server.port}{query}"), timeout=5)


class TestEmlFolder(MailerContract):
    """A folder on this machine."""

    @pytest.fixture
    def place(self, tmp_path: Path) -> MailPlace:
        def arrived() -> list[EmailMessage]:
            files = (tmp_path / "mail").glob("*.eml")
            return [cast(EmailMessage, message_from_bytes(file.read_bytes(), policy=policy.SMTP)) for file in files]

        return MailPlace(EmlFolder(tmp_path / "mail"), arrived)

    def test_nobody_else_reads_them_and_nothing_half_done_stays(self, place: MailPlace, tmp_path: Path) -> None:
        place.mailer.send(prepared())
        [file] = (tmp_path / "mail").iterdir()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert place.mailer.kept("notice-12") == file.read_bytes()
        assert place.mailer.kept("notice-13") is None

    def test_they_are_bounded_in_number_and_age(self, tmp_path: Path) -> None:
        mailer = EmlFolder(tmp_path, most=3, kept=timedelta(days=1))
        for number in range(5):
            mailer.send(prepared(reference=f"n-{number}"))
        assert len(list(tmp_path.iterdir())) == 3
        for file in tmp_path.iterdir():
            os.utime(file, (1, 1))
        mailer.send(prepared(reference="last"))
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_folder_that_cannot_be_written_is_away(self, tmp_path: Path) -> None:
        (tmp_path / "mail").touch()
        with pytest.raises(Unavailable, match="cannot be written"):
            EmlFolder(tmp_path / "mail").send(prepared())


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as played:
        yield played


class TestSmtpMailer(MailerContract):
    """A real server on loopback."""

    @pytest.fixture
    def place(self, server: MailServer) -> MailPlace:
        return MailPlace(mailer_at(server, user=f"{SIGNED_IN}@"), lambda: server.arrived)

    def test_a_refused_address_bounces_and_its_answer_does_not_name_it(self, server: MailServer) -> None:
        server.answers[LETTER.recipient] = f"550 5.1.1 <{LETTER.recipient}> is unknown here"
        assert mailer_at(server).send(prepared()) == Delivery(DeliveryStage.BOUNCED, "550 5.1.1 <***> is unknown here")
        server.answers[LETTER.recipient] = "554 5.7.1 Relay access denied"
        assert mailer_at(server).send(prepared()).stage is DeliveryStage.REFUSED, "nothing is said of the address"

    def test_a_refused_message_says_nothing_of_the_address(self, server: MailServer) -> None:
        server.after_data = "554 5.6.0 no such words here"
        assert mailer_at(server).send(prepared()).stage is DeliveryStage.REFUSED
        assert server.arrived == []

    @pytest.mark.parametrize("where", ["recipient", "data"])
    def test_a_passing_refusal_is_for_later(self, server: MailServer, where: str) -> None:
        if where == "data":
            server.after_data = "451 4.3.0 later"
        else:
            server.answers[LETTER.recipient] = f"450 4.2.1 {LETTER.recipient} is busy"
        with pytest.raises(Unavailable, match=r"takes no message now \(45") as later:
            mailer_at(server).send(prepared())
        assert LETTER.recipient not in str(later.value)

    def test_silence_ends_by_a_time_limit(self, server: MailServer) -> None:
        server.answers[LETTER.recipient] = None
        mailer = SmtpMailer(smtp_address(f"smtp://{HOST}:{server.port}"), timeout=0.2)
        with pytest.raises(Unavailable, match="in time"):
            mailer.send(prepared())

    def test_a_server_that_was_silent_is_left_alone_for_a_while(self, server: MailServer) -> None:
        server.answers[LETTER.recipient] = None
        at = iter([0.0, 0.0, 10.0, 31.0])
        mailer = SmtpMailer(smtp_address(f"smtp://{HOST}:{server.port}"), timeout=0.2, seconds=at.__next__)
        with pytest.raises(Unavailable, match="in time"):
            mailer.send(prepared())
        del server.answers[LETTER.recipient]
        with pytest.raises(Unavailable, match="did not answer a moment ago"):
            mailer.send(prepared())
        assert mailer.send(prepared()).stage is DeliveryStage.SENT

    def test_where_nobody_listens_nobody_answers(self) -> None:
        mailer = SmtpMailer(smtp_address(f"smtp://{HOST}:{free_port()}"))
        for ask in (mailer.describe, lambda: mailer.send(prepared())):
            with pytest.raises(Unavailable, match="does not answer"):
                ask()

    def test_a_wrong_password_is_an_operators_problem_and_is_not_repeated(self, server: MailServer) -> None:
        with pytest.raises(Unavailable, match=r"refuses our user \(535") as refused:
            mailer_at(server, user="desk:wr0ng-secret@").send(prepared())
        assert "wr0ng" not in repr(refused.value) + repr(smtp_address(f"smtp://desk:wr0ng-secret@{HOST}"))


def test_nothing_is_sent_in_the_clear_where_tls_is_wanted(server: MailServer) -> None:
    with pytest.raises(Unavailable, match="offers no STARTTLS"):
        mailer_at(server, "?tls=starttls", user=f"{SIGNED_IN}@").send(prepared())
    assert server.arrived == []


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_tls_is_spoken_to_a_server_that_proves_who_it_is(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, scheme: str
) -> None:
    certificate = certificate_for(HOST, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    query = "?tls=starttls" if scheme == "smtp" else ""
    monkeypatch.setattr(smtp_mailer, "_tls_context", ssl.create_default_context)
    with mail_server(context, wrapped=scheme == "smtps") as server, closing(mailer_at(server, query, scheme)) as mailer:
        with pytest.raises(Unavailable, match="certificate is not trusted"):
            mailer.send(prepared())
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert mailer.send(prepared()).stage is DeliveryStage.SENT
        assert len(server.arrived) == 1


@pytest.mark.parametrize(
    ("url", "starttls", "port"),
    [
        ("smtp://mail.example.org", True, 587),
        ("smtp://mail.example.org:25?tls=none", False, 25),
        ("smtp://127.0.0.1", False, 587),
        ("smtp://[::1]:25", False, 25),
        ("smtp://localhost.example.org", True, 587),
        ("smtps://mail.example.org", False, 465),
    ],
)
def test_only_this_machine_and_who_says_so_does_without_tls(url: str, starttls: bool, port: int) -> None:
    address = smtp_address(url)
    assert (address.starttls, address.port) == (starttls, port)


@pytest.mark.parametrize(
    "text",
    [
        *("a\r\nBcc:x@example.org", "a@exa\nmple.org", "@example.org", "a", "", "a@", "a@b>,c", "a b@x_y", "a@-x"),
        *("\u202ea@example.org", "a\x7f@example.org", f"{'a' * 65}@example.org", f"a@{'b' * 64}.org", "a@[1.1\r\n]"),
    ],
)
def test_an_address_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no mail|no host"):
        mail_address(text)


SLY = "=?utf-8?q?a=0D=0ABcc:_x@evil.example?="
"""an encoded word (RFC 2047) in which a line break hides"""
SLY_TOO = "=?utf-8?b?YQpCY2M6IA==?= =?utf-8?q?x@evil.example?="


@pytest.mark.parametrize("field", ["recipient_name", "subject", "name"])
@pytest.mark.parametrize(
    "text", [SLY, f"x {SLY} y", f"{SLY} {SLY}", SLY.replace("?q?a=0D=0ABcc:_", "?b?YQpCY2M6IA==?= =?utf-8?q?")]
)
def test_no_encoded_word_of_a_text_becomes_a_header(field: str, text: str) -> None:
    letter = LETTER if field == "name" else replace(LETTER, **{field: text})
    mail = prepare_letter(letter, MailSender(text if field == "name" else "Site", "desk@example.org", "example.org"))
    head = bytes(mail.message).partition(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    assert b"\n" not in head.replace(b"\r\n", b"")
    plain = prepare_letter(LETTER, MailSender("Site", "desk@example.org", "example.org"))
    sent = message_from_bytes(bytes(mail.message), policy=policy.SMTP)
    assert sent.keys() == plain.message.keys()
    assert all("evil" not in address.addr_spec for name in ("From", "To") for address in sent[name].addresses)


def test_no_encoded_word_is_an_address() -> None:
    with pytest.raises(ValueError, match="no mail can be sent"):
        mail_address(f"{SLY.partition('@')[0]}?=@example.org")
