"""The header that tells readers a file's name."""

from urllib.parse import quote

from repository.dataset.unicode_forms import without_marks


def content_disposition(name: str, *, inline: bool) -> str:
    """Return ``Content-Disposition`` with the name in ASCII for old readers and in UTF-8.

    Source: RFC 6266; RFC 8187, section 3.2.
    """
    exact = quote(name, safe="!#$&+-.^_`|~")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain_name(name)}\"; filename*=UTF-8''{exact}"


def plain_name(name: str) -> str:
    """Return the name in ASCII: letters without accents, ``_`` for others, ``file`` where nothing is left."""
    stem, dot, ending = name.rpartition(".")
    if not dot:
        return _plain(name, "file")
    return f"{_plain(stem, 'file') if stem else ''}.{_plain(ending, 'bin')}"


def _plain(text: str, substitute: str) -> str:
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in without_marks(text))
    return plain if any(c.isalnum() for c in plain) or text.isascii() else substitute
