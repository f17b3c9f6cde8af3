"""Two people at one thing, round after round: whoever is first, what comes out is whole and nothing is left over."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from repository.core.actor import SYSTEM
from repository.deposits.model import Draft, DraftKind
from repository.engines.services import Services
from repository.files.model import FileEntry, FileSet, StoredFile
from repository.identifiers.model import Identifier
from repository.operation.model import Job
from repository.publication.embargo import lift_embargoes
from repository.records.model import Concept, Version
from tests.conftest import Caller, Deposits, a_dataset
from tests.contracts.together import all_of, at_once, facts_of

pytestmark = pytest.mark.slow

ROUNDS = 12
OLD, NEW = b"old bytes", b"new bytes, and more of them"

Status = Callable[[], int]


def draft_of(record_id: str) -> str:
    return f"/api/records/{record_id}/draft"


def file_of(record_id: str, key: str = "data.csv") -> str:
    return f"{draft_of(record_id)}/files/{key}"


def status(caller: Caller, method: str, path: str, **options: Any) -> int:
    return caller(method, path, **options).status_code


def act(caller: Caller, method: str, path: str, **options: Any) -> Status:
    return partial(status, caller, method, path, **options)


def publication(caller: Caller, record_id: str) -> Status:
    return act(caller, "POST", f"{draft_of(record_id)}/actions/publish")


def saying(word: str) -> dict[str, Any]:
    """A description that says the same thing in two places, so that a mixture would be seen."""
    return a_dataset(title=f"Title {word}", description=f"<p>Text {word}</p>")


def said(record: dict[str, Any]) -> str:
    """The word of a record that is no mixture."""
    metadata = record["metadata"]
    word = str(metadata["title"]).removeprefix("Title ")
    assert metadata["description"] == f"<p>Text {word}</p>"
    return word


@pytest.fixture
def nothing_left_over(services: Services, settle: Callable[[], None]) -> Callable[[], None]:
    """Checks, when all is done, that every row and every object belongs to something, and that all counts are right."""

    def check() -> None:
        settle()
        assert all_of(services, Job) == []
        drafts, versions = all_of(services, Draft), all_of(services, Version)
        records = {each.id for each in (*drafts, *versions)}
        concepts = {each.concept_id for each in (*drafts, *versions)}
        assert {concept.id for concept in all_of(services, Concept)} == concepts
        assert {each.owner for each in all_of(services, Identifier)} <= records | concepts
        _check_files(services, {each.file_set_id for each in (*drafts, *versions)})

    return check


def _check_files(services: Services, used: set[int]) -> None:
    sets, entries, files = (all_of(services, table) for table in (FileSet, FileEntry, StoredFile))
    sizes = {file.id: file.size for file in files}
    assert {each.id for each in sets} == used
    for each in sets:
        own = [entry for entry in entries if entry.file_set_id == each.id]
        assert each.count == len(own)
        assert each.total_bytes == sum(sizes[entry.file_id] for entry in own if entry.file_id is not None)
    assert {entry.file_set_id for entry in entries} <= used
    assert {key for entry in entries for key in (entry.file_id, entry.staged_id)} - {None} == set(sizes)
    assert {file.object_key for file in files} == {stored.key for stored in services.store.objects()}


def test_two_publications_of_one_draft_are_one_version_with_one_doi_and_one_cstr(
    services: Services, deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    for _ in range(ROUNDS):
        record_id = deposits.open()["id"]
        deposits.upload(record_id)
        assert sorted(at_once(*[publication(author, record_id)] * 2)) == [202, 404]
        with services.database.snapshot(SYSTEM) as unit:
            version = unit.session.get_one(Version, int(record_id))
            owners = (version.id, version.concept_id)
            rows = unit.session.execute(
                select(Identifier.owner, Identifier.scheme).where(Identifier.owner.in_(owners))
            ).all()
        assert sorted(map(tuple, rows)) == sorted((owner, scheme) for owner in owners for scheme in ("doi", "cstr"))
    assert len(all_of(services, Version)) == facts_of(services, "VersionPublished") == ROUNDS
    nothing_left_over()


def test_two_new_versions_begun_together_are_one_draft(
    services: Services, deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    first = latest = deposits.published()["id"]
    for index in range(2, ROUNDS + 2):
        replies = at_once(*[lambda each=each: author.post(f"/api/records/{each}/versions") for each in (first, latest)])
        assert [reply.status_code for reply in replies] == [201, 201]
        latest, other = [reply.get_json()["id"] for reply in replies]
        assert latest == other
        assert [draft.index for draft in all_of(services, Draft)] == [index]
        deposits.upload(latest)
        deposits.publish(latest)
    assert facts_of(services, "NewVersionBegun") == ROUNDS
    nothing_left_over()


def test_a_draft_discarded_while_its_bytes_come_takes_them_along(
    deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    for _ in range(ROUNDS):
        record_id = deposits.open()["id"]
        deposits.upload(record_id, content=OLD)
        sent, gone = at_once(
            act(author, "PUT", f"{file_of(record_id)}/content", data=NEW),
            act(author, "DELETE", draft_of(record_id)),
        )
        assert (sent in (200, 404), gone) == (True, 204)
        assert author.get(draft_of(record_id)).status_code == 404
    nothing_left_over()


def test_a_draft_discarded_while_a_file_is_committed_takes_it_along(
    deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    for _ in range(ROUNDS):
        record_id = deposits.open()["id"]
        deposits.upload(record_id, content=OLD)
        assert author.put(f"{file_of(record_id)}/content", data=NEW).status_code == 200
        committed, gone = at_once(
            act(author, "POST", f"{file_of(record_id)}/commit"), act(author, "DELETE", draft_of(record_id))
        )
        assert (committed in (200, 404), gone) == (True, 204)
    nothing_left_over()


@pytest.mark.parametrize("removed", [file_of, lambda record_id: f"{draft_of(record_id)}/files"], ids=["one", "all"])
def test_a_file_removed_while_its_bytes_come_is_gone_with_them(
    removed: Callable[[str], str], deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    for _ in range(ROUNDS):
        record_id = deposits.open()["id"]
        deposits.upload(record_id, content=OLD)
        sent, gone = at_once(
            act(author, "PUT", f"{file_of(record_id)}/content", data=NEW), act(author, "DELETE", removed(record_id))
        )
        assert (sent in (200, 201, 404), gone) == (True, 204)
        named_anew = [] if sent != 201 else ["data.csv"]  # the bytes began to come when no file had the name any more
        assert [file["key"] for file in author.get(f"{draft_of(record_id)}/files").get_json()["entries"]] == named_anew
    nothing_left_over()


def test_bytes_that_come_while_their_draft_is_published_are_in_the_version_or_refused(
    deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    for _ in range(ROUNDS):
        record_id = deposits.open()["id"]
        deposits.upload(record_id, content=OLD)
        sent, out = at_once(
            act(author, "PUT", f"{file_of(record_id)}/content", data=NEW), publication(author, record_id)
        )
        assert (sent, out) in ((200, 400), (404, 202))  # what was received and not committed stops the publication
        kept = OLD
        if sent == 200:
            assert author.post(f"{file_of(record_id)}/commit").status_code == 200
            deposits.publish(record_id)
            kept = NEW
        assert author.get(f"/api/records/{record_id}/files/data.csv/content").data == kept
    nothing_left_over()


@pytest.mark.parametrize("kind", [DraftKind.NEW, DraftKind.NEW_VERSION, DraftKind.EDIT])
def test_a_save_while_the_draft_is_published_is_in_the_version_or_refused(
    kind: DraftKind, deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    for _ in range(ROUNDS):
        record_id = _open(kind, deposits, author)
        assert author.put(draft_of(record_id), json=saying("before")).status_code == 200
        saved, out = at_once(
            act(author, "PUT", draft_of(record_id), json=saying("after")), publication(author, record_id)
        )
        assert out == 202
        record = author.get(f"/api/records/{record_id}").get_json()
        assert (saved, said(record)) in ((200, "after"), (404, "before"))
        assert author.get(draft_of(record_id)).status_code == 404
    nothing_left_over()


def _open(kind: DraftKind, deposits: Deposits, author: Caller) -> str:
    """A draft that can be published."""
    if kind is DraftKind.EDIT:
        record_id = str(deposits.published()["id"])
        assert author.post(draft_of(record_id)).status_code == 201
        return record_id
    published = kind is DraftKind.NEW_VERSION and deposits.published()["id"]
    record_id = author.post(f"/api/records/{published}/versions").get_json()["id"] if published else None
    record_id = record_id or deposits.open()["id"]
    deposits.upload(record_id)
    return str(record_id)


@pytest.mark.parametrize("kind", [DraftKind.NEW, DraftKind.NEW_VERSION, DraftKind.EDIT])
def test_a_draft_is_published_or_discarded_never_both(
    kind: DraftKind,
    services: Services,
    deposits: Deposits,
    author: Caller,
    nothing_left_over: Callable[[], None],
) -> None:
    for _ in range(ROUNDS):
        record_id = _open(kind, deposits, author)
        before = {version.id: version.revision for version in all_of(services, Version)}
        out, gone = at_once(publication(author, record_id), act(author, "DELETE", draft_of(record_id)))
        assert (out, gone) in ((202, 404), (404, 204))
        after = {version.id: version.revision for version in all_of(services, Version)}
        assert (after != before) == (out == 202)
        assert all_of(services, Draft) == []
    nothing_left_over()


def test_two_edits_of_one_record_are_one_draft_that_says_what_one_of_them_said(
    services: Services, deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    record_id = deposits.published()["id"]

    def edit(word: str) -> list[int]:
        opened = status(author, "POST", draft_of(record_id))
        return [opened, status(author, "PUT", draft_of(record_id), json=saying(word))]

    for _ in range(ROUNDS):
        before = author.get(f"/api/records/{record_id}").get_json()["revision_id"]
        assert at_once(partial(edit, "mine"), partial(edit, "yours")) == [[201, 200]] * 2
        draft = author.get(draft_of(record_id)).get_json()
        assert said(draft) in ("mine", "yours")
        assert draft["revision_id"] == before + 3  # opened once, saved twice: neither save was lost unnoticed
        assert said(deposits.publish(record_id)) == said(draft)
    assert facts_of(services, "EditBegun") == ROUNDS
    nothing_left_over()


def test_all_that_can_be_done_to_one_dataset_at_once_neither_fails_nor_waits_for_ever(
    services: Services, deposits: Deposits, author: Caller, nothing_left_over: Callable[[], None]
) -> None:
    embargo = {"active": True, "until": "2999-01-01", "reason": None}
    closed = {**a_dataset(), "access": {"record": "restricted", "files": "restricted", "embargo": embargo}}
    first = latest = deposits.published(closed)["id"]
    for turn in range(ROUNDS):
        assert author.post(draft_of(first)).status_code == 201
        succeeding = author.post(f"/api/records/{latest}/versions").get_json()["id"]
        deposits.upload(succeeding)
        _end_embargo(services, first)
        outcomes = at_once(
            publication(author, first),
            publication(author, succeeding),
            act(author, "PUT", draft_of(first), json={**closed, **saying(f"{turn}")}),
            act(author, "POST", draft_of(latest)),
            act(author, "POST", f"/api/records/{first}/versions"),
            lambda: 200 + lift_embargoes(services.database, datetime.now(UTC).date()),
        )
        assert outcomes[0] in (202, 400)  # an embargo that has ended meanwhile cannot begin again
        assert outcomes[1] == 202
        assert outcomes[2] in (200, 404)
        assert outcomes[3:5] == [201, 201]
        assert outcomes[5] in (200, 201)
        _discard_drafts(services, author)
        latest = succeeding
    versions = sorted(all_of(services, Version), key=lambda version: version.index)
    assert [version.index for version in versions] == list(range(1, ROUNDS + 2))
    assert [concept.latest_id for concept in all_of(services, Concept)] == [int(latest)]
    nothing_left_over()


def _end_embargo(services: Services, record_id: str) -> None:
    """Close the version for readers until yesterday, as one that the clock has overtaken."""
    yesterday: date = datetime.now(UTC).date() - timedelta(days=1)
    with services.database.transaction(SYSTEM) as unit:
        version = unit.session.get_one(Version, int(record_id))
        version.record_access = version.files_access = "restricted"
        version.embargo_until = yesterday


def _discard_drafts(services: Services, author: Caller) -> None:
    for draft in all_of(services, Draft):
        assert author.delete(draft_of(str(draft.id))).status_code == 204
