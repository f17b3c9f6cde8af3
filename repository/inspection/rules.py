"""Which media type to believe, and why a file has no preview."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

UNKNOWN = "application/octet-stream"
TEXT_TYPES = ("application/json", "application/xml", "application/yaml", "application/javascript", "application/sql")
"""Types of texts whose names do not begin with ``text/``; others end in ``+json`` or ``+xml``."""

REASONS: Mapping[str, str] = {
    "empty": "The file is empty.",
    "no_reader": "There is no preview of files of this format.",
    "no_library": "This site lacks what reads files of this format.",
    "unreadable": "The file cannot be read as what it seems to be.",
    "too_large": "Too much of the file would have to be read.",
    "too_slow": "Reading the file takes too long.",
    "too_much_memory": "Reading the file takes too much memory.",
    "too_many_columns": "The table has too many columns.",
    "bomb": "The file is small and unpacks to something huge.",
    "unsafe_names": "The archive would unpack files outside of its folder.",
    "entities": "The file defines texts in terms of each other.",
    "encrypted": "The file is encrypted.",
    "crashed": "Reading the file failed.",
    "no_cage": "This site does not look into files.",
}
"""By the word that is kept."""


def reason_in_words(reason: str) -> str:
    """Return the sentence for a word, also for one of a newer release."""
    return REASONS.get(reason, "There is no preview of this file.")


@dataclass(frozen=True, slots=True)
class ContentType:
    """The media type that the content of a file shows.

    A name may know better what is in an `open_ended` format, such as a TIFF or a ZIP, and which text an `is_text` is.
    """

    media_type: str
    open_ended: bool
    is_text: bool


def settled_media_type(content: ContentType | None, by_name: str, claims: Collection[str]) -> str:
    """Return the media type of a file by its content, None if that shows none, and by its name.

    `claims` are the types that content shows always: a name that claims one of them is wrong if the content does not
    show it.  So a page of HTML that is called a PNG is HTML, and no browser shows it in place.
    """
    is_claim = by_name in claims or by_name == UNKNOWN
    if content is None:
        return UNKNOWN if is_claim or is_text_type(by_name) else by_name
    if content.is_text:
        is_narrower = by_name == "application/json" and content.media_type.endswith("+json")
        return content.media_type if is_narrower or is_claim else by_name
    if content.open_ended:
        return content.media_type if is_claim or is_text_type(by_name) else by_name
    return content.media_type


def is_text_type(media_type: str) -> bool:
    """Return whether files of this type are texts."""
    return media_type.startswith("text/") or media_type in TEXT_TYPES or media_type.endswith(("+json", "+xml"))
