"""Find the format of bytes: what stands at their beginning, and at their end where that tells more."""

import io
import re
import struct

from repository.engines.inspector.cage.reasons import NoPreview
from repository.engines.inspector.cage.text_sniffing import SniffedText, text_format, text_of
from repository.engines.inspector.cage.zip_directory import ZipDirectory, directory_of

HEAD = 64 << 10
MAGIC = (
    (0, b"CDF\x01", "netcdf-classic"),
    (0, b"CDF\x02", "netcdf-64bit"),
    (0, b"CDF\x05", "netcdf-cdf5"),
    (0, b"PAR1", "parquet"),
    (0, b"ARROW1\0\0", "arrow"),
    (0, b"FEA1", "feather"),
    (128, b"DICM", "dicom"),
    (0, b"%PDF-", "pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (0, b"GIF87a", "gif87a"),
    (0, b"GIF89a", "gif89a"),
    (0, b"\x1f\x8b\x08", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"\x28\xb5\x2f\xfd", "zstd"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (257, b"ustar", "tar"),
    (0, b"II\x2b\0\x08\0\0\0", "bigtiff"),
    (0, b"MM\0\x2b\0\x08\0\0", "bigtiff"),
)
"""Place, bytes and format; the sources are the specifications, which the readers name."""
FITS = re.compile(rb"SIMPLE  =\s{1,20}T[ /]")
MSEED2 = re.compile(rb"[0-9 \0]{6}[DRQM][ \0][ -~\0]{12}")
"""FDSN, SEED 2.4, section 8: sequence number, quality, a reserved byte, then the names"""
HDF5 = b"\x89HDF\r\n\x1a\n"
NETCDF4_NAMES = (".nc", ".nc4", ".cdf", ".netcdf")
GPKG = (b"GPKG", b"GP10", b"GP11")
OPEN_DOCUMENTS = {
    b"application/vnd.oasis.opendocument.spreadsheet": "ods",
    b"application/vnd.oasis.opendocument.text": "odt",
    b"application/vnd.oasis.opendocument.presentation": "odp",
    b"application/epub+zip": "epub",
}
OFFICE_FOLDERS = (("xl/", "xlsx"), ("word/", "docx"), ("ppt/", "pptx"))


class Sniffed:
    """What the beginning of a file tells: the key of its format, "" for none; its text or directory."""

    def __init__(self, key: str, text: SniffedText | None = None, directory: ZipDirectory | None = None) -> None:
        self.key = key
        self.text = text
        self.directory = directory


def sniff(file: io.BufferedReader, size: int, name: str) -> Sniffed:
    """Return the format of the file; `name` decides only between formats that look alike."""
    file.seek(0)
    head = file.read(HEAD)
    if head[:4] in (b"PK\x03\x04", b"PK\x05\x06"):
        return _zip(file, size, head)
    if key := _binary(head, name):
        return Sniffed(key)
    text = text_of(head, is_whole=len(head) == size)
    return Sniffed(text_format(text, name), text) if text else Sniffed("")


def _binary(head: bytes, name: str) -> str:
    for place, magic, key in MAGIC:
        if head.startswith(magic, place):
            return key
    for find in (_hdf5, _tiff, _webp, _mseed, _old_documents):
        if key := find(head, name.lower()):
            return key
    return "fits" if FITS.match(head) else ""


def _hdf5(head: bytes, name: str) -> str:
    """HDF5 File Format Specification 3.0, section II.A: a superblock at 0, 512, 1024, … and its version."""
    place = next((at for at in (0, 512, 1024, 2048, 4096) if head.startswith(HDF5, at)), None)
    if place is None:
        return ""
    if b"_NCProperties" in head or b"_Netcdf4" in head or name.endswith(NETCDF4_NAMES):
        return "netcdf4"
    version = head[place + 8 : place + 9]
    return {b"\0": "hdf5-0", b"\1": "hdf5-1", b"\2": "hdf5-2"}.get(version, "hdf5")


def _tiff(head: bytes, _name: str) -> str:
    """TIFF 6.0, section 2: byte order, 42, the place of the first directory; a GeoTIFF has the tag 34735."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(head[:4])
    if order is None or len(head) < 8:
        return ""
    (place,) = struct.unpack_from(f"{order}I", head, 4)
    if place + 2 > len(head):
        return "tiff"
    (count,) = struct.unpack_from(f"{order}H", head, place)
    entries = range(place + 2, min(place + 2 + 12 * count, len(head) - 1), 12)
    tags = {struct.unpack_from(f"{order}H", head, entry)[0] for entry in entries}
    return "geotiff" if 34735 in tags else "tiff"


def _webp(head: bytes, _name: str) -> str:
    """WebP Container Specification: RIFF, a length, WEBP, the first chunk."""
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return ""
    return {b"VP8 ": "webp-lossy", b"VP8L": "webp-lossless"}.get(head[12:16], "webp")


def _mseed(head: bytes, _name: str) -> str:
    """SEED 2.4, section 8, and FDSN miniSEED 3: the fixed header, with numbers that can be."""
    if head[:3] == b"MS\x03" and len(head) >= 40:
        year, day, hour, minute, second = struct.unpack_from("<HHBBB", head, 8)
        return "mseed3" if day <= 366 and hour < 24 and minute < 60 and second <= 60 and 0 < year < 4000 else ""
    if len(head) < 48 or not MSEED2.match(head):
        return ""
    return "mseed2" if any(_is_time(head, order) for order in "><") else ""


def _is_time(head: bytes, order: str) -> bool:
    year, day, hour, minute, second = struct.unpack_from(f"{order}HHBBB", head, 20)
    return bool(1900 <= year <= 2100 and 1 <= day <= 366 and hour < 24 and minute < 60 and second <= 60)


def _old_documents(head: bytes, name: str) -> str:
    """OLE2 documents tell what they are deep inside, so their names do; SQLite: file format, section 1.3.14."""
    if head[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return "xls" if name.endswith(".xls") else "ole2"
    if head[:16] == b"SQLite format 3\0":
        return "geopackage" if head[68:72] in GPKG else "sqlite"
    return ""


def _zip(file: io.BufferedReader, size: int, head: bytes) -> Sniffed:
    """Tell ZIP files apart by what is in them (OpenDocument 1.3, part 2, section 3.3; ECMA-376, part 2)."""
    try:
        directory = directory_of(file, size)
    except NoPreview:
        return Sniffed("zip")
    if head[30:38] == b"mimetype":
        (length,) = struct.unpack_from("<I", head, 22)
        (extra,) = struct.unpack_from("<H", head, 28)
        declared = head[38 + extra : 38 + extra + length] if length < 200 else b""
        if key := OPEN_DOCUMENTS.get(declared.strip()):
            return Sniffed(key, directory=directory)
    if "[Content_Types].xml" in directory.names:
        for folder, key in OFFICE_FOLDERS:
            if any(name.startswith(folder) for name in directory.names):
                return Sniffed(key, directory=directory)
    return Sniffed("zip", directory=directory)
