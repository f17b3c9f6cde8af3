"""Lead on within a dataset that somebody reads by a share link: addresses of the same dataset get its secret.

The secret is in the page of who came with it, and in its addresses alone; no ``Referer`` has it (`presented_link`).
"""

import re
from collections.abc import Sequence
from html import escape, unescape
from urllib.parse import quote

_ADDRESS = re.compile(r'(<a\b[^>]*?\shref|<form\b[^>]*?\saction)="([^"]*)"')
"""What people follow; what a page says of itself in its head stays without secrets."""
_FORM = re.compile(r'<form\b[^>]*\bmethod="get"[^>]*>')
_ACTION = re.compile(r'\baction="([^"]*)"')


def carry_secret(html: str, name: str, secret: str, places: Sequence[str]) -> str:
    """Return a page whose links and forms lead on with a parameter, where they stay below `places`.

    Browsers drop the query of a form that is sent by GET: it gets a hidden field.
    """
    own = tuple(place.rstrip("/") for place in places)
    parameter = f"{name}={quote(secret, safe='')}"

    def with_parameter(match: re.Match[str]) -> str:
        address = unescape(match[2])
        return f'{match[1]}="{escape(_add(address, parameter))}"' if _is_own(address, own) else match[0]

    def with_field(match: re.Match[str]) -> str:
        action = _ACTION.search(match[0])
        if not _is_own(unescape(action[1]) if action else "?", own, here=True):
            return match[0]
        return f'{match[0]}<input type="hidden" name="{escape(name)}" value="{escape(secret)}">'

    return _FORM.sub(with_field, _ADDRESS.sub(with_parameter, html))


def _add(address: str, parameter: str) -> str:
    path, mark, fragment = address.partition("#")
    joined = "" if path.endswith("?") else "&" if "?" in path else "?"
    return f"{path}{joined}{parameter}{mark}{fragment}"


def _is_own(address: str, own: Sequence[str], *, here: bool = False) -> bool:
    """Return whether an address is one of the dataset; `here` counts one without a path as well."""
    path = address.partition("#")[0].partition("?")[0]
    if not path:
        return address.startswith("?") or here
    return any(path == place or path.startswith(f"{place}/") for place in own)
