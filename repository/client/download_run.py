"""Brings the files of a record into a folder: what is there stays, the rest comes, and everything is compared."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from repository.client.api_session import ApiSession
from repository.client.client_errors import ClientError, ConnectionLost, FileFault, Refused
from repository.client.crew import Crew
from repository.client.fetch_file import FileFetch, OtherBytes
from repository.client.files_here import BLOCK_BYTES, digest_of
from repository.client.remote_files import RemoteFile
from repository.client.safe_places import SafeFolder
from repository.client.transfer_progress import Progress, RunningFile
from repository.client.upload_run import CLOSED, FileOutcome


class DownloadRun:
    """One download; `run` once."""

    def __init__(
        self,
        session: ApiSession,
        record: str,
        folder: Path,
        jobs: int,
        progress: Progress,
        *,
        draft: bool,
        replaces: bool,
    ) -> None:
        self._session = session
        self._record = record
        self._folder = folder
        self._crew = Crew(jobs, session.patience.stop)
        self._progress = progress
        self._is_draft = draft
        self._replaces = replaces
        self.outcomes: dict[str, FileOutcome] = {}

    def run(self, files: Sequence[RemoteFile]) -> None:
        """Download `files`; `outcomes` tells of each.

        Raises `Refused` if they are closed to us, `ConnectionLost`, and `KeyboardInterrupt`.
        """
        self._progress.expect(len(files), sum(file.size or 0 for file in files))
        places = SafeFolder(self._folder, [file.key for file in files])
        try:
            for file in files:
                self._crew.add(partial(self._fetch, places, file))
            self._crew.run()
        finally:
            places.close()

    def _fetch(self, places: SafeFolder, file: RemoteFile) -> None:
        running = self._progress.begin(file.key, file.size or 0)
        try:
            place = places.place(file.key)
            if file.size is None:
                raise FileFault(f"{file.key}: the server does not tell its size")
            if self._is_here(file, place):
                self._finish(file, running, "skipped")
                return
            place.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._fail(file, running, FileFault(f"{file.key}: {error.strerror or error}"))
        except FileFault as error:
            self._fail(file, running, error)
        else:
            self._begin(file, running, place, places.part(file.key))

    def _is_here(self, file: RemoteFile, place: Path) -> bool:
        """Tell whether the file is here already; raise `FileFault` if another one is."""
        if not place.exists():
            return False
        fault = difference_here(place, file)
        if fault and not self._replaces:
            raise FileFault(f"{file.key}: another file is there ({fault}); --overwrite replaces it")
        return not fault

    def _begin(
        self, file: RemoteFile, running: RunningFile, place: Path, part: Path, *, is_second: bool = False
    ) -> None:
        url = f"{self._session.file_url(self._record, file.key, draft=self._is_draft)}/content"
        ended = partial(self._ended, place=place, is_second=is_second)
        FileFetch(self._session, url, file, part, running, self._progress, self._crew, ended).begin()

    def _ended(self, fetch: FileFetch, error: ClientError | None, *, place: Path, is_second: bool) -> None:
        if isinstance(error, OtherBytes) and fetch.is_resumed and not is_second:
            # What an earlier run has left does not belong to these bytes: once more, from the beginning.
            self._progress.again(fetch.running)
            again = fetch.part.with_name(f"{fetch.part.stem}.again.part")
            self._begin(fetch.remote, fetch.running, place, again, is_second=True)
        elif error is not None:
            self._fail(fetch.remote, fetch.running, error)
        else:
            fetch.part.replace(place)
            self._finish(fetch.remote, fetch.running, "fetched")

    def _finish(self, file: RemoteFile, running: RunningFile, state: str) -> None:
        self._progress.end(running, is_whole=True)
        self.outcomes[file.key] = FileOutcome(file.key, file.size or 0, state, dict(file.digests))

    def _fail(self, file: RemoteFile, running: RunningFile, error: ClientError) -> None:
        """Keep the reason of one file; raise what would stop every other file too."""
        self._progress.end(running, is_whole=False)
        self.outcomes[file.key] = FileOutcome(file.key, file.size or 0, "failed", reason=str(error))
        if isinstance(error, ConnectionLost) or (isinstance(error, Refused) and error.status in CLOSED):
            raise error

    @property
    def failed(self) -> list[FileOutcome]:
        """Files that are not here, or not as the record tells them."""
        return [outcome for outcome in self.outcomes.values() if outcome.state == "failed"]


def difference_here(place: Path, remote: RemoteFile, watch: Callable[[int], None] | None = None) -> str:
    """Return how a file here is another than the record's, empty if it is the same.

    `watch` is told of bytes read.
    """
    if not place.is_file():
        return "no file"
    size = place.stat().st_size
    if size != remote.size:
        return f"{size} bytes here, {remote.size} there"
    if remote.algorithm is None:
        return ""
    with place.open("rb") as stream:
        digest = digest_of(iter(partial(stream.read, BLOCK_BYTES), b""), remote.algorithm, watch)
    if digest != remote.digests[remote.algorithm]:
        return f"{remote.algorithm}:{digest} here, {remote.algorithm}:{remote.digests[remote.algorithm]} there"
    return ""
