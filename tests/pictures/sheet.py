"""One page of all pictures, small, side by side."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from tests.pictures.camera import LOOKS
from tests.pictures.scenes import Scene

STYLE = """
body { font: 14px sans-serif; margin: 16px; background: #ddd }
section { margin-bottom: 32px } div { display: flex; gap: 8px; align-items: flex-start; overflow-x: auto }
figure { margin: 0 } img { width: 320px; border: 1px solid #999 } img.narrow { width: 160px }
"""


def write_sheet(folder: Path, pictures: Mapping[str, Sequence[Path]], scenes: Sequence[Scene]) -> Path:
    """Write ``index.html`` beside the pictures of each scene, and return it."""
    parts = [f"<!doctype html><meta charset=utf-8><title>Pictures</title><style>{STYLE}</style>"]
    for scene in scenes:
        shown = "".join(_figure(path, look.name) for path, look in zip(pictures[scene.name], LOOKS, strict=True))
        parts.append(f"<section><h2>{escape(scene.name)}</h2><div>{shown}</div></section>")
    sheet = folder / "index.html"
    sheet.write_text("\n".join(parts), "utf-8")
    return sheet


def _figure(path: Path, name: str) -> str:
    kind = "narrow" if "narrow" in name else "wide"
    return (
        f"<figure><a href='{path.name}'><img class={kind} loading=lazy src='{path.name}' alt='{name}'></a>"
        f"<figcaption>{name}</figcaption></figure>"
    )
