"""The mailer of a site without a mail server: each message is a file of the site's user.

A message may hold a secret link, so nothing is kept for long: at most `MOST` files, each for `KEPT`.
"""

import os
import time
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

from repository.core.errors import Unavailable
from repository.engines.mail.port import Delivery, DeliveryStage, PreparedMail

MOST = 1_000
KEPT = timedelta(days=30)
_PART = ".part"


class EmlFolder:
    """Writes messages as ``.eml`` files (RFC 5322) into `folder`, which is made when the first one comes."""

    def __init__(self, folder: Path, most: int = MOST, kept: timedelta = KEPT) -> None:
        self._folder = folder
        self._most = most
        self._kept = kept

    def send(self, mail: PreparedMail) -> Delivery:
        """Write the file whole or not at all; the same message again takes the place of the first."""
        path = self._path(mail.reference)
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(path, bytes(mail.message))
            self._clear()
        except OSError as error:
            raise Unavailable(f"The folder of mail cannot be written: {error.strerror}.") from error
        return Delivery(DeliveryStage.SENT, f"written as {path.name}")

    def kept(self, reference: str) -> bytes | None:
        try:
            return self._path(reference).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise Unavailable(f"The folder of mail cannot be read: {error.strerror}.") from error

    def describe(self) -> str:
        return f"a folder of .eml files ({self._folder})"

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _path(self, reference: str) -> Path:
        return self._folder / f"{sha256(reference.encode()).hexdigest()[:32]}.eml"

    def _write(self, path: Path, content: bytes) -> None:
        part = path.with_name(f"{path.stem}-{os.getpid()}-{time.monotonic_ns()}{_PART}")
        try:
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

    def _clear(self) -> None:
        """Remove what is too old, then the oldest beyond the limit; another process may do the same."""
        with os.scandir(self._folder) as entries:
            files = [entry for entry in entries if entry.name.endswith((".eml", _PART))]
        dated = sorted(_dated(files), reverse=True)
        oldest = time.time() - self._kept.total_seconds()
        for place, (written, path) in enumerate(dated):
            if place >= self._most or written < oldest:
                Path(path).unlink(missing_ok=True)


def _dated(files: list[os.DirEntry[str]]) -> list[tuple[float, str]]:
    dated = []
    for entry in files:
        with suppress(FileNotFoundError):  # another process cleared it just now
            dated.append((entry.stat().st_mtime, entry.path))
    return dated
