"""Nothing is looked into: media types are those that names suggest, and there are no previews."""

from collections.abc import Sequence

from repository.engines.inspector.cage.reasons import Reason
from repository.engines.inspector.port import FileToInspect, Finding
from repository.engines.store.port import ByteStore


class NoInspector:
    """It looks into no file."""

    is_looking = False

    def inspect(self, _store: ByteStore, files: Sequence[FileToInspect]) -> Sequence[Finding]:
        return [Finding(reason=Reason.NO_CAGE.value, is_final=False)] * len(files)

    def close(self) -> None:
        """Nothing was started."""
