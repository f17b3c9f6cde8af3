"""The traces of a miniSEED file: who recorded what, from when to when (SEED 2.4, section 8; FDSN miniSEED 3)."""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NoPreview, Reason
from repository.engines.inspector.cage.text_sniffing import plain

MOST_RECORDS, MOST_TRACES = 50_000, 200


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its source (network, station, location, channel), its time, and its length in bytes."""

    source: tuple[str, str, str, str]
    start: datetime
    samples: int
    rate: float
    length: int

    @property
    def end(self) -> datetime:
        return self.start + timedelta(seconds=max(0, self.samples - 1) / self.rate if self.rate else 0)


def traces(opened: OpenFile) -> dict[str, Any]:
    """Return one trace for each source and rate, with its first and last moment, samples and gaps."""
    read = _record3 if opened.sniffed.key == "mseed3" else _record2
    by_source: dict[tuple[tuple[str, str, str, str], float], dict[str, Any]] = {}
    place = records = 0
    while place < opened.size and records < MOST_RECORDS:
        opened.file.seek(place)
        record = read(opened.file.read(256))
        if record is None:
            break
        _add(by_source, record)
        records, place = records + 1, place + record.length
    if not records:
        raise NoPreview(Reason.UNREADABLE)
    shown = [_json(source, rate, trace) for (source, rate), trace in list(by_source.items())[:MOST_TRACES]]
    return {"traces": shown, "count": len(by_source), "records": records, "whole": place >= opened.size}


def _add(traces_by_source: dict[Any, dict[str, Any]], record: Record) -> None:
    trace = traces_by_source.setdefault((record.source, record.rate), {"samples": 0, "gaps": 0})
    if trace["samples"] and record.rate:
        distance = abs((record.start - trace["last"]).total_seconds() - 1 / record.rate)
        trace["gaps"] += distance > 0.5 / record.rate
    trace["start"] = min(trace.get("start", record.start), record.start)
    trace["end"] = max(trace.get("end", record.end), record.end)
    trace["last"] = record.end
    trace["samples"] += record.samples


def _json(source: tuple[str, str, str, str], rate: float, trace: dict[str, Any]) -> dict[str, Any]:
    names = dict(zip(("network", "station", "location", "channel"), (plain(part, 40) for part in source), strict=True))
    start, end = (trace[key].isoformat().replace("+00:00", "Z") for key in ("start", "end"))
    return {**names, "start": start, "end": end, "rate": rate, "samples": trace["samples"], "gaps": trace["gaps"]}


def _record2(head: bytes) -> Record | None:
    """Read a fixed header; the length of the record is in blockette 1000."""
    if len(head) < 48:
        return None
    order = ">" if 1900 <= struct.unpack_from(">H", head, 20)[0] <= 2100 else "<"
    year, day, hour, minute, second, _, fraction = struct.unpack_from(f"{order}HHBBBBH", head, 20)
    samples, factor, multiplier = struct.unpack_from(f"{order}Hhh", head, 30)
    (at,) = struct.unpack_from(f"{order}H", head, 46)
    length = 0
    while 48 <= at <= len(head) - 8 and not length:
        kind, following = struct.unpack_from(f"{order}HH", head, at)
        length = 1 << head[at + 6] if kind == 1000 and 7 <= head[at + 6] <= 28 else 0
        at = following if following > at else 0
    if not length or not _is_day(year, day) or hour > 23 or minute > 59:
        return None
    station, location, channel, network = (
        head[start:end].decode("ascii", "replace").strip("\0 ")
        for start, end in ((8, 13), (13, 15), (15, 18), (18, 20))
    )
    start = _moment(year, day, hour, minute, second) + timedelta(microseconds=100 * fraction)
    return Record((network, station, location, channel), start, samples, _rate2(factor, multiplier), length)


def _rate2(factor: int, multiplier: int) -> float:
    """Return samples a second (SEED 2.4, chapter 8, field 10 and 11)."""
    if not factor or not multiplier:
        return 0.0
    rate = float(factor) if factor > 0 else -1.0 / factor
    return rate * multiplier if multiplier > 0 else -rate / multiplier


def _record3(head: bytes) -> Record | None:
    """Read a fixed header of 40 bytes and the source identifier behind it, as ``FDSN:NET_STA_LOC_B_H_Z``."""
    if len(head) < 40 or head[:3] != b"MS\x03":
        return None
    nanosecond, year, day, hour, minute, second, _, rate, samples = struct.unpack_from("<IHHBBBBdI", head, 4)
    length_of_name, extra, payload = head[33], *struct.unpack_from("<HI", head, 34)
    if not _is_day(year, day) or hour > 23 or minute > 59 or rate != rate:
        return None
    name = head[40 : 40 + length_of_name].decode("utf-8", "replace").removeprefix("FDSN:").split("_")
    network, station, location, *bands = [*name, "", "", "", ""][: max(4, len(name))]
    start = _moment(year, day, hour, minute, second) + timedelta(microseconds=nanosecond // 1000)
    frequency = rate if rate >= 0 else -1.0 / rate
    return Record(
        (network, station, location, "".join(bands)), start, samples, frequency, 40 + length_of_name + extra + payload
    )


def _is_day(year: int, day: int) -> bool:
    return 1 < year < 9998 and 1 <= day <= 366


def _moment(year: int, day: int, hour: int, minute: int, second: int) -> datetime:
    return datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)
