"""The application with one view more, ``/same/ID``: the file ID in the folder ``SAME_BYTES``, from memory."""

import os
from pathlib import Path

from flask import Response

from repository.wsgi import application

_BYTES = {path.name: path.read_bytes() for path in Path(os.environ["SAME_BYTES"]).iterdir()}


@application.get("/same/<name>")
def same(name: str) -> Response:
    """What reading the record gave, without reading it."""
    return Response(_BYTES[name], mimetype="application/json")
