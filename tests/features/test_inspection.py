"""What is in the files: media types by content, previews, who may see them, and hostile files that harm nothing."""

import base64
import io
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from typing import Any

import h5py
import pyarrow
import pyarrow.parquet
import pytest
from PIL import Image
from sqlalchemy import select, update

from repository.core.actor import SYSTEM
from repository.engines.inspector.caged_inspector import CagedInspector
from repository.engines.inspector.no_inspector import NoInspector
from repository.engines.services import Services
from repository.files.model import StoredFile
from repository.inspection.feature import look_again
from repository.inspection.model import FilePreview
from repository.inspection.queries import Column, columns_of
from tests.conftest import Caller, Deposits, a_dataset
from tests.features import sample_files
from tests.support.settling import run_all

pytestmark = [pytest.mark.process, pytest.mark.slow]


@pytest.fixture(scope="module")
def cage() -> Iterator[CagedInspector]:
    """One cage for all tests, as a worker has one for all files."""
    with closing(CagedInspector()) as opened:
        yield opened


@dataclass
class Looks:
    """A worker that looks into files, and what readers get of it."""

    services: Services
    author: Caller

    def all(self) -> None:
        run_all(self.services)

    def preview(self, record_id: str, key: str, *, draft: bool = True, **options: Any) -> dict[str, Any]:
        place = "draft/files" if draft else "files"
        reply = self.author.get(f"/api/records/{record_id}/{place}/{key}/preview", **options)
        assert reply.status_code == 200, reply.text
        body: dict[str, Any] = reply.get_json()
        return body

    def media_type(self, record_id: str, key: str, *, draft: bool = True) -> str:
        place = "draft/files" if draft else "files"
        return str(self.author.get(f"/api/records/{record_id}/{place}/{key}").get_json()["mimetype"])


@pytest.fixture
def looks(services: Services, author: Caller, cage: CagedInspector) -> Looks:
    return Looks(replace(services, inspector=cage), author)


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def a_photograph() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "where the nest is"
    exif[0x0112] = 6  # held upright
    return saved(Image.linear_gradient("L").resize((300, 200)).convert("RGB"), "JPEG", exif=exif)


def a_parquet() -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({"station": ["CN.BJT", None], "depth": [1.5, 2.5]}), out)
    return out.getvalue()


def an_hdf5() -> bytes:
    out = io.BytesIO()
    with h5py.File(out, "w") as tree:
        tree["lat"], tree["lon"] = [10.0, 40.5], [100.0, 120.0]
        tree["lat"].attrs["units"], tree["lon"].attrs["units"] = "degrees_north", "degrees_east"
        tree["outside"] = h5py.ExternalLink("/etc/passwd", "/")
        tree.create_group("runs")["first"] = [[1, 2], [3, 4]]
    return out.getvalue()


ROWS = [["温度", "1"], ["盐度", "2"]]
TABLE = "名称,深度\n温度,1\n盐度,2\n"
GOOD: Mapping[str, tuple[bytes, str, str, str, Mapping[str, Any]]] = {
    # name: bytes, media type, PRONOM, kind, parts of the preview
    "a.csv": (TABLE.encode(), "text/csv", "x-fmt/18", "table", {"encoding": "utf-8", "rows": ROWS, "whole": True}),
    "b.csv": (TABLE.encode("gb18030"), "text/csv", "x-fmt/18", "table", {"encoding": "gb18030", "rows": ROWS}),
    "c.csv": (TABLE.encode("utf-16"), "text/csv", "x-fmt/18", "table", {"encoding": "utf-16", "rows": ROWS}),
    "d.tsv": (b"x\ty\n1\t2\n", "text/tab-separated-values", "x-fmt/13", "table", {"delimiter": "\t"}),
    "e.md": ("# 标题\n".encode(), "text/markdown", "x-fmt/111", "text", {"text": "# 标题\n", "whole": True}),
    "f.xlsx": (
        sample_files.workbook([["name", "depth"], ["a", 1.5]]),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "fmt/214",
        "sheets",
        {
            "sheets": ["台站"],
            "rows": [["a", "1.5"]],
            "columns": [{"name": "name", "type": "text"}, {"name": "depth", "type": "number"}],
        },
    ),
    "g.bin": (
        a_parquet(),
        "application/vnd.apache.parquet",
        "",
        "table",
        {"row_count": 2, "rows": [["CN.BJT", "1.5"], ["", "2.5"]]},
    ),
    "h.zip": (
        sample_files.zipped({"a/温.txt": b"hello"}),
        "application/zip",
        "x-fmt/263",
        "archive",
        {"entries": [{"name": "a/温.txt", "size": 5}]},
    ),
    "i.tar.gz": (
        sample_files.tarred({"b.txt": b"12"}, packed=True),
        "application/gzip",
        "x-fmt/266",
        "archive",
        {"entries": [{"name": "b.txt", "size": 2}]},
    ),
    "j": (
        sample_files.netcdf_classic(),
        "application/x-netcdf",
        "fmt/282",
        "structure",
        {"bounds": [100.0, 10.0, 120.0, 40.5], "attributes": {"title": "温度"}},
    ),
    "k.h5": (
        an_hdf5(),
        "application/x-hdf5",
        "fmt/807",
        "structure",
        {"bounds": [100.0, 10.0, 120.0, 40.5], "count": 3},
    ),
    "l.dat": (sample_files.mseed3(), "application/vnd.fdsn.mseed", "", "traces", {"count": 1, "records": 1}),
    "m.fit": (sample_files.fits(), "application/fits", "x-fmt/383", "structure", {"count": 1}),
    "n.json": (
        sample_files.GEOJSON,
        "application/geo+json",
        "fmt/1367",
        "places",
        {"bounds": [1.0, 2.0, 103.4, 31.0], "count": 2},
    ),
    "o.jpg": (a_photograph(), "image/jpeg", "", "image", {"width": 300, "height": 200}),
}


def test_each_format_is_known_by_its_content_and_has_its_preview(looks: Looks, deposits: Deposits) -> None:
    draft = deposits.open()["id"]
    for key, (content, *_) in GOOD.items():
        deposits.upload(draft, key, content)
    assert looks.preview(draft, "a.csv")["status"] == "pending"
    looks.all()
    for key, (_, media_type, pronom, kind, parts) in GOOD.items():
        body = looks.preview(draft, key)
        assert (key, body["status"], body["kind"]) == (key, "ready", kind)
        assert body["preview"].items() >= parts.items(), body["preview"]
        assert body["format"]["pronom"] == (pronom or None)
        assert looks.media_type(draft, key) == media_type


HOSTILE: Mapping[str, tuple[bytes, str]] = {
    "wide.csv": (b",".join([b"a"] * 40_000) + b"\n", "too_many_columns"),
    "climbs.zip": (sample_files.zipped({"../../etc/passwd": b"x"}), "unsafe_names"),
    "climbs.tar": (sample_files.tarred({"../x": b"1"}), "unsafe_names"),
    "bomb.zip": (sample_files.zipped({"a": bytes(65 << 20)}), "bomb"),
    "bomb.tar.gz": (sample_files.tarred({"a": bytes(65 << 20)}, packed=True), "bomb"),
    "huge.png": (sample_files.png_of(60_000, 60_000), "bomb"),
    "laughs.xml": (sample_files.LAUGHS, "entities"),
    "deep.geojson": (b'{"type":"Feature","geometry":' + b"[" * 100_000, "unreadable"),
    "torn.parquet": (b"PAR1" + os.urandom(200) + b"PAR1", "unreadable"),
    "torn.h5": (b"\x89HDF\r\n\x1a\n" + os.urandom(2_000), "unreadable"),
    "torn.nc": (b"CDF\x01" + b"\xff" * 500, "unreadable"),
    "torn.xlsx": (sample_files.zipped({"[Content_Types].xml": b"<", "xl/workbook.xml": b"<a"}), "unreadable"),
    "torn.jpg": (b"\xff\xd8\xff\xe0" + os.urandom(300), "unreadable"),
    "noise": (b"\x00\x01\x02" + os.urandom(300), "no_reader"),
    "empty.csv": (b"", "empty"),
}


def test_a_hostile_or_torn_file_gets_no_preview_and_its_reason_and_the_next_one_gets_its_own(
    looks: Looks, deposits: Deposits
) -> None:
    draft = deposits.open()["id"]
    for key, (content, _) in HOSTILE.items():
        deposits.upload(draft, key, content)
    deposits.upload(draft, "good.csv", b"x,y\n1,2\n")
    looks.all()
    body = {key: looks.preview(draft, key) for key in HOSTILE}
    assert {key: body["reason"]["code"] for key, body in body.items()} == {
        key: code for key, (_, code) in HOSTILE.items()
    }
    assert all(body["status"] == "none" and body["preview"] is None for body in body.values())
    assert looks.preview(draft, "good.csv")["status"] == "ready"
    chinese = looks.preview(draft, "wide.csv", headers={"Accept-Language": "zh"})
    assert chinese["reason"] == {"code": "too_many_columns", "message": "表格的列数过多。"}


def test_html_that_is_called_a_png_is_html_and_is_never_shown_in_place(looks: Looks, deposits: Deposits) -> None:
    draft = deposits.open()["id"]
    deposits.upload(draft, "chart.png", b"<html><script>alert(1)</script></html>")
    deposits.upload(draft, "noise.png", b"\x00\x01 no image")
    looks.all()
    assert looks.media_type(draft, "chart.png") == "text/html"
    assert looks.media_type(draft, "noise.png") == "application/octet-stream"
    shown = looks.author.get(f"/api/records/{draft}/draft/files/chart.png/content")
    assert shown.headers["Content-Disposition"].startswith("attachment")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


def test_a_thumbnail_has_pixels_and_nothing_else(looks: Looks, deposits: Deposits) -> None:
    draft = deposits.open()["id"]
    deposits.upload(draft, "nest.jpg", a_photograph())
    looks.all()
    thumbnail = looks.preview(draft, "nest.jpg")["preview"]["thumbnail"]
    data = base64.b64decode(thumbnail["data"])
    small = Image.open(io.BytesIO(data))
    assert small.format == "PNG"
    assert small.height > small.width, "the camera was held upright"
    assert not small.getexif()
    assert b"nest" not in data
    assert len(data) <= 32 << 10


def test_a_published_file_keeps_the_media_type_that_exports_have_and_gets_its_preview(
    looks: Looks, deposits: Deposits
) -> None:
    record = deposits.published(**{"chart.png": b"<html></html>"})
    looks.all()
    assert looks.media_type(record["id"], "chart.png", draft=False) == "image/png"
    body = looks.preview(record["id"], "chart.png", draft=False)
    assert body["format"]["media_type"] == "text/html"
    assert (body["kind"], body["preview"]["text"]) == ("text", "<html></html>")


def test_whoever_may_not_have_the_content_has_no_preview(
    looks: Looks, deposits: Deposits, anyone: Caller, services: Services
) -> None:
    body = a_dataset()
    body["access"]["files"] = "restricted"
    closed = deposits.published(body, **{"data.csv": b"secret,b\n1,2\n"})["id"]
    open_one = deposits.published()["id"]
    looks.all()
    for place in (f"{closed}/files/data.csv", f"{closed}/files/no.csv", f"{open_one}/files/no.csv", "999999/files/a"):
        content = anyone.get(f"/api/records/{place}/content")
        preview = anyone.get(f"/api/records/{place}/preview")
        assert content.status_code == preview.status_code >= 400
        assert content.get_json()["message"] == preview.get_json()["message"]
    reply = anyone.get(f"/api/records/{open_one}/files/data.csv/preview")
    again = anyone.get(
        f"/api/records/{open_one}/files/data.csv/preview", headers={"If-None-Match": reply.headers["ETag"]}
    )
    assert (reply.status_code, again.status_code) == (200, 304)
    assert "private" in reply.headers["Cache-Control"]
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(StoredFile).values(fault="The object is not in the store."))
    assert anyone.get(f"/api/records/{open_one}/files/data.csv/preview").status_code == 503


def test_a_file_is_looked_into_once_and_again_by_an_inspector_that_knows_more(
    looks: Looks, deposits: Deposits, services: Services
) -> None:
    draft = deposits.open()["id"]
    deposits.upload(draft, "data.csv")
    deposits.upload(draft, "gone.csv")
    looks.author.delete(f"/api/records/{draft}/draft/files/gone.csv")
    looks.all()
    rows = select(FilePreview.stored_file_id, FilePreview.inspected)
    with services.database.snapshot(SYSTEM) as snapshot:
        [(file_id, first)] = snapshot.session.execute(rows).all()
    assert look_again(looks.services).repaired == 0
    with services.database.transaction(SYSTEM) as unit:
        unit.session.execute(update(FilePreview).values(inspector=0, kind=None, body=None))
    assert look_again(looks.services).repaired == 1
    with services.database.snapshot(SYSTEM) as snapshot:
        [(again, second)] = snapshot.session.execute(rows).all()
    assert again == file_id
    assert second > first
    assert looks.preview(draft, "data.csv")["status"] == "ready"
    looks.author.delete(f"/api/records/{draft}/draft/files/data.csv")
    looks.all()
    with services.database.snapshot(SYSTEM) as snapshot:
        assert snapshot.session.execute(rows).all() == [], "the preview goes with its file"


def test_the_columns_of_tables_can_be_asked_for_by_their_files(looks: Looks, deposits: Deposits) -> None:
    draft = deposits.open()["id"]
    deposits.upload(draft, "data.csv", b"station,depth\nBJT,1.5\n")
    deposits.upload(draft, "notes.txt", b"x")
    looks.all()
    with looks.services.database.snapshot(SYSTEM) as snapshot:
        file_ids = snapshot.session.scalars(select(StoredFile.id)).all()
        [entry] = [
            entry
            for entry in looks.author.get(f"/api/records/{draft}/draft/files").get_json()["entries"]
            if entry["key"] == "data.csv"
        ]
        columns = columns_of(snapshot, int(entry["bucket_id"]), file_ids)
    assert columns == {"data.csv": [Column("station", "text"), Column("depth", "number")]}


def test_a_site_that_looks_into_no_file_runs_the_job_and_says_so(
    services: Services, deposits: Deposits, settle: Callable[[], None]
) -> None:
    assert isinstance(services.inspector, NoInspector)
    draft = deposits.open()["id"]
    deposits.upload(draft, "data.csv")
    settle()
    assert Looks(services, deposits.caller).preview(draft, "data.csv")["status"] == "pending"
