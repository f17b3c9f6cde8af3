"""Upload and download through the API, beside boto3's own transfer of the same bytes with the same store."""

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from repository.core.actor import GRANTABLE, SYSTEM
from repository.engines.store.port import ContentDisposition
from repository.people.access_tokens import issue_token
from repository.people.accounts import register_person
from tests.benchmarks.api import description
from tests.benchmarks.servers.asking import Plain
from tests.benchmarks.servers.places import Site, served
from tests.engines.addresses import s3_client

ROUNDS = 5
MB = 1e6


def measure(place: Site, mebibytes: int) -> dict[str, Any]:
    """The medians of `ROUNDS` rounds, in each of which all four transfers take turns."""
    content = os.urandom(1 << 20) * mebibytes
    with place.services.database.transaction(SYSTEM) as unit:
        _, token = issue_token(unit, register_person(unit, "bench@example.org"), GRANTABLE)
    took: dict[str, list[float]] = {}
    with served(place):
        call = Plain(place.settings["BASE_URL"], token)
        for number in range(ROUNDS + 1):
            for name, seconds in _round(place, call, content, number).items():
                took.setdefault(name, []).append(seconds)
    speeds = {name: round(len(content) / MB / sorted(each[1:])[ROUNDS // 2], 1) for name, each in took.items()}
    return {
        "MB_per_s": speeds,
        "ratio_upload": round(speeds["upload"] / speeds["boto3_upload"], 2),
        "ratio_download": round(speeds["download"] / speeds["boto3_download"], 2),
        "ratio_download_to_one_get": round(speeds["download"] / speeds["one_get"], 2),
    }


def _round(place: Site, call: Plain, content: bytes, number: int) -> dict[str, float]:
    record_id = json.loads(call("POST", "/api/records", json.dumps(description(number)).encode()))["id"]
    file = f"/api/records/{record_id}/draft/files/big.bin"
    call("POST", f"/api/records/{record_id}/draft/files", b'[{"key": "big.bin"}]')
    client, key = s3_client(), f"boto3-{number}"
    seconds = {
        "boto3_upload": _timed(lambda: client.upload_fileobj(BytesIO(content), place.bucket, key)),
        "upload": _timed(lambda: call("PUT", f"{file}/content", content, "application/octet-stream")),
    }
    call("POST", f"{file}/commit")
    back = BytesIO()
    seconds["boto3_download"] = _timed(lambda: client.download_fileobj(place.bucket, key, back))
    shown = ContentDisposition("big.bin", "application/octet-stream", inline=False)
    signed = str(place.services.store.address(key, shown, timedelta(minutes=5)))
    seconds["one_get"] = _timed(lambda: _expect(content, _get(signed)))
    seconds["download"] = _timed(lambda: _expect(content, _followed(place, call, f"{file}/content")))
    _expect(content, back.getvalue())
    return seconds


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _followed(place: Site, call: Plain, path: str) -> bytes:
    """The bytes where the API sends us."""
    return _get(call.location(path))


def _get(address: str) -> bytes:
    parts = urlsplit(address)
    connection = HTTPConnection(str(parts.hostname), parts.port, timeout=300)
    connection.request("GET", f"{parts.path}?{parts.query}")
    content = connection.getresponse().read()
    connection.close()
    return content


def _expect(content: bytes, got: bytes) -> None:
    if got != content:
        raise RuntimeError("other bytes came back")
