"""The formats that are known by their content.

Names and identifiers are PRONOM's (The National Archives, release 109); one that PRONOM has no number for, or has
several for and the beginning of a file does not tell which, has none.  Media types are IANA's, where it has one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

OFFICE = "application/vnd.openxmlformats-officedocument"
OPEN_DOCUMENT = "application/vnd.oasis.opendocument"


class Knowledge(StrEnum):
    """How much a format tells of what a file is."""

    EXACT = "exact"
    CONTAINER = "container"
    """a name may know better what is inside: a Nikon photograph is a TIFF"""
    TEXT = "text"
    """a name may know better what the text is"""


@dataclass(frozen=True, slots=True)
class Format:
    name: str
    media_type: str
    pronom: str = ""
    tells: Knowledge = Knowledge.EXACT


_X, _C, _T = Knowledge.EXACT, Knowledge.CONTAINER, Knowledge.TEXT
FORMATS: Mapping[str, Format] = {
    "netcdf-classic": Format("netCDF-3 Classic", "application/x-netcdf", "fmt/282"),
    "netcdf-64bit": Format("netCDF-3 64-bit", "application/x-netcdf", "fmt/283"),
    "netcdf-cdf5": Format("netCDF CDF-5", "application/x-netcdf"),
    "netcdf4": Format("netCDF-4", "application/x-netcdf"),
    "hdf5": Format("HDF5", "application/x-hdf5", tells=_C),
    "hdf5-0": Format("HDF5 0", "application/x-hdf5", "fmt/807", _C),
    "hdf5-1": Format("HDF5 1", "application/x-hdf5", "fmt/286", _C),
    "hdf5-2": Format("HDF5 2", "application/x-hdf5", "fmt/287", _C),
    "fits": Format("Flexible Image Transport System", "application/fits", "x-fmt/383"),
    "mseed2": Format("miniSEED 2", "application/vnd.fdsn.mseed"),
    "mseed3": Format("miniSEED 3", "application/vnd.fdsn.mseed"),
    "parquet": Format("Apache Parquet", "application/vnd.apache.parquet"),
    "arrow": Format("Apache Arrow IPC file", "application/vnd.apache.arrow.file"),
    "feather": Format("Feather", "application/vnd.apache.arrow.file", "fmt/889"),
    "geotiff": Format("GeoTIFF", "image/tiff", "fmt/155", _C),
    "tiff": Format("Tagged Image File Format", "image/tiff", "fmt/353", _C),
    "bigtiff": Format("BigTIFF", "image/tiff", tells=_C),
    "dicom": Format("DICOM", "application/dicom", "fmt/574"),
    "pdf": Format("Portable Document Format", "application/pdf"),
    "png": Format("Portable Network Graphics", "image/png", "fmt/11"),
    "jpeg": Format("JPEG", "image/jpeg"),
    "gif87a": Format("Graphics Interchange Format 87a", "image/gif", "fmt/3"),
    "gif89a": Format("Graphics Interchange Format 89a", "image/gif", "fmt/4"),
    "webp-lossy": Format("WebP Lossy", "image/webp", "fmt/566"),
    "webp-lossless": Format("WebP Lossless", "image/webp", "fmt/567"),
    "webp": Format("WebP Extended", "image/webp", "fmt/568"),
    "zip": Format("ZIP Format", "application/zip", "x-fmt/263", _C),
    "xlsx": Format("Microsoft Excel for Windows", f"{OFFICE}.spreadsheetml.sheet", "fmt/214"),
    "docx": Format("Microsoft Word for Windows", f"{OFFICE}.wordprocessingml.document", "fmt/412"),
    "pptx": Format("Microsoft Powerpoint for Windows", f"{OFFICE}.presentationml.presentation", "fmt/215"),
    "ods": Format("OpenDocument Spreadsheet", f"{OPEN_DOCUMENT}.spreadsheet"),
    "odt": Format("OpenDocument Text", f"{OPEN_DOCUMENT}.text"),
    "odp": Format("OpenDocument Presentation", f"{OPEN_DOCUMENT}.presentation"),
    "epub": Format("ePub format", "application/epub+zip", "fmt/483"),
    "gzip": Format("GZIP Format", "application/gzip", "x-fmt/266"),
    "bzip2": Format("BZIP2 Compressed Archive", "application/x-bzip2", "x-fmt/268"),
    "xz": Format("XZ File Format", "application/x-xz", "fmt/1098"),
    "zstd": Format("Zstandard", "application/zstd"),
    "7z": Format("7Zip format", "application/x-7z-compressed", "fmt/484"),
    "tar": Format("Tape Archive Format", "application/x-tar", "x-fmt/265"),
    "sqlite": Format("SQLite Database File Format", "application/vnd.sqlite3", "fmt/729", _C),
    "geopackage": Format("OGC GeoPackage", "application/geopackage+sqlite3", "fmt/1700"),
    "ole2": Format("OLE2 Compound Document Format", "application/x-ole-storage", "fmt/111", _C),
    "xls": Format("Microsoft Excel 97 Workbook (xls)", "application/vnd.ms-excel", "fmt/61"),
    "geojson": Format("GeoJSON", "application/geo+json", "fmt/1367", _T),
    "json": Format("JSON Data Interchange Format", "application/json", "fmt/817", _T),
    "svg": Format("Scalable Vector Graphics", "image/svg+xml", tells=_T),
    "html": Format("Hypertext Markup Language", "text/html", "fmt/96", _T),
    "xml": Format("Extensible Markup Language", "application/xml", "fmt/101", _T),
    "csv": Format("Comma Separated Values", "text/csv", "x-fmt/18", _T),
    "tsv": Format("Tab-separated values", "text/tab-separated-values", "x-fmt/13", _T),
    "text": Format("Plain Text File", "text/plain", "x-fmt/111", _T),
}
"""By a key that is never given another meaning: the database keeps it."""
