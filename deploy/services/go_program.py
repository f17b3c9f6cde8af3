"""Programs that Go compiles from a module of one version."""

from dataclasses import dataclass
from pathlib import Path

from deploy.services.place import Place, carry_out, require, say


@dataclass(frozen=True, slots=True)
class GoProgram:
    """A command of a Go module, for `go install`."""

    path: str
    version: str

    @property
    def name(self) -> str:
        """Return the file's name among the programs."""
        return f"{self._command}-{self.version}"

    def fetch(self, place: Place) -> None:
        """Compile the program if it is missing; raise `ServiceError`."""
        place.make()
        place.program(self.name, self._compile)

    @property
    def _command(self) -> str:
        return self.path.rpartition("/")[2]

    def _compile(self, folder: Path) -> Path:
        """Compile in temporary caches, and return the program, which alone is kept."""
        say(f"compiling {self.name}, which takes some minutes")
        caches = {"GOPATH": f"{folder}/go", "GOCACHE": f"{folder}/cache", "GOFLAGS": "-modcacherw"}
        go = require("go", f"Compiling {self._command}")
        carry_out([go, "install", f"{self.path}@{self.version}"], {**caches, "GOBIN": f"{folder}/bin"})
        return folder / "bin" / self._command
