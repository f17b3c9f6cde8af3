"""Look at one file: find its format, and let the reader of that format make a preview."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from repository.engines.inspector.cage import (
    archive_previews,
    columnar_previews,
    fits_previews,
    geojson_previews,
    hdf5_previews,
    image_previews,
    mseed_previews,
    netcdf_previews,
    sheet_previews,
    table_previews,
    text_previews,
)
from repository.engines.inspector.cage.lines import as_bytes
from repository.engines.inspector.cage.open_file import OpenFile
from repository.engines.inspector.cage.reasons import NeedsParser, NoPreview, Reason
from repository.engines.inspector.cage.sniffing import sniff
from repository.engines.inspector.cage.sources import RawSource, buffered

MOST_BODY = 64 << 10
"""bytes of a preview as JSON"""
Reader = Callable[[OpenFile], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of preview, for the formats of which `read` knows the inside."""

    name: str
    read: Reader


_TABLE = Kind("table", table_previews.delimited)
_SHEETS = Kind("sheets", sheet_previews.sheets)
_PARQUET = Kind("table", columnar_previews.parquet)
_ARROW = Kind("table", columnar_previews.arrow)
_TEXT = Kind("text", text_previews.head)
_ZIP = Kind("archive", archive_previews.zip_listing)
_TAR = Kind("archive", archive_previews.tar_listing)
_IMAGE = Kind("image", image_previews.image)
_NETCDF = Kind("structure", netcdf_previews.structure)
_HDF5 = Kind("structure", hdf5_previews.structure)
_FITS = Kind("structure", fits_previews.structure)
_MSEED = Kind("traces", mseed_previews.traces)
_GEOJSON = Kind("places", geojson_previews.places)
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("csv", "tsv"), _TABLE),
    **dict.fromkeys(("xlsx", "xls", "ods"), _SHEETS),
    "parquet": _PARQUET,
    "arrow": _ARROW,
    **dict.fromkeys(("text", "json", "xml", "html", "svg"), _TEXT),
    **dict.fromkeys(("zip", "docx", "pptx", "odt", "odp", "epub"), _ZIP),
    **dict.fromkeys(("tar", "gzip", "bzip2", "xz"), _TAR),
    **dict.fromkeys(("png", "jpeg", "gif87a", "gif89a", "webp", "webp-lossy", "webp-lossless"), _IMAGE),
    **dict.fromkeys(("tiff", "geotiff", "bigtiff"), _IMAGE),
    **dict.fromkeys(("netcdf-classic", "netcdf-64bit", "netcdf-cdf5"), _NETCDF),
    **dict.fromkeys(("hdf5", "hdf5-0", "hdf5-1", "hdf5-2", "netcdf4"), _HDF5),
    "fits": _FITS,
    **dict.fromkeys(("mseed2", "mseed3"), _MSEED),
    "geojson": _GEOJSON,
}


def look(source: RawSource, name: str) -> dict[str, Any]:
    """Return the key of the format, with kind and body of the preview or the reason for none.

    Raises `NeedsParser` if a library has to be imported first.
    """
    if not source.size:
        return {"reason": Reason.EMPTY.value}
    file = buffered(source)
    sniffed = sniff(file, source.size, name)
    kind = KINDS.get(sniffed.key)
    report: dict[str, Any] = {"format": sniffed.key}
    if kind is None:
        return report | {"reason": Reason.NO_READER.value}
    try:
        body = kind.read(OpenFile(file, source.size, name, sniffed))
        if len(as_bytes(body)) > MOST_BODY:
            raise NoPreview(Reason.TOO_LARGE)
    except NeedsParser:
        raise
    except NoPreview as refusal:
        return report | {"reason": refusal.reason.value}
    except MemoryError:
        return report | {"reason": Reason.TOO_MUCH_MEMORY.value}
    except Exception:  # noqa: BLE001 - parsers of others raise what they like, and nobody could use it
        return report | {"reason": Reason.UNREADABLE.value}
    return report | {"kind": kind.name, "body": body}
