"""The demonstration data are what they claim; the demonstration notices a server that errs."""

import csv
import hashlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

from repository.cli.api_client import ApiClient, ApiError, digests_of_file
from repository.cli.demo import (
    ABSENT_WORD,
    DemoFailed,
    demo,
    show,
    wait_for,
)
from repository.cli.demo_datasets import DEFAULT_DATA, read_datasets

HAN = re.compile("[\u4e00-\u9fff]")
DATASETS = {dataset.name: dataset for dataset in read_datasets(DEFAULT_DATA)}
FILES = {f"{name}/{key}": path for name, d in DATASETS.items() for key, path in d.files.items()}


def titles_of(metadata: Any) -> str:
    return " ".join([metadata["title"], *(t["title"] for t in metadata["additional_titles"])])


# the data


def test_every_file_has_the_size_and_sha256_that_its_provenance_states() -> None:
    text = (DEFAULT_DATA / "PROVENANCE.md").read_text(encoding="utf-8")
    stated = re.findall(r"^\| `(\S+)` \| (\d+) \| `([0-9a-f]{64})` \|$", text, re.MULTILINE)
    found = [
        (name, str(path.stat().st_size), hashlib.sha256(path.read_bytes()).hexdigest()) for name, path in FILES.items()
    ]
    assert sorted(stated) == sorted(found)


def test_there_are_at_least_four_datasets_in_less_than_two_megabytes() -> None:
    assert len(DATASETS) >= 4
    assert sum(path.stat().st_size for path in FILES.values()) < 2_000_000


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("penguins.csv", "species,island,bill_length_mm,bill_depth_mm,flipper_length_mm"),
        ("penguins-raw.csv", "studyName,Sample Number,Species,Region,Island"),
    ],
)
def test_the_penguins_are_344_rows_under_their_columns(name: str, columns: str) -> None:
    with FILES[f"penguins/{name}"].open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header[:5] == columns.split(",")
    assert len(rows) == 344
    assert {len(row) for row in rows} == {len(header)}


def test_the_ocean_climate_is_netcdf_4() -> None:
    content = FILES["ocean-climate/levitus-1982-surface.nc"].read_bytes()
    assert content.startswith(b"\x89HDF\r\n\x1a\n")
    assert b"_NCProperties" in content
    assert b"sea_surface_salinity" in content


def test_the_seismogram_is_10800_samples_in_miniseed_records_of_its_station() -> None:
    content = FILES["seismogram/IU_ULN_00_LH1_2015-07-18T02.mseed"].read_bytes()
    records = [content[at : at + 512] for at in range(0, len(content), 512)]
    assert [int(record[:6]) for record in records] == list(range(1, len(records) + 1))
    assert {record[6:8] for record in records} <= {b"D ", b"R ", b"Q ", b"M "}
    assert {record[8:20] for record in records} == {b"ULN  00LH1IU"}
    assert sum(int.from_bytes(record[30:32], "big") for record in records) == 10_800


def test_the_seismogram_comes_with_the_response_of_its_channel() -> None:
    root = ElementTree.parse(FILES["seismogram/IU_ULN_00_LH1.xml"]).getroot()
    space = {"s": "http://www.fdsn.org/xml/station/1"}
    assert root.tag == f"{{{space['s']}}}FDSNStationXML"
    channel = root.find("s:Network[@code='IU']/s:Station[@code='ULN']/s:Channel", space)
    assert channel is not None
    assert channel.get("code") == "LH1"
    assert channel.find("s:Response/s:InstrumentSensitivity/s:Value", space) is not None


def test_the_earthquakes_are_points_on_earth_located_by_one_federal_agency() -> None:
    path = FILES["earthquakes/earthquakes-2018-02.geojson"]
    collection = json.loads(path.read_text(encoding="utf-8"))
    quakes = collection["features"]
    assert collection["type"] == "FeatureCollection"
    assert len(quakes) == collection["metadata"]["count"] == 168
    assert {quake["properties"]["net"] for quake in quakes} == {"us"}
    for quake in quakes:
        longitude, latitude, depth = quake["geometry"]["coordinates"]
        assert abs(longitude) <= 180
        assert abs(latitude) <= 90
        assert -10 <= depth <= 800


# their descriptions


@pytest.mark.parametrize("name", DATASETS)
def test_a_description_has_all_that_publishing_requires(name: str) -> None:
    dataset = DATASETS[name]
    assert dataset.access == {"record": "public", "files": "public"}
    assert {"resource_type", "title", "publication_date", "creators", "publisher", "rights"} <= (
        dataset.metadata.keys()
    )
    assert all(creator["person_or_org"]["type"] for creator in dataset.metadata["creators"])


@pytest.mark.parametrize("name", DATASETS)
def test_a_description_can_be_found_in_english_and_by_two_chinese_characters(name: str) -> None:
    metadata = DATASETS[name].metadata
    english, chinese = DATASETS[name].words
    assert english.isascii()
    assert len(HAN.findall(chinese)) == len(chinese) == 2
    assert english in titles_of(metadata)
    assert chinese in titles_of(metadata)
    # As a keyword of its own the word would be found without any cutting of Chinese text.
    assert {"subject": chinese} not in metadata["subjects"]


def test_a_dataset_described_in_chinese_says_the_same_in_english() -> None:
    chinese = [d.metadata for d in DATASETS.values() if HAN.search(d.title)]
    assert chinese
    for metadata in chinese:
        assert HAN.search(metadata["description"])
        title, text = metadata["additional_titles"][0], metadata["additional_descriptions"][0]
        assert title["type"] == {"id": "translated-title"}
        assert title["lang"] == text["lang"] == {"id": "eng"}


def test_the_word_that_must_not_be_found_is_in_no_description() -> None:
    assert ABSENT_WORD not in json.dumps([d.metadata for d in DATASETS.values()], ensure_ascii=False)


# the demonstration, against a repository that speaks the contract and can be told to err


class Contract(BaseHTTPRequestHandler):
    """As much of the contract as the client speaks; `server.errs` names what goes wrong."""

    server: "Repository"

    def do_GET(self) -> None:
        where, home = urlsplit(self.path), self.server
        parts, query = [unquote(p) for p in where.path.split("/")[1:]], parse_qs(where.query)
        if parts == ["api", "records"]:
            self._send(200, {"hits": {"hits": home.found(query["q"][0])}})
            return
        at = parts.index("records") + 1
        record, is_draft = home.records.get(parts[at]), parts[at + 1 :] == ["draft"]
        if record is None or not home.shows(record, is_draft):
            self._send(404, {"status": 404, "message": "Not found."})
        elif parts[0] == "records":
            self._send(200, f"<h1>{record['metadata']['title']}</h1>".encode(), "text/html")
        elif parts[-1] == "content":
            content = record["content"][parts[-2]]
            self._send(200, content[::-1] if "bytes rot" in home.errs else content)
        elif parts[-1] == "files":
            self._send(200, home.listing(record))
        elif self.headers["Accept"] == "text/x-bibliography":
            self._send(200, f"Cited as {query['style'][0]}".encode(), "text/plain")
        else:
            self._send(200, home.wire(record))

    def do_POST(self) -> None:
        body = self._body()
        parts, home = [unquote(p) for p in urlsplit(self.path).path.split("/")[3:]], self.server
        if not parts:
            self._send(201, home.wire(home.new(json.loads(body))))
            return
        record = home.records[parts[0]]
        if parts[-1] == "doi":
            record["doi"] = f"10.5072/data.{record['id']}"
            self._send(201, home.wire(record))
        elif parts[-1] == "files":
            record["content"] = {entry["key"]: b"" for entry in json.loads(body)}
            self._send(201, home.listing(record))
        elif parts[-1] == "commit":
            self._send(200, home.entry(record, parts[-2]))
        else:
            record["published"] = True
            self._send(202, home.wire(record))

    def do_PUT(self) -> None:
        parts = [unquote(p) for p in urlsplit(self.path).path.split("/")[3:]]
        content = self._body()
        kept = content[:-1] if "uploads are cut" in self.server.errs else content
        self.server.records[parts[0]]["content"][parts[-2]] = kept
        self._send(200, {"key": parts[-2]})

    def _body(self) -> bytes:
        self.server.tokens.add(self.headers["Authorization"])
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def _send(self, status: int, body: Any, kind: str = "application/json") -> None:
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(sent)))
        self.end_headers()
        self.wfile.write(sent)

    def log_request(self, *args: Any) -> None:
        """Keep the tests' output clean."""


class Repository(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Contract)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.records: dict[str, dict[str, Any]] = {}
        self.numbers = count(1)
        self.errs: set[str] = set()
        self.tokens: set[str | None] = set()

    def new(self, body: Any) -> dict[str, Any]:
        record = {"id": str(next(self.numbers)), "doi": None, "published": False, **body}
        self.records[record["id"]] = record
        return record

    def shows(self, record: dict[str, Any], is_draft: bool) -> bool:
        return "drafts are open" in self.errs or (record["published"] and not is_draft)

    def found(self, query: str) -> list[dict[str, Any]]:
        published = [r for r in self.records.values() if r["published"]]
        if query.startswith("id:"):
            return [self.wire(r) for r in published if r["id"] == query[3:]]
        if "everything is found" in self.errs:
            return [self.wire(r) for r in published]
        if HAN.search(query) and "no Chinese is found" in self.errs:
            return []
        return [self.wire(r) for r in published if query in titles_of(r["metadata"])]

    def wire(self, record: dict[str, Any]) -> dict[str, Any]:
        html, api = (f"{self.url}{p}/records/{record['id']}" for p in ("", "/api"))
        draft = "" if record["published"] else "/draft"
        links = {
            "self": api + draft,
            "self_html": html,
            "files": f"{api}{draft}/files",
            "publish": f"{api}/draft/actions/publish",
            "reserve_doi": f"{api}/draft/pids/doi",
        }
        pids = {"doi": {"identifier": record["doi"]}, "cstr": {"identifier": "99999.11.data.1"}}
        return {"id": record["id"], "links": links, "pids": pids}

    def listing(self, record: dict[str, Any]) -> dict[str, Any]:
        return {"entries": [self.entry(record, key) for key in record["content"]]}

    def entry(self, record: dict[str, Any], key: str) -> dict[str, Any]:
        content, base = record["content"][key], self.wire(record)["links"]["files"]
        return {
            "key": key,
            "size": len(content),
            "checksum": f"md5:{hashlib.md5(content).hexdigest()}",
            "checksums": {"sha256": hashlib.sha256(content).hexdigest()},
            "links": {"content": f"{base}/{key}/content", "commit": f"{base}/{key}/commit"},
        }


@pytest.fixture
def repository() -> Iterator[Repository]:
    with Repository() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def show_all(server: Repository) -> None:
    show(ApiClient(server.url, "secret", 5.0), list(DATASETS.values()))


def test_the_demonstration_ends_well_where_all_is_well(
    repository: Repository, capsys: pytest.CaptureFixture[str]
) -> None:
    show_all(repository)
    told = capsys.readouterr().out
    assert f"All is well: {len(DATASETS)} datasets, {len(FILES)} files" in told
    assert all(digests_of_file(path).sha256 in told for path in FILES.values())
    assert repository.tokens == {"Bearer secret"}


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ("uploads are cut", "the server has other bytes than were sent"),
        ("bytes rot", "sha256 .* downloaded"),
        ("no Chinese is found", "does not find"),
        ("everything is found", "in no dataset"),
        ("drafts are open", "unfinished draft is open"),
    ],
)
def test_the_demonstration_fails_where(repository: Repository, fault: str, complaint: str) -> None:
    repository.errs.add(fault)
    with pytest.raises((DemoFailed, ApiError), match=complaint):
        show_all(repository)


def test_a_token_stays_at_home(repository: Repository) -> None:
    ApiClient("http://127.0.0.1:1", "secret", 5.0).post(f"{repository.url}/api/records", {})
    assert repository.tokens == {None}


def test_a_server_that_does_not_answer_is_an_error_that_names_the_request() -> None:
    with pytest.raises(ApiError, match=r"GET http://127\.0\.0\.1:1/x"):
        ApiClient("http://127.0.0.1:1", timeout=1.0).get("http://127.0.0.1:1/x")


def test_waiting_ends_at_its_deadline() -> None:
    with pytest.raises(DemoFailed, match="rain: no success within 0 seconds"):
        wait_for("rain", 0.0, lambda: False)


def test_the_command_says_clearly_that_there_are_no_data(tmp_path: Path) -> None:
    outcome = CliRunner().invoke(demo, ["--data", str(tmp_path / "nowhere")])
    assert outcome.exit_code == 1
    assert "nowhere is not a folder; name one with --data" in outcome.stderr
