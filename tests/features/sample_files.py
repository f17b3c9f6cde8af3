"""Small files of many formats, good and hostile, made by the tests that read them."""

import gzip
import io
import json
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping


def zipped(entries: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(zipfile.ZipInfo(name), content, method)
    return out.getvalue()


def tarred(names: Mapping[str, bytes], packed: bool = False) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in names.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(out.getvalue()) if packed else out.getvalue()


def workbook(rows: list[list[object]]) -> bytes:
    """An XLSX of one sheet, by the parts that ECMA-376 asks for."""

    def cell(value: object) -> str:
        if isinstance(value, str):
            return f'<c t="inlineStr"><is><t>{value}</t></is></c>'
        return f"<c><v>{value}</v></c>"

    head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    sheet = "".join(f"<row>{''.join(map(cell, row))}</row>" for row in rows)
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    return zipped(
        {
            "[Content_Types].xml": (
                f'{head}<Types xmlns="{package}/content-types"><Default Extension="rels" '
                'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
                f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
                f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/></Types>'
            ).encode(),
            "_rels/.rels": (
                f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
            ).encode(),
            "xl/workbook.xml": (
                f'{head}<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
                '<sheet name="台站" sheetId="1" r:id="rId1"/></sheets></workbook>'
            ).encode(),
            "xl/_rels/workbook.xml.rels": (
                f'{head}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
                f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
            ).encode(),
            "xl/worksheets/sheet1.xml": (
                f'{head}<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'
            ).encode(),
        }
    )


def _named(text: str) -> bytes:
    data = text.encode()
    return struct.pack(">I", len(data)) + data + b"\0" * (-len(data) % 4)


def netcdf_classic() -> bytes:
    """Two coordinates of two places each (NetCDF Classic Format Specification)."""
    header = b"CDF\x01" + struct.pack(">I", 0)
    header += struct.pack(">II", 10, 2) + b"".join(_named(name) + struct.pack(">I", 2) for name in ("lat", "lon"))
    header += struct.pack(">II", 12, 1) + _named("title") + struct.pack(">I", 2)
    header += _named("温度")
    header += struct.pack(">II", 11, 2)
    size = len(header) + 2 * 72
    body = b""
    for place, (name, units, values) in enumerate(
        (("lat", "degrees_north", (10.0, 40.5)), ("lon", "degrees_east ", (100.0, 120.0)))
    ):
        begin = size + 16 * place
        header += _named(name) + struct.pack(">II", 1, place)
        header += struct.pack(">II", 12, 1) + _named("units") + struct.pack(">I", 2) + _named(units)
        header += struct.pack(">III", 6, 16, begin)
        body += struct.pack(">2d", *values)
    return header.ljust(size, b"\0") + body


def mseed3() -> bytes:
    """One record of ten samples (FDSN miniSEED 3)."""
    name = b"FDSN:CN_BJT_00_B_H_Z"
    fixed = b"MS\x03\x00" + struct.pack("<IHHBBBBdIIBBHI", 0, 2020, 60, 1, 2, 3, 0, 20.0, 10, 0, 1, len(name), 0, 0)
    return fixed + name


def fits() -> bytes:
    cards = ("SIMPLE  =                    T", "BITPIX  =                   16", "NAXIS   =                    1")
    cards += ("NAXIS1  =                    4", "OBJECT  = 'M 31    '           / galaxy", "END")
    return "".join(card.ljust(80) for card in cards).ljust(2880).encode() + b"\0" * 2880


def png_of(width: int, height: int) -> bytes:
    """The beginning of an image that says that it is so large, whatever follows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\0" * 65536)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": {"mag": 5}, "geometry": {"type": "Point", "coordinates": [103.4, 31.0]}},
            {
                "type": "Feature",
                "properties": None,
                "geometry": {"type": "LineString", "coordinates": [[1, 2], [3, 4]]},
            },
        ],
    }
).encode()
LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol1 "&lol;&lol;&lol;"><!ENTITY lol2 "&lol1;&lol1;&lol1;">]>
<lolz>&lol2;</lolz>"""
