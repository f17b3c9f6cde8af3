"""The depositor's command line beside tools that speak with the same S3 server directly.

``python -m tests.benchmarks.client_files [--files 5000] [--mebibytes 2048]``, with the servers of ``make services``:
many files of 10 kB by ``repository upload``, by boto3's own threads, as ``aws s3 cp --recursive`` has them, and by
``rclone copy`` where it is installed; one large file in parts of 16 MiB by ``repository upload`` and by boto3.  It
prints one JSON object; a ratio of 1 is as fast as the other.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from boto3.s3.transfer import TransferConfig

from repository.core.actor import GRANTABLE, SYSTEM
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.benchmarks.api import description
from tests.benchmarks.servers.asking import Plain
from tests.benchmarks.servers.places import Site, served, site
from tests.engines.addresses import s3_client, s3_options

FILE_BYTES = 10_000
PART_MEBIBYTES = 16
THREADS = 10
"""of ``aws s3 cp``, unless it is configured otherwise"""
ROUNDS = 3


def main() -> None:
    """Measure both, on an installation of the run's own."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--files", type=int, default=5000)
    arguments.add_argument("--mebibytes", type=int, default=2048)
    chosen = arguments.parse_args()
    with site() as place:
        folder = place.folder / "files"
        folder.mkdir()
        for number in range(chosen.files):
            (folder / f"{number:06}.bin").write_bytes(os.urandom(FILE_BYTES))
        large = place.folder / "large.bin"
        with large.open("wb") as stream:
            for _ in range(chosen.mebibytes):
                stream.write(os.urandom(1 << 20))
        with served(place):
            caller = _Caller(place)
            print(json.dumps({"many": caller.many(folder, chosen.files), "large": caller.large(large)}, indent=2))


class _Caller:
    """A depositor, and the store beside."""

    def __init__(self, place: Site) -> None:
        with place.services.database.transaction(SYSTEM) as unit:
            _, self.token = issue_token(unit, register_person(unit, "bench@example.org"), GRANTABLE)
        self.place = place

    def many(self, folder: Path, files: int) -> Mapping[str, Any]:
        """Return files in a second by each way, and the ratios of ours to the others."""
        ways: dict[str, Callable[[int], None]] = {
            "repository": lambda _: self.upload(folder, "--jobs", "8"),
            "boto3": lambda number: _by_boto3(folder, self.place.bucket, f"boto3-{number}"),
        }
        if rclone := shutil.which("rclone"):
            ways["rclone"] = lambda number: _by_rclone(rclone, folder, self.place.bucket, f"rclone-{number}")
        return _told({name: files / seconds for name, seconds in _medians(ways).items()})

    def large(self, file: Path) -> Mapping[str, Any]:
        """Return megabytes in a second of a file in parts; that the server reads it is not waited for."""
        parts = TransferConfig(multipart_chunksize=PART_MEBIBYTES << 20, max_concurrency=THREADS)
        options = ("--jobs", str(THREADS), "--part-size", str(PART_MEBIBYTES), "--wait", "0")
        ways: dict[str, Callable[[int], None]] = {
            "repository": lambda _: self.upload(file, *options),
            "boto3": lambda n: s3_client().upload_file(str(file), self.place.bucket, f"large-{n}", Config=parts),
        }
        return _told({name: file.stat().st_size / 1e6 / seconds for name, seconds in _medians(ways).items()})

    def upload(self, path: Path, *options: str) -> None:
        """Send a file or folder into a new draft."""
        call = Plain(self.place.settings["BASE_URL"], self.token)
        record = json.loads(call("POST", "/api/records", json.dumps(description(0)).encode()))["id"]
        line = [sys.executable, "-m", "repository", "upload", record, str(path), "--quiet", *options]
        variables = {"REPOSITORY_SERVER": self.place.settings["BASE_URL"], "REPOSITORY_TOKEN": self.token}
        subprocess.run(line, check=True, env={**os.environ, **variables}, stdout=subprocess.DEVNULL)


def _by_boto3(folder: Path, bucket: str, prefix: str) -> None:
    client = s3_client()
    with ThreadPoolExecutor(THREADS) as threads:
        for future in [
            threads.submit(client.upload_file, str(file), bucket, f"{prefix}/{file.name}") for file in folder.iterdir()
        ]:
            future.result()


def _by_rclone(program: str, folder: Path, bucket: str, prefix: str) -> None:
    options = {"type": "s3", "provider": "Other", "env_auth": "true", **s3_options()}
    variables = {f"RCLONE_CONFIG_STORE_{name.upper()}": value for name, value in options.items()}
    environment = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
    line = [program, "copy", str(folder), f"store:{bucket}/{prefix}"]
    subprocess.run(line, check=True, env={**environment, **variables}, capture_output=True)


def _medians(ways: Mapping[str, Callable[[int], None]]) -> dict[str, float]:
    """Return the median seconds of each way; they take turns."""
    took: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(ROUNDS):
        for name, way in ways.items():
            begin = time.monotonic()
            way(number)
            took[name].append(time.monotonic() - begin)
    return {name: sorted(seconds)[ROUNDS // 2] for name, seconds in took.items()}


def _told(speeds: Mapping[str, float]) -> Mapping[str, Any]:
    ratios = {f"ratio_{name}": round(speeds["repository"] / speeds[name], 2) for name in speeds if name != "repository"}
    return {**{name: round(speed, 1) for name, speed in speeds.items()}, **ratios}


if __name__ == "__main__":
    main()
