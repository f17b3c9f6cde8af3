"""The words of notices: one source in two languages, from which plain text and HTML are made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from textwrap import fill

from jinja2 import Environment, FileSystemLoader, Undefined

from repository.engines.mail.mail_addresses import clean_text

LANGUAGES = ("en", "zh")
WIDTH = 76
"""columns of plain text: RFC 5322, section 2.1.1, wants at most 78"""


@dataclass(frozen=True, slots=True)
class Pair:
    """The same in both languages; a value's name in double braces stands for the value."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True, slots=True)
class NoticeWords:
    """What a notice says: its title, its paragraphs, and what its link is called."""

    title: Pair
    body: Sequence[Pair]
    action: Pair = Pair("Open it here", "在此打开")


@dataclass(frozen=True, slots=True)
class ToldNotice:
    """A notice in one language; `html` is the part of a page, in which every value is escaped."""

    language: str
    title: str
    paragraphs: Sequence[str]
    html: Sequence[str]
    action: str
    link: str = ""

    @property
    def plain(self) -> str:
        """The notice as plain text; Chinese has no blanks to break a line at."""
        link = [f"{self.action}:\n{self.link}"] if self.link else []
        broken = [fill(text, WIDTH, break_long_words=False, break_on_hyphens=False) for text in self.paragraphs]
        return "\n\n".join([*broken, *link])


PERMISSIONS: Mapping[str, Pair] = {
    "view": Pair("view it and its files", "查看记录和文件"),
    "preview": Pair("view it and its drafts", "查看记录和草稿"),
    "edit": Pair("edit it", "编辑"),
    "manage": Pair("manage it", "管理"),
    "owner": Pair("own it", "所有者"),
}
"""The permissions of grants in words for people."""


def told_notice(words: NoticeWords, values: Mapping[str, object], language: str, link: str = "") -> ToldNotice:
    """Return the notice with its values, each on one line and without controls."""
    worded = {name: PERMISSIONS.get(str(value)) if name == "permission" else None for name, value in values.items()}
    shown = {
        name: pair.text(language) if (pair := worded[name]) else clean_text(str(value))
        for name, value in values.items()
    }
    return ToldNotice(
        language,
        _filled(words.title.text(language), shown),
        [_filled(text.text(language), shown) for text in words.body],
        [_filled(text.text(language), shown, for_html=True) for text in words.body],
        words.action.text(language),
        link,
    )


def letter_html(notices: Sequence[ToldNotice], footer: Sequence[Sequence[str]]) -> str:
    """Return the page of a mail: each notice, then the paragraphs of the footer for each language."""
    return _environment(for_html=True).get_template("letter.html").render(notices=notices, footer=footer)


def _filled(text: str, values: Mapping[str, str], *, for_html: bool = False) -> str:
    return _environment(for_html=for_html).from_string(text).render(values)


@cache
def _environment(*, for_html: bool) -> Environment:
    folder = Path(__file__).with_name("templates")
    return Environment(loader=FileSystemLoader(folder), autoescape=for_html, undefined=Undefined, trim_blocks=True)
