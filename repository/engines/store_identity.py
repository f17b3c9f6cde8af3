"""The id of the store: the store carries it as a mark, and the database knows it.

An unmounted folder carries none, another bucket carries another one, and a database of another site knows another one.
The id is made when neither has one; the database keeps it as *begun* until the store has it too, so that a kill between
the two does not make strangers of them.
"""

import secrets
import threading
import time

import structlog

from repository.core.actor import SYSTEM
from repository.core.database.site_marks import read_site_mark, set_site_mark
from repository.core.errors import Conflict, Unavailable, Unsuitable
from repository.core.unit_of_work import Database
from repository.engines.store.port import StoreMarks

STORE_ID = "store-id"
BEGUN = "begun:"
MISSING = (
    "The store lacks the mark of this site: it is not mounted, or another one."
    " Mount it, or correct REPOSITORY_STORE_URL."
)
ANOTHER = "The store carries the mark of another site: correct REPOSITORY_STORE_URL or REPOSITORY_DATABASE_URL."
FOREIGN = (
    "The store has the mark of a site that this database does not know: if the database was restored and both belong"
    " together, run `repository restore --adopt`."
)
log = structlog.get_logger()


class StoreIdentity:
    """Compares the store's mark with the database's knowledge of it; a good result serves for `fresh` seconds."""

    def __init__(self, database: Database, marks: StoreMarks, fresh: float) -> None:
        self._database = database
        self._marks = marks
        self._fresh = fresh
        self._known = ""
        """what the database knows, once both have it: it never changes"""
        self._good_until = float("-inf")
        self._binding = threading.Lock()

    def require(self) -> None:
        """Raise `Unavailable` if the store is not that of this database."""
        now = time.monotonic()
        if now < self._good_until:
            return
        fault = self._fault()
        if fault is not None:
            raise Unavailable(fault)
        self._good_until = now + self._fresh if self._known else now

    def check(self) -> None:
        """Do as `require` does, now; but leave it to the database's own check to say that it does not answer."""
        carried = self._carried()
        try:
            known = self._known or self._in_database()
        except Unavailable as error:
            log.info("the store's id is not compared", reason=error.reason)
            return
        fault = self._compared(known, carried)
        if fault is not None:
            raise Unavailable(fault)

    def bind(self) -> None:
        """Give store and database an id if neither has one; raises `Unsuitable` if they do not belong together."""
        with self._binding:  # threads of one process do it once
            self._bind()

    def _bind(self) -> None:
        if self._known:
            self._require_suitable()
            return
        known, carried = self._in_database(), self._carried()
        if not known and not carried:
            known = self._begin()
        if known.startswith(BEGUN) and not carried:
            self._carry(known.removeprefix(BEGUN))
        if known.startswith(BEGUN) and self._carried() == known.removeprefix(BEGUN):
            self._know(known.removeprefix(BEGUN))
        self._require_suitable()

    def adopt(self) -> None:
        """Let the database take the store as its own, whatever it knew."""
        carried = self._carried()
        if carried:
            self._know(carried)
        elif self._in_database():
            raise Unsuitable("The store carries no mark: there is nothing to adopt. Is it mounted?")
        else:
            self.bind()

    def mark_again(self) -> None:
        """Give a store that was lost and filled again the id that the database knows, or one for both."""
        known = self._in_database().removeprefix(BEGUN)
        if known and not self._carried():
            self._carry(known)
        self.bind()

    @property
    def is_marked(self) -> bool:
        """Whether the store carries an id."""
        return bool(self._carried())

    @property
    def is_known(self) -> bool:
        """Whether the database was seen to know its store."""
        return bool(self._known)

    def _require_suitable(self) -> None:
        fault = self._fault()
        if fault is not None:
            raise Unsuitable(fault)

    def _fault(self) -> str | None:
        carried = self._carried()  # first: whoever gives both their id tells the database before the store
        return self._compared(self._known or self._in_database(), carried)

    def _compared(self, known: str, carried: str) -> str | None:
        """Return the difference of what the database knows from what the store carried before."""
        if known and not carried:
            carried = self._carried()  # somebody may have given both their id between the two looks
        return self._difference(known, carried)

    def _difference(self, known: str, carried: str) -> str | None:
        if known.startswith(BEGUN):
            known = known.removeprefix(BEGUN) if carried else ""
        if known and known == carried:
            self._known = known
            return None
        if known:
            return ANOTHER if carried else MISSING
        return FOREIGN if carried else None

    def _carried(self) -> str:
        return (self._marks.read(STORE_ID) or b"").decode("ascii", "replace").strip()

    def _in_database(self) -> str:
        self._database.require_schema()
        with self._database.connection() as connection:
            return read_site_mark(connection, STORE_ID) or ""

    def _begin(self) -> str:
        """Return the id that is begun: ours, or that of a process that was faster."""
        with self._database.transaction(SYSTEM) as unit:
            connection = unit.session.connection()
            known = read_site_mark(connection, STORE_ID)
            if known is None:
                known = BEGUN + secrets.token_hex(16)
                set_site_mark(connection, STORE_ID, known)
        return known

    def _carry(self, store_id: str) -> None:
        try:
            self._marks.create(STORE_ID, store_id.encode())
        except Conflict:
            if self._carried() != store_id:
                raise Unsuitable(ANOTHER) from None

    def _know(self, store_id: str) -> None:
        with self._database.transaction(SYSTEM) as unit:
            set_site_mark(unit.session.connection(), STORE_ID, store_id)
        self._known = store_id
