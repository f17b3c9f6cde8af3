"""What was declared of a file, compared with what arrived."""

from repository.core.errors import FieldError
from repository.files.model import FileEntry, StoredFile


def mismatches_of(entry: FileEntry, file: StoredFile) -> tuple[FieldError, ...]:
    """Return how the file is not as its name declares; digests that are not known yet are not compared."""
    errors = []
    if entry.declared_size not in (None, file.size):
        message = f"Declared {entry.declared_size} bytes, received {file.size}."
        errors.append(FieldError.of("size", message))
    digests = {"md5": file.md5, "sha256": file.sha256}
    if fault := fault_of_checksum(entry.declared_checksum, **digests):
        errors.append(FieldError.of("checksum", fault))
    return tuple(errors)


def fault_of_checksum(declared: str | None, md5: str | None, sha256: str | None) -> str:
    """Return how digests are not the `declared` one (``algorithm:hex``); empty if they are, or are not known."""
    algorithm, _, expected = (declared or "").partition(":")
    digest = md5 if algorithm == "md5" else sha256
    if not declared or digest in (None, expected):
        return ""
    return f"Declared {algorithm}:{expected}, received {algorithm}:{digest}."
