"""MinIO: a second S3 server, on which tests alone run the contract of the byte store, for S3 servers differ."""

import shutil
from pathlib import Path
from typing import ClassVar

from deploy.services.go_program import GoProgram
from deploy.services.place import ServiceError
from deploy.services.replies import reply_of
from deploy.services.s3 import ACCESS_KEY, SECRET_KEY
from deploy.services.service import HOST, Service

PROGRAM = GoProgram("github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c")
"""Its newest version; versions of this module have no other names."""
FREE_SHARE = 0.02
"""MinIO refuses to write where less than a hundredth of the disk is free, which no setting changes."""


class MinIO(Service):
    """A server on one folder, without its web console; it asks nobody for news."""

    name = "minio"
    default_port = 7072
    variable = "REPOSITORY_TEST_MINIO_URL"
    schemes: ClassVar[tuple[str, ...]] = ("http", "https")

    @property
    def url(self) -> str:
        """Return the address with its keys: those of the other S3 server may differ."""
        return f"http://{ACCESS_KEY}:{SECRET_KEY}@{HOST}:{self.port}"

    def fetch(self) -> None:
        """Compile the pinned version if it is missing; raise `ServiceError`."""
        PROGRAM.fetch(self.place)

    def prepare(self) -> None:
        """Create the folder of the data; raise `ServiceError` on a disk that MinIO takes for full."""
        data = self.place.folder_of(f"{self.name}/data")
        _require_room(data)

    def command(self) -> list[str]:
        program = str(self.place.programs / PROGRAM.name)
        return [program, "server", "--quiet", "--address", f"{HOST}:{self.port}", f"{self.folder}/data"]

    def environment(self) -> dict[str, str]:
        keys = {"MINIO_ROOT_USER": ACCESS_KEY, "MINIO_ROOT_PASSWORD": SECRET_KEY}
        return {**super().environment(), **keys, "MINIO_BROWSER": "off", "MINIO_UPDATE": "off"}

    @staticmethod
    def answers(url: str) -> bool:
        """Return whether the server reports that it can write; other S3 servers do not know the question."""
        return reply_of(url, "/minio/health/cluster").status == 200


def _require_room(folder: Path) -> None:
    disk = shutil.disk_usage(folder)
    if disk.free < FREE_SHARE * (disk.used + disk.free):
        raise ServiceError(f"minio: less than {FREE_SHARE:.0%} of the disk of {folder} is free, and it would not write")
