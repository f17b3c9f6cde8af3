"""The size of an image, and a small copy that has its pixels and nothing else."""

import base64
import io
from typing import Any

from repository.engines.inspector.cage.geotiff_places import places_of
from repository.engines.inspector.cage.open_file import OpenFile, parser
from repository.engines.inspector.cage.reasons import NoPreview, Reason

FORMATS = {
    "png": "PNG",
    "jpeg": "JPEG",
    "gif87a": "GIF",
    "gif89a": "GIF",
    "webp": "WEBP",
    "webp-lossy": "WEBP",
    "webp-lossless": "WEBP",
    "tiff": "TIFF",
    "geotiff": "TIFF",
    "bigtiff": "TIFF",
}
MOST_PIXELS = 40_000_000
"""that are decoded; of a larger image only the size is told"""
BOMB_PIXELS, BOMB_RATIO = 100_000_000, 2_000
"""An image was made to harm if it has so many pixels and so many for each byte."""
EDGES = (256, 128, 64)
MOST_THUMBNAIL = 24 << 10
"""bytes, which are a third more in base64"""


def image(opened: OpenFile) -> dict[str, Any]:
    """Return width, height, mode and number of frames, with a small PNG in base64."""
    library = parser("PIL.Image")
    library.MAX_IMAGE_PIXELS = None  # judged below, by the size of the file as well
    opened.file.seek(0)
    picture = library.open(opened.file, formats=[FORMATS[opened.sniffed.key]])
    width, height = picture.size
    pixels = width * height
    if pixels > BOMB_PIXELS and pixels > BOMB_RATIO * opened.size:
        raise NoPreview(Reason.BOMB)
    report = {"width": width, "height": height, "mode": picture.mode, "frames": getattr(picture, "n_frames", 1)}
    report |= places_of(picture) if opened.sniffed.key == "geotiff" else {}
    report["thumbnail"] = _thumbnail(library, picture) if pixels <= MOST_PIXELS else None
    return report


def _thumbnail(library: Any, picture: Any) -> dict[str, Any] | None:
    """Return a small copy, None if no mode of it is small enough."""
    turned = _upright(library, picture)
    for edge in EDGES:
        small = turned.copy()
        small.thumbnail((edge, edge))
        bare = library.frombytes(small.mode, small.size, small.tobytes())  # no metadata of any kind goes along
        out = io.BytesIO()
        bare.save(out, "PNG", optimize=True)
        if out.tell() <= MOST_THUMBNAIL:
            data = base64.b64encode(out.getvalue()).decode("ascii")
            return {"media_type": "image/png", "width": bare.width, "height": bare.height, "data": data}
    return None


def _upright(library: Any, picture: Any) -> Any:
    """Return the picture as its camera was held, in a mode of 8 bits (Exif 2.32, tag 274)."""
    orientation = picture.getexif().get(274, 1)
    picture.draft("RGB", (512, 512))  # a JPEG is decoded in a smaller size at once
    if picture.mode in ("I", "F", "I;16", "I;16B", "I;16L"):
        low, high = picture.getextrema()
        scale = 255.0 / (high - low) if high > low else 0.0
        picture = picture.point(lambda value: value * scale - low * scale).convert("L")
    has_alpha = picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info
    converted = picture.convert("RGBA" if has_alpha else "L" if picture.mode in ("1", "L") else "RGB")
    converted.thumbnail((512, 512))
    turn = {3: "ROTATE_180", 6: "ROTATE_270", 8: "ROTATE_90"}.get(orientation)
    return converted.transpose(getattr(library.Transpose, turn)) if turn else converted
