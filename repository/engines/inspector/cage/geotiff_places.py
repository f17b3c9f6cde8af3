"""Where a GeoTIFF lies (OGC 19-008r4, GeoTIFF 1.1)."""

from typing import Any

PIXEL_SCALE, TIE_POINT, KEYS = 33550, 33922, 34735
GEODETIC_CRS, PROJECTED_CRS = 2048, 3072


def places_of(picture: Any) -> dict[str, Any]:
    """Return the EPSG code, and the bounds in that system, if the tags tell them: west, south, east, north."""
    tags = picture.tag_v2
    report: dict[str, Any] = {}
    keys = tuple(tags.get(KEYS, ()))
    for place in range(4, len(keys) - 3, 4):
        if keys[place] in (GEODETIC_CRS, PROJECTED_CRS) and keys[place + 1] == 0 and 0 < keys[place + 3] < 32767:
            report["epsg"] = int(keys[place + 3])
    scale, tie = tuple(tags.get(PIXEL_SCALE, ())), tuple(tags.get(TIE_POINT, ()))
    if len(scale) >= 2 and len(tie) == 6:
        west, north = tie[3] - tie[0] * scale[0], tie[4] + tie[1] * scale[1]
        bounds = (west, north - picture.height * scale[1], west + picture.width * scale[0], north)
        if all(abs(bound) < 1e9 for bound in bounds):
            report["bounds"] = [float(bound) for bound in bounds]
    return report
