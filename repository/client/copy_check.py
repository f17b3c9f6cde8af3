"""A folder is compared with a record: which files are missing, others, or too many."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from repository.client.crew import Crew
from repository.client.download_run import difference_here
from repository.client.files_here import LocalFile, selected
from repository.client.remote_files import RemoteFile
from repository.client.transfer_progress import Progress


@dataclass
class CopyCheck:
    """What the comparison has shown; `unsure` are files of which the record tells no digest."""

    same: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    different: dict[str, str] = field(default_factory=dict)
    extra: list[str] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)

    def compare(
        self, files: Sequence[RemoteFile], folder: Path, jobs: int, progress: Progress, stop: threading.Event
    ) -> None:
        """Compare `files` with those below `folder`; hidden files count as extra only if the record has such ones."""
        here = {file.key: file for file in selected([folder], hidden=True).files}
        progress.expect(len(files), sum(file.size or 0 for file in files))
        crew = Crew(jobs, stop)
        for file in files:
            crew.add(partial(self._compare, file, here.get(file.key), progress, stop))
        crew.run()
        names = {file.key for file in files}
        self.extra = sorted(key for key in here.keys() - names if not is_hidden(key))
        for names_of_kind in (self.same, self.missing, self.unsure):
            names_of_kind.sort()

    def _compare(self, file: RemoteFile, here: LocalFile | None, progress: Progress, stop: threading.Event) -> None:
        running = progress.begin(file.key, file.size or 0)
        fault = difference_here(here.path, file, lambda size: progress.advance(running, size)) if here else ""
        progress.end(running, is_whole=not stop.is_set())
        if here is None:
            self.missing.append(file.key)
        elif fault:
            self.different[file.key] = fault
        else:
            (self.same if file.digests else self.unsure).append(file.key)


def is_hidden(key: str) -> bool:
    """Tell whether the file, or a folder that it lies in, begins with a dot."""
    return any(segment.startswith(".") for segment in key.split("/"))
