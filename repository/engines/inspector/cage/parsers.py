"""The libraries that readers may ask for; behind the walls nothing can be imported, so all they need comes along."""

import codecs
import io
from collections.abc import Mapping
from importlib import import_module

PARSERS: Mapping[str, tuple[str, ...]] = {
    "PIL.Image": (
        "PIL.PngImagePlugin",
        "PIL.JpegImagePlugin",
        "PIL.GifImagePlugin",
        "PIL.WebPImagePlugin",
        "PIL.TiffImagePlugin",
    ),
    "h5py": (),
    "pyarrow.parquet": (),
    "pyarrow.ipc": (),
    "python_calamine": (),
}
"""By name, with the parts that the library would import when it first meets a format."""
ENCODINGS = ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030", "cp1252", "cp437", "ascii")


def load(name: str) -> None:
    """Import a library with its parts; raises `ImportError` if it is not installed."""
    library = import_module(name)
    for part in PARSERS[name]:
        import_module(part)
    if name == "PIL.Image":
        library.preinit()
    if name == "h5py":  # it imports parts of itself when they are first used
        with library.File(io.BytesIO(), "w") as tree:
            tree["first"] = [1.0]
            assert list(tree["first"].dims)
            assert not list(tree["first"].attrs)


def load_encodings() -> None:
    """Python imports a codec when it is first used."""
    for encoding in ENCODINGS:
        codecs.lookup(encoding)
