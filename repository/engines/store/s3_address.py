"""Where an S3 store is: ``s3://bucket?endpoint=…&region=…&prefix=…&style=…&public=…``.

=========  ==============================================================================================
endpoint   the server's http(s) address; by default Amazon's for the region
region     the region that requests are signed for; by default ``us-east-1``
prefix     the folder of the bucket that holds the objects; by default the whole bucket
style      ``path`` (host/bucket/key), ``virtual`` (bucket.host/key), or ``auto``: path at a named endpoint
public     the server's address for readers, if it is not the endpoint
=========  ==============================================================================================

Credentials are never part of it: they come from ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY`` or another place
where Amazon's own tools look for them.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

STYLES = ("auto", "path", "virtual")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_PREFIX = re.compile(r"([A-Za-z0-9_-][A-Za-z0-9._-]*/)*")
_PARAMETERS = frozenset({"endpoint", "region", "prefix", "style", "public"})
_NO_CREDENTIALS = "credentials do not belong here: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"


@dataclass(frozen=True, slots=True)
class S3Address:
    """The address of a store.  `prefix` is empty or ends with a slash; `endpoint` and `public` may be None."""

    bucket: str
    endpoint: str | None
    region: str
    prefix: str
    style: str
    public: str | None

    def __str__(self) -> str:
        return f"bucket {self.bucket} at {self.endpoint or f'Amazon S3, {self.region}'}"


def s3_address(url: str) -> S3Address:
    """Parse `url`; raises `ValueError` with one line that repeats no secret."""
    parts = urlsplit(url)
    if "@" in parts.netloc:
        raise ValueError(_NO_CREDENTIALS)
    if parts.path.strip("/") or parts.fragment:
        raise ValueError("must be s3://bucket?…; a folder of the bucket is named by prefix=")
    chosen = _parameters(parts.query)
    return S3Address(
        bucket=_matching("the bucket", _BUCKET, parts.netloc),
        endpoint=_server("endpoint", chosen.get("endpoint")),
        region=_matching("region", _REGION, chosen.get("region", "us-east-1")),
        prefix=_matching("prefix", _PREFIX, _as_folder(chosen.get("prefix", ""))),
        style=_style(chosen.get("style", "auto")),
        public=_server("public", chosen.get("public")),
    )


def _parameters(query: str) -> dict[str, str]:
    chosen = dict(parse_qsl(query, keep_blank_values=True))
    for name in sorted(chosen.keys() - _PARAMETERS):
        if re.search("key|secret|token|password", name, re.IGNORECASE):
            raise ValueError(_NO_CREDENTIALS)
        raise ValueError(f"there is no parameter {name!r}; there are {', '.join(sorted(_PARAMETERS))}")
    return chosen


def _matching(what: str, pattern: re.Pattern[str], value: str) -> str:
    if not pattern.fullmatch(value):
        raise ValueError(f"{what} cannot be {value!r}")
    return value


def _style(value: str) -> str:
    if value not in STYLES:
        raise ValueError(f"style must be one of {', '.join(STYLES)}")
    return value


def _as_folder(prefix: str) -> str:
    bare = prefix.strip("/")
    return f"{bare}/" if bare else ""


def _server(name: str, value: str | None) -> str | None:
    if value is None:
        return None
    parts = urlsplit(value)
    if "@" in parts.netloc:
        raise ValueError(_NO_CREDENTIALS)
    if (
        parts.scheme not in ("http", "https")
        or not parts.hostname
        or parts.query
        or parts.fragment
        or not _has_port(value)
    ):
        raise ValueError(f"{name} must be an http(s) address such as https://s3.example.org")
    return value.rstrip("/")


def _has_port(address: str) -> bool:
    """Return whether the port, if there is one, is a number from 1 to 65535."""
    try:
        return urlsplit(address).port != 0
    except ValueError:
        return False
