"""What a community may be called."""

import re
from collections.abc import Mapping

from repository.core.errors import Invalid

LANGUAGES = ("en", "zh")
"""languages of titles, the one that is shown by default first"""
MAX_TITLE = 200
"""characters, as in the column of a defined set's name"""

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?")
_ID = re.compile(r"[1-9][0-9]{0,17}")


def is_slug(text: str) -> bool:
    """Whether `text` can be a slug: lower-case letters, digits and dashes, 1 to 100 of them."""
    return _SLUG.fullmatch(text) is not None


def id_in(text: str) -> int | None:
    """Return the community's id that `text` is, None for a slug: digits alone are an id."""
    return int(text) if _ID.fullmatch(text) else None


def require_slug(text: str) -> str:
    """Return `text` as the slug of a new community; raise `Invalid`, also for digits alone, which are an id."""
    if not is_slug(text) or text.isdigit():
        reason = "The identifier should contain only lower-case letters, numbers, or dashes, and a letter or dash."
        raise Invalid.field("slug", reason)
    return text


def require_titles(titles: Mapping[str, str]) -> dict[str, str]:
    """Return titles by language without the empty ones; raise `Invalid` if none is left or one cannot be kept."""
    kept = {language: " ".join(title.split()) for language, title in titles.items() if title.strip()}
    for language, title in kept.items():
        if language not in LANGUAGES:
            raise Invalid.field(f"titles.{language}", f"Titles are in {' or '.join(LANGUAGES)}.")
        if len(title) > MAX_TITLE:
            raise Invalid.field(f"titles.{language}", f"Longer than maximum length {MAX_TITLE}.")
        if not title.isprintable():
            raise Invalid.field(f"titles.{language}", "A title has printable characters only.")
    if not kept:
        raise Invalid.field("titles", "A community has a title in one language at least.")
    return {language: kept[language] for language in LANGUAGES if language in kept}


def title_in(titles: Mapping[str, str], language: str = LANGUAGES[0]) -> str:
    """Return the title in `language`, else the first that there is."""
    return titles.get(language) or next(iter(titles.values()))
