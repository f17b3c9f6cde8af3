"""Limit guesses of passwords and tokens, by name and by address, and never lock out the rightful person elsewhere.

A try of a password is counted before it is checked, and taken back if it was right: tries side by side count too.

* A name from one address: `MOST_OF_PAIR` failures in a `WINDOW`, then 429.
* An address: `MOST_OF_ADDRESS` failures, then 429 for names that never signed in from it.
* A name: after `MOST_OF_NAME` failures, wherever from, each address has one try.  An address that did not guess has
  always this one: nobody can keep the rightful person out.
* Wrong tokens of an address: after `MOST_TOKENS` different ones, 429.  A right token is let in without a look here.
  Links of one use are such tokens, and counted apart.
* Codes of an authenticator, which only somebody with the password can try: `MOST_CODES` wrong ones of a person.
* Messages that somebody lets us send: `MOST_MESSAGES` to one address, `MOST_OF_ADDRESS` from one network.

A row for each of them is all that is kept, and a sweep removes it; an address that is full adds no row.  Who signed in
from an address is remembered for `FAMILIAR`, so that others behind the same address do not keep them out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from math import ceil

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm.attributes import flag_modified

from repository.core.actor import ANONYMOUS, SYSTEM
from repository.core.check_report import CheckReport
from repository.core.database.engine import UtcDateTime
from repository.core.errors import TooManyTries
from repository.core.unit_of_work import Database, Snapshot, UnitOfWork
from repository.people.facts import SignInsFailed, WrongTokensRefused
from repository.people.model import GuessCount

WINDOW = timedelta(minutes=15)
MOST_OF_PAIR = 10
MOST_OF_ADDRESS = 30
MOST_OF_NAME = 50
MOST_TOKENS = 30
MOST_CODES = 10
MOST_MESSAGES = 5
FAMILIAR = timedelta(days=30)
RENEWED = timedelta(days=1)
"""A familiar address is noted anew at most so often."""
BATCH = 500


class CountKind(StrEnum):
    """What is counted; the values are the beginnings of keys."""

    ADDRESS = "address"
    FAMILIAR = "familiar"
    NAME = "name"
    PAIR = "pair"
    TOKENS = "tokens"


Counts = Mapping[str, GuessCount]


@dataclass(frozen=True, slots=True)
class Guesser:
    """Where a try comes from: the `network` in which a client can choose its `address`."""

    address: str
    network: str

    @property
    def key(self) -> str:
        return f"{CountKind.ADDRESS}:{self.network}"

    @property
    def token_key(self) -> str:
        return f"{CountKind.TOKENS}:{self.network}"

    @property
    def link_key(self) -> str:
        return f"{CountKind.TOKENS}:link {self.network}"

    def message_keys(self, kind: str, email: str) -> tuple[str, str]:
        """Return the keys of messages of a kind: those to an address, and those that this network lets us send."""
        return f"{CountKind.NAME}:{kind} {_digest(email)}", f"{CountKind.NAME}:{kind} {self.network}"


class PasswordTry:
    """One try to sign in with a name, which may be no person's."""

    def __init__(self, database: Database, guesser: Guesser, name: str) -> None:
        self._database = database
        self._guesser = guesser
        digest = _digest(name)
        self._name = f"{CountKind.NAME}:{digest}"
        self._pair = f"{CountKind.PAIR}:{digest} {guesser.network}"
        self._familiar = f"{CountKind.FAMILIAR}:{digest} {guesser.network}"

    def begin(self, person_id: int) -> None:
        """Count the try before the password is checked; raise `TooManyTries` if there were enough.

        `person_id` is 0 for a name that nobody has.  A guesser who has to wait costs one read.
        """
        keys = (self._guesser.key, self._name, self._pair)
        with self._database.query(ANONYMOUS) as snapshot:
            self._require_patience(_counts(snapshot, (*keys, self._familiar)), snapshot.now)
        with self._database.transaction(ANONYMOUS) as unit:
            counts = {**_counts(unit, [self._familiar]), **_locked(unit, keys, self._guesser.address)}
            self._require_patience(counts, unit.now)
            counts[self._pair].person_id = person_id
            # written also where it stays 0: an unknown name costs the same statements
            flag_modified(counts[self._pair], "person_id")
            for key in keys:
                _count(unit, counts[key])

    def failed(self) -> None:
        """Tell the audit trail of the first failure, and of the one that reaches a limit."""
        keys = (self._guesser.key, self._pair)
        with self._database.query(ANONYMOUS) as snapshot:
            counts = _counts(snapshot, keys)
        due = [count for count in counts.values() if _is_told_at_once(count)]
        if due:
            with self._database.transaction(ANONYMOUS) as unit:
                for count in due:
                    _tell(unit, count)

    def succeeded(self) -> None:
        """Take the try back, forget the failures of the name from this address, and remember that it is familiar."""
        keys = (self._familiar, self._guesser.key, self._name, self._pair)
        with self._database.transaction(ANONYMOUS) as unit:
            counts = _locked(unit, keys, self._guesser.address)
            for key in (self._guesser.key, self._name, self._pair):
                counts[key].tries = max(0, counts[key].tries - 1)
            _tell_rest(unit, counts[self._pair])
            counts[self._pair].tries = 0
            if counts[self._familiar].until < unit.now + FAMILIAR - RENEWED:
                counts[self._familiar].until = unit.now + FAMILIAR

    def _require_patience(self, counts: Counts, now: datetime) -> None:
        familiar = self._familiar in counts and counts[self._familiar].until > now
        guessed = familiar or _tries(counts, self._name, now) < MOST_OF_NAME
        _require(counts, self._pair, MOST_OF_PAIR if guessed else 1, now)
        if not familiar:
            _require(counts, self._guesser.key, MOST_OF_ADDRESS, now)


class CodeTry:
    """One try of a code by somebody who has the password of a person."""

    def __init__(self, database: Database, guesser: Guesser, person_id: int) -> None:
        self._database = database
        self._guesser = guesser
        self._key = f"{CountKind.NAME}:code {person_id}"

    def begin(self) -> None:
        """Count the try before the code is checked; raise `TooManyTries` if there were enough."""
        with self._database.transaction(ANONYMOUS) as unit:
            counts = _locked(unit, [self._key], self._guesser.address)
            _require(counts, self._key, MOST_CODES, unit.now)
            _count(unit, counts[self._key])

    def succeeded(self) -> None:
        """Forget the wrong codes of before."""
        with self._database.transaction(ANONYMOUS) as unit:
            _locked(unit, [self._key], self._guesser.address)[self._key].tries = 0


def count_message(unit: UnitOfWork, guesser: Guesser, kind: str, email: str) -> None:
    """Count a message that somebody lets us send; raise `TooManyTries` if there were enough.

    It is counted whether the address is known or not, so that the limit tells nothing either.
    """
    to_address, from_network = guesser.message_keys(kind, email)
    counts = _locked(unit, (to_address, from_network), guesser.address)
    _require(counts, to_address, MOST_MESSAGES, unit.now)
    _require(counts, from_network, MOST_OF_ADDRESS, unit.now)
    for count in counts.values():
        _count(unit, count)


def refuse_wrong_token(database: Database, guesser: Guesser, secret: str) -> None:
    """Count a wrong token of an address; raise `TooManyTries` after `MOST_TOKENS` different ones."""
    _refuse_wrong(database, guesser, guesser.token_key, secret)


def refuse_wrong_link(database: Database, guesser: Guesser, secret: str) -> None:
    """Count a wrong link of an address, likewise."""
    _refuse_wrong(database, guesser, guesser.link_key, secret)


def _refuse_wrong(database: Database, guesser: Guesser, key: str, secret: str) -> None:
    """Count a wrong secret under a key.

    A program that sends its old token again and again does not guess.  Two bytes of a digest tell tokens apart.
    """
    last = sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()[:4]
    with database.query(ANONYMOUS) as snapshot:
        counts = _counts(snapshot, [key])
    if _tries(counts, key, snapshot.now) and counts[key].last == last:
        return
    _require(counts, key, MOST_TOKENS, snapshot.now)
    with database.transaction(ANONYMOUS) as unit:
        count = _locked(unit, [key], guesser.address)[key]
        _count(unit, count)
        count.last = last
        if _is_told_at_once(count):
            _tell(unit, count)


def forget_guesses(database: Database) -> CheckReport:
    """Remove the counts whose time is over, and tell the audit trail their sums."""
    gone = BATCH
    while gone == BATCH:
        with database.transaction(SYSTEM) as unit:
            ended = GuessCount.until <= unit.now
            too_late = GuessCount.until > unit.now + FAMILIAR  # a clock was ahead
            counts = unit.session.scalars(
                select(GuessCount).where(ended | too_late).limit(BATCH).with_for_update(skip_locked=True)
            ).all()
            for count in counts:
                _tell_rest(unit, count)
                unit.session.delete(count)
        gone = len(counts)
    return CheckReport()


def _counts(snapshot: Snapshot, keys: Sequence[str]) -> Counts:
    rows = snapshot.session.scalars(select(GuessCount).where(GuessCount.key.in_(keys)))
    return {row.key: row for row in rows}


_MADE = text(
    "INSERT INTO guess_count (key, address, tries, until) VALUES (:key, :address, 0, :until) ON CONFLICT DO NOTHING"
).bindparams(bindparam("until", type_=UtcDateTime()))


def _locked(unit: UnitOfWork, keys: Sequence[str], address: str) -> Counts:
    """Return the rows of `keys`, which are in order, made where there are none, and locked."""
    new = [{"key": key, "address": address, "until": unit.now} for key in sorted(keys)]
    unit.session.execute(_MADE, new)
    rows = unit.session.scalars(
        select(GuessCount).where(GuessCount.key.in_(keys)).order_by(GuessCount.key).with_for_update(),
        execution_options={"populate_existing": True},
    )
    return {row.key: row for row in rows}


def _is_current(count: GuessCount, now: datetime) -> bool:
    return now < count.until <= now + WINDOW  # one that ends later is of a clock that was ahead


def _tries(counts: Counts, key: str, now: datetime) -> int:
    return counts[key].tries if key in counts and _is_current(counts[key], now) else 0


def _require(counts: Counts, key: str, most: int, now: datetime) -> None:
    if _tries(counts, key, now) >= most:
        raise TooManyTries(ceil((counts[key].until - now).total_seconds()))


def _count(unit: UnitOfWork, count: GuessCount) -> None:
    if not _is_current(count, unit.now):
        _tell_rest(unit, count)
        count.tries, count.until = 0, unit.now + WINDOW
    count.tries += 1


def _is_told_at_once(count: GuessCount) -> bool:
    """Return whether the count is told when it is reached: the first, and the limit.

    A name that nobody has is told like others, as person 0: one write less would tell that nobody has it.  An address
    cannot fill the audit trail so: it has `MOST_OF_ADDRESS` tries in a `WINDOW`.
    """
    match _kind(count):
        case CountKind.PAIR:
            return count.tries in (1, MOST_OF_PAIR)
        case CountKind.ADDRESS:
            return count.tries in (1, MOST_OF_ADDRESS)
        case CountKind.TOKENS:
            return count.tries in (1, MOST_TOKENS)
        case _:
            return False


def _tell_rest(unit: UnitOfWork, count: GuessCount) -> None:
    """Tell the sum of a count that ends, if it was not told when it was reached."""
    if count.tries > 1 and not _is_told_at_once(count):
        _tell(unit, count)


def _tell(unit: UnitOfWork, count: GuessCount) -> None:
    match _kind(count):
        case CountKind.PAIR | CountKind.ADDRESS:
            unit.emit(SignInsFailed(count.person_id, count.address, count.tries))
        case CountKind.TOKENS:
            unit.emit(WrongTokensRefused(0, count.address, count.tries))


def _digest(name: str) -> str:
    return sha256(name.strip().lower().encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _kind(count: GuessCount) -> CountKind:
    return CountKind(count.key.partition(":")[0])
