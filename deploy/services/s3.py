"""versitygw: an S3 server on a folder, which enforces signatures, expiry, checksums and ``If-None-Match``."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import parse_qs, urlsplit

from deploy.services.go_program import GoProgram
from deploy.services.replies import reply_of
from deploy.services.service import HOST, Service

PROGRAM = GoProgram("github.com/versity/versitygw/cmd/versitygw", "v1.8.0")
BUCKET, REGION = "repository", "us-east-1"
ACCESS_KEY, SECRET_KEY = "repository", "repository-secret"
"""No secrets: the server listens on loopback, and its data can be made again."""


class S3(Service):
    """A server without a bucket, which `repository prepare` creates."""

    name = "s3"
    default_port = 7071
    variable = "REPOSITORY_STORE_URL"
    schemes: ClassVar[tuple[str, ...]] = ("s3",)

    @property
    def url(self) -> str:
        return f"s3://{BUCKET}?endpoint=http://{HOST}:{self.port}&region={REGION}"

    @property
    def variables(self) -> Mapping[str, str]:
        keys = {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
        return {**super().variables, **keys}

    def fetch(self) -> None:
        """Compile the pinned version if it is missing; raise `ServiceError`."""
        PROGRAM.fetch(self.place)

    def prepare(self) -> None:
        """Create the folders that the command names; the server creates none."""
        for name in ("data", "versions"):
            self.place.folder_of(f"{self.name}/{name}")

    def command(self) -> list[str]:
        """Return the command; it is quiet, for a log of requests would hold signed addresses."""
        program = str(self.place.programs / PROGRAM.name)
        options = ["--port", f"{HOST}:{self.port}", "--region", REGION, "--keep-alive", "--quiet"]
        return [program, *options, "posix", "--versioning-dir", f"{self.folder}/versions", f"{self.folder}/data"]

    def environment(self) -> dict[str, str]:
        return {**super().environment(), "ROOT_ACCESS_KEY": ACCESS_KEY, "ROOT_SECRET_KEY": SECRET_KEY}

    @staticmethod
    def answers(url: str) -> bool:
        """Return whether the server replies to an unsigned listing of buckets; its refusal is a reply too."""
        query = parse_qs(urlsplit(url).query)
        region = query.get("region", [REGION])[0]
        endpoint = query.get("endpoint", [f"https://s3.{region}.amazonaws.com"])[0]
        return reply_of(endpoint, "/").status < 500
