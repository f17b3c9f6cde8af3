"""Addresses that stop mail without a sign-in (RFC 8058): signed, so that nobody can stop another's.

The key is the database's own.  An address names a person by number and a kind of notice, and nothing that is secret.
"""

import base64
import hmac
import secrets
from collections.abc import Sequence
from hashlib import sha256

from repository.core.database.site_marks import read_site_mark, set_site_mark
from repository.core.errors import NotFound
from repository.core.site import Site
from repository.core.unit_of_work import Snapshot, UnitOfWork
from repository.notifications.notice_kinds import KINDS, MUTABLE
from repository.notifications.preferences import mute
from repository.people.model import Person

EVERYTHING = "digest"
"""The kind of a day's collection: all that may be muted."""
PATH = "/notifications/unsubscribe"
_KEY = "unsubscribe_key"
_LONGEST = 200
UNKNOWN_ADDRESS = "This address stops no mail: it is not complete, or not of this site."


def unsubscribe_address(unit: UnitOfWork, site: Site, person_id: int, kind: str) -> str:
    """Return the address that stops mail of a kind to a person."""
    connection = unit.session.connection()
    key = read_site_mark(connection, _KEY)
    if key is None:
        key = secrets.token_hex(32)
        set_site_mark(connection, _KEY, key)
    return site.api(f"{PATH}?token={person_id}.{kind}.{_signature(key, person_id, kind)}")


def read_address(snapshot: Snapshot, token: str) -> tuple[int, str]:
    """Return the person and the kind that an address names; raise `NotFound` if it is not one of ours."""
    key = read_site_mark(snapshot.session.connection(), _KEY)
    number, _, rest = token[:_LONGEST].partition(".")
    kind, _, signature = rest.rpartition(".")
    if key is None or not (number.isascii() and number.isdigit()):
        raise NotFound(UNKNOWN_ADDRESS)
    if not hmac.compare_digest(_signature(key, int(number), kind).encode(), signature.encode("utf-8", "replace")):
        raise NotFound(UNKNOWN_ADDRESS)
    return int(number), kind


def unsubscribe(unit: UnitOfWork, token: str) -> str:
    """Stop what an address names, and return its kind; raise `NotFound`.  Doing it twice changes nothing more."""
    person_id, kind = read_address(unit, token)
    if unit.session.get(Person, person_id) is None:
        raise NotFound(UNKNOWN_ADDRESS)
    mute(unit, person_id, kinds_of(kind), KINDS)
    return kind


def kinds_of(kind: str) -> Sequence[str]:
    """Return the kinds that an address of this kind stops."""
    return MUTABLE if kind == EVERYTHING else [kind] if kind in MUTABLE else []


def _signature(key: str, person_id: int, kind: str) -> str:
    digest = hmac.new(bytes.fromhex(key), f"{person_id}.{kind}".encode("utf-8", "replace"), sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
