"""TAR archives as clients make them, and as nobody should."""

import hashlib
import io
import tarfile
from collections.abc import Mapping

from repository.files.tar_members import SHA256_KEYWORD

TAR = "application/x-tar"


def member(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, **fields: object) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.type = len(content), kind
    for field, value in fields.items():
        setattr(info, field, value)
    return info


def tar(files: Mapping[str, bytes], kind: int = tarfile.PAX_FORMAT, sha256: Mapping[str, str] | None = None) -> bytes:
    """An archive of `files`; of those in `sha256` it tells a digest."""
    told = sha256 or {}
    return tar_of(
        *(
            (member(key, content, pax_headers={SHA256_KEYWORD: told[key]} if key in told else {}), content)
            for key, content in files.items()
        ),
        kind=kind,
    )


def tar_of(*members: tuple[tarfile.TarInfo, bytes], kind: int = tarfile.PAX_FORMAT) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w", format=kind, encoding="utf-8") as archive:
        for info, content in members:
            archive.addfile(info, io.BytesIO(content))
    return body.getvalue()


def told_digests(files: Mapping[str, bytes]) -> dict[str, str]:
    return {key: hashlib.sha256(content).hexdigest() for key, content in files.items()}
