"""A program reads what it needs of a large file by ranges, from a server as it runs, and never fetches the whole."""

import csv
import io
import zipfile
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.conftest import a_dataset
from tests.support.web_server import HOST, running

pytestmark = [pytest.mark.process, pytest.mark.slow]

ROWS = "\n".join(f"{n},{n * n}" for n in range(20_000)).encode()
NOISE = bytes(range(256)) * 8192


class RemoteFile(io.RawIOBase):
    """A file at an address, read by ranges; counts the bytes that came."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._at = 0
        self.received = 0
        with urlopen(Request(address, method="HEAD")) as answer:
            self.size = int(answer.headers["Content-Length"])
            assert answer.headers["Accept-Ranges"] == "bytes"

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int = -1) -> bytes:
        stop = self.size if size < 0 else min(self.size, self._at + size)
        if self._at >= stop:
            return b""
        with urlopen(Request(self._address, headers={"Range": f"bytes={self._at}-{stop - 1}"})) as answer:
            assert answer.status == 206
            assert answer.headers["Content-Range"] == f"bytes {self._at}-{stop - 1}/{self.size}"
            piece: bytes = answer.read()
        self._at += len(piece)
        self.received += len(piece)
        return piece


def zip_of(**members: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as made:
        for name, member in members.items():
            made.writestr(name, member)
    return content.getvalue()


def expect_reading_in_place(folder: Path, **settings: str) -> None:
    with running(folder, WEB_PROCESSES="1", **settings) as server:
        author = server.depositor()
        record = author("POST", "/api/records", a_dataset(title="Penguins")).json["id"]
        files = f"/api/records/{record}/draft/files"
        content = {"noise.bin": NOISE, "packed.zip": zip_of(big=NOISE, small=b"small"), "table.csv": ROWS}
        author("POST", files, [{"key": key} for key in content])
        for key, data in content.items():
            assert author("PUT", f"{files}/{key}/content", data).status == 200
            assert author("POST", f"{files}/{key}/commit").status == 200
        assert author("POST", f"/api/records/{record}/draft/actions/publish").status == 202
        base = f"http://{HOST}:{server.port}/api/records/{record}"

        for address, member, expected in (
            (f"{base}/files/packed.zip/content", "small", b"small"),
            (f"{base}/files-archive", "table.csv", ROWS),
        ):
            remote = RemoteFile(address)
            with zipfile.ZipFile(remote) as opened:  # type: ignore[call-overload]
                assert opened.read(member) == expected
            assert remote.received < len(expected) + 10_000, "only directory and member came"
        remote = RemoteFile(f"{base}/files/table.csv/content")
        remote.seek(-60, io.SEEK_END)
        rows = list(csv.reader(remote.read().decode().splitlines()[1:]))
        assert rows[-1] == ["19999", str(19_999**2)]
        assert remote.received == 60


def test_what_is_needed_is_read_from_a_folder(tmp_path: Path) -> None:
    expect_reading_in_place(tmp_path)


def test_what_is_needed_is_read_from_a_bucket(tmp_path: Path, s3_store_url: str) -> None:
    expect_reading_in_place(tmp_path, STORE_URL=s3_store_url)
