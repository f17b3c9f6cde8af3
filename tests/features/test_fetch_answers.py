"""Answers of other servers that never become a file, or a part of one."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from config.settings import Settings
from repository.deposits import fetch_files
from repository.engines.services import Services
from repository.files.model import Upload
from tests.conftest import Caller, Deposits
from tests.features.fetching import (
    CONTENT,
    LARGE,
    QUOTA,
    asked_for,
    failed,
    fetching_site,
    make_due,
    require_nothing_left,
    rows,
    told,
)
from tests.features.steps import base, objects
from tests.support.file_host import Asked, FileHost, file_host, resumable, whole

pytestmark = pytest.mark.slow

Settle = Callable[[], None]
NO_ADDRESS = "Must be an http or https address of a host, without user, password and fragment."


@pytest.fixture
def host() -> Iterator[FileHost]:
    with file_host(whole(CONTENT)) as played:
        yield played


@pytest.fixture
def settings(settings: Settings, host: FileHost) -> Settings:
    return fetching_site(settings, host)


@pytest.fixture
def again(services: Services, settle: Settle, monkeypatch: pytest.MonkeyPatch) -> Settle:
    """Let what waits for another attempt have it now."""
    monkeypatch.setattr(fetch_files, "PAUSE", timedelta())

    def at_once() -> None:
        make_due(services)
        settle()

    return at_once


def redirect(to: str) -> Callable[[Asked], None]:
    return lambda asked: asked.head(302, Location=to, Content_Length="0")


def endless(asked: Asked) -> None:
    asked.head(200, Transfer_Encoding="chunked")
    while not asked.host.ending.is_set():
        asked.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")


def compressed(asked: Asked) -> None:
    asked.head(200, Content_Encoding="gzip", Content_Length="3")
    asked.wfile.write(b"abc")


def unframed(asked: Asked) -> None:
    asked.head(200)
    asked.wfile.write(CONTENT)


WRONG: dict[str, tuple[Callable[[Asked], None], str]] = {
    "to loopback": (redirect("http://127.0.0.2/x"), "Domain not allowed"),
    "to link-local": (redirect("http://169.254.169.254/latest/meta-data"), "Domain not allowed"),
    "to a password": (
        redirect("http://a:b@127.0.0.1/"),
        NO_ADDRESS,
    ),
    "in a circle": (redirect("/data.csv"), "The server redirects too often."),
    "compressed": (compressed, "The server sends the file compressed (gzip), though it was asked for its bytes."),
    "endless": (endless, f"The file has more than the allowed {QUOTA} bytes."),
    "without an end": (
        unframed,
        "The server does not tell how long the file is: declare its size or its checksum.",
    ),
    "absent": (lambda asked: asked.head(404, Content_Length="0"), "The server answers with status 404."),
    "too large": (
        lambda asked: asked.head(200, Content_Length=str(QUOTA + 1)),
        f"The content is larger than the allowed {QUOTA} bytes.",
    ),
}


@pytest.mark.parametrize("wrong", list(WRONG))
def test_an_answer_that_can_never_be_the_file_fails_with_its_reason_in_the_reader_s_language(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, services: Services, wrong: str
) -> None:
    host.answer, reason = WRONG[wrong]
    draft = deposits.open()
    asked_for(author, draft, host.url())
    settle()
    assert failed(author, draft) == reason
    assert not failed(author, draft, "zh").isascii()
    count = len(host.asked)
    settle()
    assert len(host.asked) == count, "it is not tried again"
    assert objects(services) == 0
    assert rows(services, Upload) == 0
    assert author.delete(f"{base(draft)}/data.csv").status_code == 204
    require_nothing_left(services)


def test_a_file_that_changes_between_two_pieces_is_fetched_from_its_beginning(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, again: Settle
) -> None:
    other = LARGE[::-1]

    def changed(asked: Asked) -> None:
        (resumable(LARGE, cut_after=200_000) if len(host.asked) == 1 else resumable(other, '"second"'))(asked)

    host.answer = changed
    draft = deposits.open()
    asked_for(author, draft, host.url())
    settle()
    again()
    assert told(author, draft)["checksums"]["sha256"] == hashlib.sha256(other).hexdigest()
    assert host.ranges()[:2] == [None, "bytes=200000-"]


def other_range(asked: Asked) -> None:
    start = asked.offset()
    if not start:
        resumable(LARGE, cut_after=200_000)(asked)
    else:
        asked.head(206, Content_Range=f"bytes 0-{len(LARGE) - 1}/{len(LARGE)}", ETag='"first"')
        asked.wfile.write(LARGE)


def other_tag(asked: Asked) -> None:
    start, size = asked.offset(), len(LARGE)
    if not start:
        resumable(LARGE, cut_after=200_000)(asked)
    else:
        asked.head(206, Content_Range=f"bytes {start}-{size - 1}/{size}", ETag='"second"')
        asked.wfile.write(b"\x00" * (size - start))


def ignored(asked: Asked) -> None:
    asked.head(200, ETag='"first"', Accept_Ranges="bytes", Content_Length=str(len(LARGE)))
    asked.wfile.write(LARGE if len(asked.host.asked) > 2 else LARGE[:200_000])


@pytest.mark.parametrize("answer", [other_range, other_tag, ignored])
def test_a_range_that_does_not_fit_never_becomes_a_part_of_the_file(
    author: Caller, deposits: Deposits, host: FileHost, settle: Settle, again: Settle, answer: Callable[[Asked], None]
) -> None:
    host.answer = answer
    draft = deposits.open()
    asked_for(author, draft, host.url())
    settle()
    again()
    if told(author, draft)["status"] != "completed":
        host.answer = whole(LARGE)
        again()
    assert told(author, draft)["checksums"]["sha256"] == hashlib.sha256(LARGE).hexdigest()
    assert host.ranges()[-1] is None, "a server whose ranges do not fit is not asked for one again"
