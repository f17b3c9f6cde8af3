"""The promises of `repository.engines.mail.port`, run on every mailer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from repository.engines.mail.letters import Letter, MailSender, prepare_letter
from repository.engines.mail.port import DeliveryStage, Mailer, PreparedMail

SENDER = MailSender("Science Data 数据仓库", "desk@repository.test", "repository.test")
LETTER = Letter(
    recipient="reader@example.org",
    recipient_name="李伟",
    subject="Ein Datensatz für Sie: 企鹅 ✓",
    plain="Line one.\n\n" + "企鹅 and penguins " * 40 + "\n.\nA dot alone.\n",
    html="<p>企鹅 &amp; penguins</p>",
    reference="notice-12",
    date=datetime(2026, 3, 1, tzinfo=UTC),
    unsubscribe="https://repository.test/api/notifications/unsubscribe?token=abc",
)
HOSTILE = ("a\r\nBcc: all@example.org", "a\n\nbody", "\u202egpj.exe", "a\u2028Bcc: x", "\x00\x7fa\x85b", "x" * 5_000)


def prepared(**changes: object) -> PreparedMail:
    return prepare_letter(replace(LETTER, **changes), SENDER)  # type: ignore[arg-type]


@dataclass
class MailPlace:
    """A mailer, and how to look at what it sent."""

    mailer: Mailer
    arrived: Callable[[], Sequence[EmailMessage]]


class MailerContract:
    """What holds for a mailer that only writes files, too; a fixture `place` gives it."""

    def test_a_message_arrives_as_it_was_meant(self, place: MailPlace) -> None:
        assert place.mailer.send(prepared()).stage is DeliveryStage.SENT
        [message] = place.arrived()
        assert message["From"].addresses[0].display_name == SENDER.name
        assert message["To"].addresses[0].addr_spec == LETTER.recipient
        assert message["Subject"] == LETTER.subject
        assert message["Message-ID"] == "<notice-12@repository.test>"
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["Content-Language"] == "en"
        assert message["List-Unsubscribe"] == f"<{LETTER.unsubscribe}>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["Date"].datetime == LETTER.date
        assert message.get_content_type() == "multipart/alternative"
        plain, html = message.iter_parts()
        assert plain.get_content().replace("\r\n", "\n") == LETTER.plain  # type: ignore[attr-defined]
        assert html.get_content().strip() == LETTER.html  # type: ignore[attr-defined]
        assert html.get_content_type() == "text/html"

    @pytest.mark.parametrize("text", HOSTILE)
    def test_no_text_makes_a_header_or_turns_a_line(self, place: MailPlace, text: str) -> None:
        place.mailer.send(prepared(subject=text, recipient_name=text))
        [message] = place.arrived()
        assert "Bcc" not in message
        assert message.keys().count("To") == 1
        shown = str(message["Subject"]) + message["To"].addresses[0].display_name
        assert not set(shown) & {"\r", "\n", "\u202e", "\u2028", "\x00", "\x85", "\x7f"}
        assert len(message["Subject"]) <= 200
        assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]

    def test_the_same_message_twice_has_one_id(self, place: MailPlace) -> None:
        place.mailer.send(prepared())
        place.mailer.send(prepared(plain="again"))
        assert {str(message["Message-ID"]) for message in place.arrived()} == {"<notice-12@repository.test>"}

    def test_addresses_of_every_script_and_strange_parts_arrive(self, place: MailPlace) -> None:
        for recipient in ("o'brien+x@example.org", '"a,b"@example.org', "李@例子.中国", "a@[127.0.0.1]"):
            assert place.mailer.send(prepared(recipient=recipient, reference=recipient)).stage is DeliveryStage.SENT
        assert len(place.arrived()) == 4

    def test_it_says_what_it_is(self, place: MailPlace) -> None:
        assert place.mailer.describe()
