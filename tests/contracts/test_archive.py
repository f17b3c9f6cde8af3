"""Both archives: the contract, and what only a directory or a server can be asked."""

import errno
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest

from repository.core.errors import Unavailable
from repository.engines.archive.local_archive import LocalArchive
from repository.engines.archive.port import Archive
from repository.engines.archive.s3_archive import S3Archive
from repository.engines.store.s3_address import s3_address
from tests.contracts.archive_contract import ArchiveContract, content, put
from tests.contracts.bytestore_contract import content_of, digests_of_content
from tests.contracts.s3_faults import LostAnswers, spoiled, with_endpoint
from tests.contracts.test_bytestore_local import failing, record_steps


class TestLocalArchive(ArchiveContract):
    @pytest.fixture
    def archive(self, tmp_path: Path) -> LocalArchive:
        return LocalArchive(tmp_path / "archive")

    def another(self, archive: Archive) -> LocalArchive:
        return LocalArchive(cast(LocalArchive, archive).root)

    def test_a_file_lies_under_its_path_and_cannot_be_written_to(self, archive: LocalArchive) -> None:
        put(archive, "ab/cd/0=ocfl_object_1.1", b"ocfl_object_1.1\n")
        file = archive.root / "ocfl/ab/cd/0=ocfl_object_1.1"
        assert file.read_bytes() == b"ocfl_object_1.1\n"
        assert file.stat().st_mode & 0o222 == 0
        assert list((archive.root / "incoming").iterdir()) == []

    def test_bytes_and_all_new_folders_are_flushed_before_a_write_returns(
        self, archive: LocalArchive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps = record_steps(monkeypatch, archive.root)
        put(archive, "ab/cd/data", b"abc")
        assert steps[0].startswith("flush incoming/")
        assert steps[1:] == ["flush ocfl", "flush ocfl/ab", "link ocfl/ab/cd/data", "flush ocfl/ab/cd"]

    def test_a_full_disk_is_unavailable_and_keeps_nothing(
        self, archive: LocalArchive, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(os, "write", failing(errno.ENOSPC))
            with pytest.raises(Unavailable, match="no room left"):
                put(archive, "v1/data", b"abc")
        assert [path for path in archive.root.rglob("*") if path.is_file()] == []


class TestS3Archive(ArchiveContract):
    @pytest.fixture
    def archive(self, s3_store_url: str) -> Iterator[S3Archive]:
        archive = S3Archive(s3_address(s3_store_url))
        yield archive
        archive.close()

    def another(self, archive: Archive) -> S3Archive:
        return S3Archive(cast(S3Archive, archive).place)

    def test_a_lost_answer_is_no_conflict(self, archive: S3Archive, s3_store_url: str) -> None:
        with spoiled(s3_store_url, LostAnswers(b"if-none-match")) as url:
            put(S3Archive(s3_address(url)), "v1/data", b"abc")
        assert content(archive, "v1/data") == b"abc"

    def test_a_server_that_is_not_there_is_unavailable(self, s3_store_url: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        archive = S3Archive(s3_address(with_endpoint(s3_store_url, f"http://127.0.0.1:{port}")))
        acts: list[Callable[[], object]] = [
            lambda: put(archive, "v1/data", b"abc"),
            lambda: archive.exists("v1"),
            lambda: list(archive.list()),
        ]
        for act in acts:
            with pytest.raises(Unavailable, match="does not answer"):
                act()

    def test_a_file_of_several_parts_is_one_file(self, archive: S3Archive) -> None:
        whole = content_of(9 << 20)
        put(archive, "v1/large", whole)
        assert digests_of_content(content(archive, "v1/large")) == digests_of_content(whole)
