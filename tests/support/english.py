"""Find English on pages that are in Chinese, as a reader would: words beside marked data, code and addresses."""

import re
from html.parser import HTMLParser

_WORDS = re.compile(r"[A-Za-z][a-z]+(?:[ ,]+[a-z']{2,}){2,}")
"""Three words of English in a row."""
_COMMAND = re.compile(r"`[^`]*`")
"""Between backticks stands what somebody types."""
_DATA = frozenset({"bdi", "code", "pre", "script", "style"})
_VOID = frozenset({"meta", "link", "br", "hr", "wbr", "col", "input", "img"})


class _Texts(HTMLParser):
    """The texts of a page that are nobody's data and marked as no other language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._marks: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            language = dict(attrs).get("lang") or ""
            foreign = bool(language) and not language.startswith("zh")
            self._marks.append(tag in _DATA or foreign)

    def handle_endtag(self, tag: str) -> None:
        self._marks.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._marks):
            self.texts.append(data.strip())


def english_in(html: str) -> list[str]:
    """Return the English of a page in Chinese."""
    parser = _Texts()
    parser.feed(html)
    parser.close()
    return [text for text in parser.texts if _WORDS.search(_COMMAND.sub("", text))]
