"""The promises of `repository.engines.archive.port`, run on every adapter.

A test module derives from `ArchiveContract` and gives it a fixture `archive`, empty and new for each test.
"""

import hashlib
import unicodedata
from collections.abc import Callable
from io import BytesIO
from typing import cast

import pytest

from repository.core.errors import Conflict, NotFound
from repository.engines.archive.port import Archive, ArchivedFile, fixity_of
from repository.engines.store.digests import BLOCK
from tests.contracts.bytestore_contract import (
    CutOff,
    Trickle,
    content_of,
    digests_of_content,
    write_at_once,
)

COMPOSED = unicodedata.normalize("NFC", "v1/content/café.csv")
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
PATHS = [
    "0=ocfl_1.1",
    "ocfl_layout.json",
    "ab/cd/10.1234%2Fdata/0=ocfl_object_1.1",
    "ab/cd/10.1234%2Fdata/inventory.json",
    "ab/cd/10.1234%2Fdata/inventory.json.sha512",
    "ab/cd/10.1234%2Fdata/v1/content/数据 表 (1).csv",
    "ab/cd/10.1234%2Fdata/v1/content/Übersicht & 'notes' #1?.txt",
    "ab/cd/10.1234%2Fdata/v1/content/a/b/.hidden",
    "ab/cd/10.1234%2Fdata/v1/content/a+b=c.txt",
]
HOSTILE_PATHS = ["", "/", "/abs", "a//b", "a/", ".", "..", "../x", "a/../x", "./a", "a\0b", "a\nb", "a\x7fb"]
TOO_LONG = ["x" * 256, "数" * 86, "/".join(["x" * 200] * 5)]


def put(archive: Archive, path: str, content: bytes) -> None:
    archive.write_once(path, BytesIO(content))


def content(archive: Archive, path: str, start: int = 0) -> bytes:
    with archive.open(path, start) as file:
        return file.read()


class ArchiveContract:
    """Derive from this and define the fixture `archive`."""

    @pytest.fixture
    def archive(self) -> Archive:
        raise pytest.UsageError("an adapter's tests define the fixture `archive`")

    def another(self, archive: Archive) -> Archive:
        """The archive of another process, in the same place."""
        raise pytest.UsageError("an adapter's tests open an archive again")

    @pytest.mark.parametrize("path", PATHS)
    def test_every_path_that_ocfl_needs_is_taken(self, archive: Archive, path: str) -> None:
        put(archive, path, path.encode())
        assert content(archive, path) == path.encode()
        assert list(archive.list()) == [ArchivedFile(path, len(path.encode()))]

    @pytest.mark.parametrize("size", [0, 1, BLOCK, 9 * BLOCK + 5])
    def test_bytes_read_are_the_bytes_written_and_both_digests_are_answered(self, archive: Archive, size: int) -> None:
        assert archive.write_once("v1/data", BytesIO(content_of(size))) == digests_of_content(content_of(size))
        assert content(archive, "v1/data") == content_of(size)
        assert content(archive, "v1/data", size // 2) == content_of(size)[size // 2 :]

    def test_paths_in_different_normal_forms_are_different_files(self, archive: Archive) -> None:
        put(archive, COMPOSED, b"composed")
        put(archive, DECOMPOSED, b"decomposed")
        assert (content(archive, COMPOSED), content(archive, DECOMPOSED)) == (b"composed", b"decomposed")
        assert {file.path for file in archive.list("v1")} == {COMPOSED, DECOMPOSED}

    @pytest.mark.parametrize("second", [b"first", b"other"])
    def test_a_file_is_never_overwritten(self, archive: Archive, second: bytes) -> None:
        put(archive, "inventory.json", b"first")
        with pytest.raises(Conflict):
            put(self.another(archive), "inventory.json", second)
        assert content(archive, "inventory.json") == b"first"

    def test_of_two_writers_at_once_one_wins(self, archive: Archive) -> None:
        candidates = [bytes([number]) * 70_000 for number in range(4)]
        won = write_at_once([lambda c=c: put(archive, "v1/data", c) for c in candidates])  # type: ignore[misc]
        assert sum(won) == 1
        assert content(archive, "v1/data") == candidates[won.index(True)]

    def test_a_file_that_is_not_there_is_not_found(self, archive: Archive) -> None:
        put(archive, "v1/content/data", b"abc")
        for path in ("v2", "v1", "v1/content", "v1/content/dat"):
            assert (archive.exists(path), archive.size(path)) == (False, None)
            with pytest.raises(NotFound):
                archive.open(path)

    def test_a_file_that_is_there_is_known_with_its_size(self, archive: Archive) -> None:
        put(archive, "v1/content/data", b"abc")
        assert self.another(archive).exists("v1/content/data")
        assert archive.size("v1/content/data") == 3

    def test_the_files_below_a_folder_are_listed_in_the_order_of_their_bytes(self, archive: Archive) -> None:
        for path in (*PATHS, "ab/cd-e", "ab/cd/0", "ab/cd0", "abc"):
            put(archive, path, b"x")
        files = archive.list()
        assert iter(files) is files
        assert [file.path for file in files] == sorted((*PATHS, "ab/cd-e", "ab/cd/0", "ab/cd0", "abc"), key=str.encode)
        assert [file.path for file in archive.list("ab/cd")] == sorted(
            (*(path for path in PATHS if path.startswith("ab/cd/")), "ab/cd/0"), key=str.encode
        )
        assert list(archive.list("absent")) == []

    def test_an_archive_that_is_prepared_again_keeps_its_files(self, archive: Archive) -> None:
        put(archive, "v1/data", b"abc")
        archive.prepare()
        assert content(archive, "v1/data") == b"abc"

    def test_a_source_that_breaks_leaves_nothing_and_its_error_passes(self, archive: Archive) -> None:
        source = cast(BytesIO, Trickle(b"abc", 2, CutOff("connection lost")))
        with pytest.raises(CutOff, match="connection lost"):
            archive.write_once("v1/data", source)
        assert list(archive.list()) == []
        put(archive, "v1/data", b"again")
        assert content(archive, "v1/data") == b"again"

    @pytest.mark.parametrize("path", [*HOSTILE_PATHS, *TOO_LONG])
    def test_a_hostile_path_is_refused_by_every_act(self, archive: Archive, path: str) -> None:
        acts: list[Callable[[], object]] = [
            lambda: put(archive, path, b"abc"),
            lambda: archive.open(path),
            lambda: archive.size(path),
            lambda: archive.exists(path),
        ]
        for act in acts:
            with pytest.raises(ValueError):
                act()
        assert list(archive.list()) == []

    @pytest.mark.parametrize("algorithm", ["sha512", "sha256", "md5"])
    def test_the_fixity_of_a_file_is_the_digest_of_its_bytes(self, archive: Archive, algorithm: str) -> None:
        put(archive, "v1/data", content_of(BLOCK + 3))
        assert fixity_of(archive, "v1/data", algorithm) == hashlib.new(algorithm, content_of(BLOCK + 3)).hexdigest()
        with pytest.raises(NotFound):
            fixity_of(archive, "absent")
