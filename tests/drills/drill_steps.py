"""The steps of a drill: load, backup, destruction, restore, downgrade, upgrade, another clock; each one compared."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import monotonic

from sqlalchemy import func, select

from migrations.models import METADATA
from repository.core.actor import SYSTEM
from repository.engines.services import Services
from tests.drills.drill_load import Acknowledged, depositing, more_published
from tests.drills.drill_site import DrillSite
from tests.drills.site_reading import (
    Comparison,
    DepositReading,
    Readings,
    against_acknowledged,
    against_reading,
    read_all,
)
from tests.engines import EMBEDDED
from tests.faults.comparison import SETTLED_SECONDS, expect_nothing_unknown, nothing_waits
from tests.faults.ledger import Deposit, Ledger, Stage
from tests.faults.load import Depositor
from tests.stories.test_20_kill import expect_whole_database, expect_whole_store
from tests.support.web_server import Client, until

CLIENTS = 3
FIRST_REVISION = "0001"
YEAR = 365
MOST_OLD_DRAFTS = 3
ANSWER_SECONDS = 60.0


@dataclass(frozen=True)
class DrillSize:
    """How many publications there are before the backup, after it, and after each restore."""

    before: int = 12
    after: int = 3
    on: int = 2


@dataclass
class Drill:
    """One drill on `site`; `tell` gets each comparison as it is made."""

    site: DrillSite
    size: DrillSize
    tell: Callable[[str, Comparison], None]
    ledger: Ledger = field(default_factory=Ledger)
    clients: Sequence[Client] = ()
    taken: set[str] = field(default_factory=set)
    """every identifier and every number that anybody was ever told"""
    shown: Readings = field(default_factory=dict)
    """what the API showed of every deposit when it was last read"""

    def whole(self) -> None:
        """All steps, in their order."""
        known, readings = self.load_and_back_up()
        self.restore()
        self.compare_restored(known, readings)
        self.publish_on("published on")
        self.downgrade_and_upgrade()
        self.publish_on("published on")
        if self.site.installation == EMBEDDED:  # S3 refuses requests whose clock is a quarter of an hour away
            self.restore_with_another_clock()
        self.site.stop()

    def load_and_back_up(self) -> tuple[list[Acknowledged], Readings]:
        """Start the site, back it up in the middle of load, and kill it; return what it had acknowledged before."""
        self.site.run("migrate")
        self.clients = self.site.depositors(CLIENTS)
        self.site.start()
        with depositing(self.clients, self.ledger):
            more_published(self.ledger, self.size.before)
            known = Acknowledged.of(self.ledger)
            readings = read_all(self.clients, [one.deposit for one in known if one.stage is Stage.PUBLISHED])
            self.back_up()
            more_published(self.ledger, self.size.after)
            self.site.kill()
        self._note_taken(self.ledger.deposits)
        wrong = Comparison("answers of the site under load and backup", sum(self.ledger.statuses.values()))
        wrong.differences += self.ledger.wrong
        self.tell("backed up", wrong)
        return known, readings

    def back_up(self) -> None:
        self.site.run("backup", str(self.site.folder / "backup"))

    def restore(self) -> None:
        """Destroy the site, put the backup back as `docs/operation.md` says, and start it."""
        self.site.destroy()
        self.site.run("restore", str(self.site.folder / "backup"))
        self.site.run("migrate")
        self.site.run("index", "rebuild", "--anew")
        self.site.start()

    def compare_restored(self, known: Sequence[Acknowledged], before: Readings) -> None:
        """Compare with what was acknowledged before the backup, and everything that is there with itself."""
        shown = self.read()
        for comparison in against_acknowledged(known, before, shown, self.ledger.deposits):
            self.tell("restored", comparison)
        self._compare_inside("restored", lambda services: expect_nothing_unknown(services, self.ledger))

    def publish_on(self, step: str) -> None:
        """Publish new deposits, and old drafts, with numbers that nobody was ever told."""
        new = Ledger()
        depositor = self._depositor(0, new)
        for number in range(self.size.on):
            made = depositor.open_draft(f"{step} {number}")
            depositor.add_files(made, 1)
            depositor.publish(made)
        numbers = Comparison(f"new numbers and identifiers, each against {len(self.taken)} ever told")
        for deposit in new.deposits:
            for value in (deposit.id, deposit.concept, *_identifiers(deposit)):
                numbers.note(value not in self.taken, f"{value} was told before, and now to {deposit}")
        self.tell(step, numbers)
        self.tell(step, self._publish_old_drafts(new))
        self._note_taken(new.deposits)
        self.ledger.deposits += new.deposits
        self._compare_inside(step)

    def _publish_old_drafts(self, new: Ledger) -> Comparison:
        """Publish drafts that the site kept, some of which had been published in the time that was lost."""
        drafts = Comparison("identifiers of old drafts that were published now")
        of_concepts = {value for reading in self.shown.values() for value in reading.concept_identifiers.values()}
        waiting = [
            deposit
            for deposit in self.ledger.deposits
            if deposit.id in self.shown and _can_be_published(self.shown[deposit.id])
        ]
        for deposit in sorted(waiting, key=lambda deposit: not deposit.identifiers)[:MOST_OLD_DRAFTS]:
            again = Deposit(deposit.id, deposit.title, deposit.depositor)
            self._depositor(deposit.depositor, new).publish(again)
            for value in set(_identifiers(again)) - of_concepts:
                drafts.note(value not in self.taken, f"{value} was told before, and now to {again}")
            self.taken.update(_identifiers(again))
        return drafts

    def read(self) -> Readings:
        """Return what the API shows of every deposit now."""
        self.shown = read_all(self.clients, self.ledger.deposits)
        return self.shown

    def downgrade_and_upgrade(self) -> None:
        """Go to the first schema and back while the site is off, and compare all that the API shows."""
        was = self.read()
        self.site.stop()
        self.site.run("migrate", "--to", FIRST_REVISION)
        self.site.run("migrate")
        self.site.run("restore", "--adopt")
        self.site.start()
        step = f"downgraded to {FIRST_REVISION} and upgraded"
        self.tell(step, against_reading(was, self.read()))
        self._compare_inside(step)

    def restore_with_another_clock(self) -> None:
        """Let a person whose clock is a year ahead restore and publish, and then the clock be right again."""
        was = self.read()
        self.back_up()
        self.publish_on("published after the second backup")
        self.site.stop()
        self.site.days = YEAR
        self.restore()
        self._compare_and_publish("restored by a clock a year ahead", was)
        was = self.read()
        self.site.stop()
        self.site.days = 0
        self.site.start()
        self._compare_and_publish("the clock set right again", was)

    def _compare_and_publish(self, step: str, was: Readings) -> None:
        self.tell(step, against_reading(was, self.read()))
        self.publish_on(step)

    def _compare_inside(self, step: str, *others: Callable[[Services], None]) -> None:
        """Compare database, store and index with each other, once nothing waits any more."""
        inside = Comparison("rows, objects and documents that agree with each other")
        with self.site.services() as services:
            until(lambda: nothing_waits(services), SETTLED_SECONDS, "every fact and job is done")
            for look in (expect_whole_database, expect_whole_store, *others):
                try:
                    look(services)
                except AssertionError as error:
                    inside.differences.append(str(error))
            with services.database.snapshot(SYSTEM) as unit:
                tables = METADATA.sorted_tables
                inside.count = sum(unit.session.scalar(select(func.count()).select_from(table)) for table in tables)
        self.tell(step, inside)

    def _depositor(self, number: int, ledger: Ledger) -> Depositor:
        return Depositor(number, self.clients[number], ledger, threading.Event(), monotonic() + ANSWER_SECONDS)

    def _note_taken(self, deposits: Sequence[Deposit]) -> None:
        for deposit in deposits:
            self.taken.update((deposit.id, deposit.concept, *_identifiers(deposit)))


def _can_be_published(reading: DepositReading) -> bool:
    return reading.stage is Stage.DRAFT and bool(reading.files) and not reading.unfinished


def _identifiers(deposit: Deposit) -> tuple[str, ...]:
    """Return what was minted: the identifier of OAI is made of the number of a record, whatever its copies."""
    minted = (deposit.identifiers, deposit.concept_identifiers)
    return tuple(value for pids in minted for scheme, value in pids.items() if scheme in ("doi", "cstr"))
