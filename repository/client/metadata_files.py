"""A description in a file, of any of the kinds that people have, as the body of a draft."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from repository.client.client_errors import UsageFault
from repository.crosswalks.citation_file import citation_description
from repository.crosswalks.crate_file import crate_description
from repository.crosswalks.description_parts import related
from repository.crosswalks.safe_yaml import MOST_BYTES, read_yaml, with_texts
from repository.crosswalks.source_fields import SourceDescription, Unreadable

NUMBERS = frozenset({"locations", "custom_fields"})
"""members of ``metadata`` and of a draft in which numbers are meant as such"""
BODY = frozenset({"access", "custom_fields", "files", "media_files", "metadata", "pids", "parent"})
"""members of a draft (InvenioRDM contract, section 1.1) that a depositor writes"""


def read_description(path: Path) -> dict[str, Any]:
    """Return the body of a draft: from its JSON or YAML, a ``CITATION.cff``, or a ``ro-crate-metadata.json``.

    JSON and YAML have ``metadata`` and what stands beside it in the contract, or the members of ``metadata`` alone.
    Raises `UsageFault`.
    """
    try:
        return _read(_text(path), path)
    except Unreadable as error:
        raise UsageFault(str(error)) from error


def _read(text: str, path: Path) -> dict[str, Any]:
    kind = path.suffix.lower()
    if kind == ".cff":
        return _body_of(citation_description(with_texts(read_yaml(text, str(path))), str(path)))
    if kind in (".yaml", ".yml"):
        return _of_yaml(read_yaml(text, str(path)), str(path))
    if kind in (".json", ".jsonld"):
        return _of_json(text, str(path))
    raise UsageFault(f"{path}: a description is a .json, .yaml or .cff file.")


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise UsageFault(f"{path} has more than {MOST_BYTES} bytes.")
        return path.read_text("utf-8-sig")
    except OSError as error:
        raise UsageFault(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise UsageFault(f"{path} is no UTF-8 text.") from error


def _of_json(text: str, name: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageFault(f"{name} is no JSON: {error}") from error
    if isinstance(document, dict) and "@graph" in document:
        return _body_of(crate_description(document, name))
    return _body(document, name)


def _of_yaml(document: Any, name: str) -> dict[str, Any]:
    if isinstance(document, dict) and "cff-version" in document:
        return _body_of(citation_description(with_texts(document), name))
    return _body(with_texts(document, NUMBERS), name)


def _body_of(described: SourceDescription) -> dict[str, Any]:
    """Return the metadata, with the DOI of the same thing elsewhere before what else it relates to."""
    same = [related(described.doi, "isidenticalto")] if described.doi else []
    links = [*same, *described.metadata.get("related_identifiers", ())]
    return {"metadata": {**described.metadata, **({"related_identifiers": links} if links else {})}}


def _body(document: Any, name: str) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise UsageFault(f"{name} is no description: it has no members.")
    if isinstance(document.get("metadata"), Mapping):
        return {member: value for member, value in document.items() if member in BODY}
    if "title" not in document and "creators" not in document:
        raise UsageFault(f"{name} is no description: it has neither metadata nor a title.")
    return {"metadata": document}
