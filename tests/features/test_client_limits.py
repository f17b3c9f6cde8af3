"""The command line sends as the server says that it takes files: sizes of parts, names and files of one request."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from werkzeug.wrappers import Request, Response

from repository.client.server_limits import ServerLimits
from tests.conftest import Deposits
from tests.features.client_calls import Client
from tests.support.live_server import LiveServer

MIB = 1 << 20


@pytest.mark.parametrize(
    ("size", "preferred", "expected"),
    [
        (100 * MIB, 16 * MIB, 16 * MIB),
        (100 * MIB, MIB, 8 * MIB),
        (4000 * MIB, 16 * MIB, 40 * MIB),
        (10, 99 * MIB, 64 * MIB),
    ],
)
def test_parts_are_of_a_size_that_the_server_takes(size: int, preferred: int, expected: int) -> None:
    limits = ServerLimits(most_parts=100, smallest_part=8 * MIB, largest_part=64 * MIB)
    assert limits.part_size_for(size, preferred) == expected


def test_a_file_that_needs_larger_parts_than_the_server_takes_is_left_to_it_to_refuse() -> None:
    limits = replace(ServerLimits(), most_parts=2, largest_part=8 * MIB)
    assert limits.part_size_for(32 * MIB, MIB) == 16 * MIB


@pytest.mark.slow
def test_bundles_are_as_large_as_the_server_says(
    depositor: Client, client_site: LiveServer, deposits: Deposits, tmp_path: Path
) -> None:
    told: dict[str, Any] = {"bundles": {"files": 3, "bytes": 4 * MIB, "sha256": "REPOSITORY.sha256"}}

    def answer(request: Request) -> Response | None:
        return Response(orjson.dumps(told), mimetype="application/json") if request.path == "/api/limits" else None

    client_site.between = answer
    (tmp_path / "data").mkdir()
    for number in range(7):
        (tmp_path / "data" / f"{number}.txt").write_text(str(number))
    depositor.told("upload", deposits.open()["id"], tmp_path / "data")
    assert sum(path.endswith("/files-bundle") for path in client_site.paths("POST")) == 3
