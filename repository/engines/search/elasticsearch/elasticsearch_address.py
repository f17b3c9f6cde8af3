"""Where an Elasticsearch is: ``http(s)://[user:password@]host[:9200]/prefix``."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_PREFIX = re.compile(r"[a-z0-9][a-z0-9_.-]{0,99}")


@dataclass(frozen=True, slots=True)
class ElasticsearchAddress:
    """`prefix` begins the names of our indices."""

    node: str
    prefix: str
    credentials: tuple[str, str] | None = field(default=None, repr=False)


def elasticsearch_address(url: str) -> ElasticsearchAddress:
    """Read `url`; raises `ValueError` with one line that repeats nothing secret."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("must be http(s)://host:9200/prefix")
    prefix = parts.path.strip("/")
    if not _PREFIX.fullmatch(prefix):
        raise ValueError("the path names our indices: lower-case letters, digits, and - _ . inside")
    credentials = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return ElasticsearchAddress(f"{parts.scheme}://{host}:{parts.port or 9200}", prefix, credentials)
