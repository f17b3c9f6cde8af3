"""A new set of indices: it is filled beside the one that answers and then replaces it."""

import secrets
import time
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from repository.core.errors import Conflict
from repository.engines.search.elasticsearch.bulk_writes import Batch, Line, file_line, record_line, send
from repository.engines.search.elasticsearch.elasticsearch_client import IndexAbsent
from repository.engines.search.elasticsearch.index_bodies import settled
from repository.engines.search.elasticsearch.index_names import BUILT, LIVE, IndexNames, new_stamp
from repository.engines.search.elasticsearch.query_dsl import Query
from repository.engines.search.elasticsearch.updates import refresh, remove
from repository.engines.search.port import FileDocument, IndexDocument

_AT_ONCE = 2
"""requests on their way, while the next batch is made"""

_SAVED_EVERY = 2.0
"""seconds between two notes of the position"""

_NOTES_AT_ONCE = 1_000
_TRIES = 5


@contextmanager
def _in_place() -> Iterator[None]:
    """Raise `Conflict` when the aliases are gone: another rebuild took them."""
    try:
        yield
    except IndexAbsent as error:
        raise _taken() from error


def _taken() -> Conflict:
    return Conflict("This rebuild of the search index is over, or another one took its place.")


class ElasticsearchRebuild:
    """The build of the indices of `stamp`; it is ours while the aliases with `token` exist.

    Documents are gathered into batches, and these sent beside the caller, a few at once; the position moves on when
    all before it were taken in.
    """

    def __init__(self, places: IndexNames, stamp: str, token: str, position: str) -> None:
        self._places = places
        self._stamp = stamp
        self._token = token
        self._position = self._saved = self._reached = position
        self._saved_at = time.monotonic()
        self._beside = ThreadPoolExecutor(_AT_ONCE, "index")
        self._batch = Batch()
        self._sent: deque[tuple[Future[list[Line]] | None, str]] = deque()

    @property
    def position(self) -> str:
        return self._position

    def put(self, documents: Iterable[IndexDocument], position: str = "") -> None:
        self._put("records", (record_line(document, rebuilt=True) for document in documents), position)

    def put_files(self, documents: Iterable[FileDocument], position: str = "") -> None:
        self._put("files", (file_line(document, rebuilt=True) for document in documents), position)

    def finish(self) -> None:
        """Remove what was dropped since `begin`, then switch searches to the new indices; raise `Conflict`."""
        with _in_place():
            self._send_batch()
            self._settle(0)
            self._require_current()
            refresh(self._places.server, map(self._alias, BUILT))
            self._remove_dropped()
            with self._places.server.writing() as client:
                client.indices.put_settings(index=self._live_aliases(), settings=settled(self._places.parts))
            refresh(self._places.server, self._live_aliases())
            self._swap()
        self._beside.shutdown()

    def abandon(self) -> None:
        """Take away what was built; nothing happens when another took its place or it is over."""
        self._batch = Batch()
        self._sent.clear()
        self._beside.shutdown(cancel_futures=True)
        try:
            self._release()
        except IndexAbsent:
            return
        self._places.remove(self._places.index(part, self._stamp) for part in BUILT)

    def leave(self) -> None:
        """Wait for requests on their way and save the position; a resumed rebuild puts the rest again."""
        self._submit()
        self.stop()
        while self._sent and not _failed(self._sent[0][0]):
            self._reached = self._sent.popleft()[1] or self._reached
        self._sent.clear()
        try:
            self._save(at_once=True)
        except IndexAbsent:
            # over or taken over already: there is nothing to resume
            return

    def stop(self) -> None:
        """Send nothing more than what is on its way."""
        self._beside.shutdown()

    def _put(self, part: str, lines: Iterable[Line], position: str) -> None:
        self._require_current()
        for line in lines:
            if not self._batch.takes(part, line):
                self._send_batch()
            self._batch.add(part, line)
        self._batch.position = position or self._batch.position

    def _send_batch(self) -> None:
        """Send the batch in the background, and begin the next one meanwhile."""
        self._settle(_AT_ONCE)
        self._submit()

    def _submit(self) -> None:
        batch, self._batch = self._batch, Batch()
        sent = self._beside.submit(self._send, batch.part, batch.lines) if batch.lines else None
        self._sent.append((sent, batch.position))

    def _send(self, part: str, batch: Sequence[Line]) -> list[Line]:
        return send(self._places.server, self._alias(part), batch)

    def _settle(self, most: int) -> None:
        """Wait until at most so many batches are on their way."""
        with _in_place():
            while len(self._sent) > most or (self._sent and _is_done(self._sent[0][0])):
                future, position = self._sent[0]
                if future is not None:
                    future.result()
                self._sent.popleft()
                self._reached = position or self._reached
            self._save(at_once=most == 0)

    def _save(self, *, at_once: bool) -> None:
        due = at_once or time.monotonic() - self._saved_at > _SAVED_EVERY
        if due and self._reached != self._saved:
            meta = {**self._places.meta(self._alias("records")), "position": self._reached}
            with self._places.server.writing() as client:
                client.indices.put_mapping(index=self._alias("records"), meta=meta)
            self._saved, self._saved_at = self._reached, time.monotonic()

    def _require_current(self) -> None:
        with self._places.server.reading() as client:
            if not client.indices.exists_alias(name=self._alias("records")):
                raise _taken()

    def _remove_dropped(self) -> None:
        """Delete documents that the rebuild put and that were dropped meanwhile, but none that others put since."""
        for notes in self._notes():
            dropped = [f"{note['kind']}-{note['id']}" for note in notes if note["kind"] in ("record", "draft")]
            files = [note["id"] for note in notes if note["kind"] == "files"]
            past = [_of_the_past(note) for note in notes if note["kind"] == "files-before"]
            self._remove("records", "document.rebuilt", [{"ids": {"values": dropped}}])
            self._remove("files", "rebuilt", [{"terms": {"record_id": files}}, *past])

    def _remove(self, part: str, ours: str, what: Sequence[Query]) -> None:
        chosen = {"bool": {"should": list(what), "minimum_should_match": 1, "filter": [{"term": {ours: True}}]}}
        remove(self._places.server, self._alias(part), chosen)

    def _notes(self) -> Iterator[list[Mapping[str, Any]]]:
        after: list[Any] | None = None
        while True:
            with self._places.server.writing() as client:
                hits = client.search(
                    index=self._alias("dropped"), size=_NOTES_AT_ONCE, sort=["kind", "id"], search_after=after
                )["hits"]["hits"]
            if not hits:
                return
            yield [note["_source"] for note in hits]
            after = hits[-1]["sort"]

    def _swap(self) -> None:
        """Switch searches and changes from the old indices to the new in one request, then delete the old ones.

        Not in the same step: for a moment a node would look for the old ones that it has already let go.
        """
        old = {part: self._places.behind(self._places.live(part)) for part in LIVE}
        actions: list[Any] = []
        for part in BUILT:
            ours = self._places.index(part, self._stamp)
            for alias in (self._places.next(part), self._alias(part)):
                actions.append({"remove": {"index": ours, "alias": alias, "must_exist": True}})
        for part, names in old.items():
            live = self._places.live(part)
            actions.append({"add": {"index": self._places.index(part, self._stamp), "alias": live}})
            # it must still answer: else another rebuild was faster, and both new ones would answer from now on
            actions += [{"remove": {"index": name, "alias": live, "must_exist": True}} for name in names]
        try:
            _change_aliases(self._places, actions)
        except IndexAbsent:
            # the answer to a first try that did it may have been lost
            if self._places.index("records", self._stamp) not in self._places.behind(self._places.live("records")):
                raise
        gone = [self._places.index("dropped", self._stamp), *(name for names in old.values() for name in names)]
        self._places.remove(name for name in gone if not self._places.is_live(name))

    def _release(self) -> None:
        """Give up the claim, which only one can do."""
        ours = self._places.index("records", self._stamp)
        _change_aliases(
            self._places, [{"remove": {"index": ours, "alias": self._alias("records"), "must_exist": True}}]
        )

    def _alias(self, part: str) -> str:
        return self._places.claim(self._token, part)

    def _live_aliases(self) -> list[str]:
        return [self._alias(part) for part in LIVE]


def begin(places: IndexNames, resume: bool) -> ElasticsearchRebuild:
    """Take over from any running rebuild; raise `Conflict` when others keep taking over too."""
    for _ in range(_TRIES):
        others = places.building()
        try:
            if resume and len(others) == 1 and _is_ours(places, others[0]):
                return _taken_over(places, others[0])
            return _new(places, others)
        except IndexAbsent:
            # another was faster: look again at what is there now
            continue
    raise Conflict("Others begin rebuilds of the search index at the same time.")


def _is_ours(places: IndexNames, stamp: str) -> bool:
    meta = places.meta(places.index("records", stamp))
    files = places.meta(places.index("files", stamp))
    return bool(meta.get("schema") == places.schema("records") and files.get("schema") == places.schema("files"))


def _taken_over(places: IndexNames, stamp: str) -> ElasticsearchRebuild:
    token = secrets.token_hex(6)
    gone = [
        {"remove": {"index": places.index(part, stamp), "alias": places.claim(old, part), "must_exist": True}}
        for old in places.claims(stamp)
        for part in BUILT
    ]
    _change_aliases(places, [*gone, *_claimed(places, stamp, token)])
    position = places.meta(places.claim(token, "records")).get("position", "")
    return ElasticsearchRebuild(places, stamp, token, str(position))


def _new(places: IndexNames, others: Sequence[str]) -> ElasticsearchRebuild:
    stamp, token = new_stamp(), secrets.token_hex(6)
    for part in BUILT:
        places.create(part, stamp, {})
    gone = [
        {"remove": {"index": places.index(part, other), "alias": places.next(part), "must_exist": True}}
        for other in others
        for part in BUILT
    ]
    shown = [{"add": {"index": places.index(part, stamp), "alias": places.next(part)}} for part in BUILT]
    _change_aliases(places, [*gone, *shown, *_claimed(places, stamp, token)])
    places.remove(places.index(part, other) for other in others for part in BUILT)
    places.remove_leftovers(besides=stamp)
    return ElasticsearchRebuild(places, stamp, token, "")


def _claimed(places: IndexNames, stamp: str, token: str) -> list[Any]:
    return [{"add": {"index": places.index(part, stamp), "alias": places.claim(token, part)}} for part in BUILT]


def _change_aliases(places: IndexNames, actions: Sequence[Any]) -> None:
    """Change aliases, all of them or none."""
    with places.server.writing() as client:
        client.indices.update_aliases(actions=actions)


def _of_the_past(note: Mapping[str, Any]) -> Query:
    bounds = [{"term": {"record_id": note["id"]}}, {"range": {"revision": {"lt": note["before"]}}}]
    return {"bool": {"filter": bounds}}


def _failed(future: Future[list[Line]] | None) -> bool:
    return future is not None and future.exception() is not None


def _is_done(future: Future[list[Line]] | None) -> bool:
    return future is None or future.done()
