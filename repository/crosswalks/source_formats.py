"""Which form a description has, told by its content, and its reader."""

import json
import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from repository.crosswalks.citation_file import citation_description
from repository.crosswalks.crate_file import crate_description, linked_description
from repository.crosswalks.csl_items import csl_description
from repository.crosswalks.cstr_records import cstr_description
from repository.crosswalks.datacite_attributes import datacite_description
from repository.crosswalks.ris_references import ris_description
from repository.crosswalks.safe_yaml import read_yaml, with_texts
from repository.crosswalks.source_fields import SourceDescription, Unreadable
from repository.crosswalks.source_texts import text_of_bytes, without_xml_head

DEEPEST = 64
"""levels of JSON"""
_ENTRY = re.compile(r"(?:^|\n)\s*@\s*[A-Za-z]+\s*[{(]")
_REFERENCE = re.compile(r"(?:^|\n)\s*TY\s{1,3}-")
_CITATION = re.compile(r"(?:^|\n)[\"']?cff-version[\"']?\s*:")
_RESOURCE = re.compile(r"<(?:[\w.-]+:)?resource[\s>]")


class SourceFormat(StrEnum):
    """The forms that are read."""

    BIBTEX = "bibtex"
    RIS = "ris"
    CFF = "cff"
    CRATE = "ro-crate"
    SCHEMA_ORG = "schema-org"
    DATACITE_XML = "datacite-xml"
    DATACITE_JSON = "datacite-json"
    CSL = "csl"
    CSTR = "cstr"


def recognise(text: str) -> SourceFormat:
    """Return the form of a text; raise `Unreadable` for none that is read."""
    beginning = text.lstrip()[:1]
    if beginning == "<":
        if _RESOURCE.search(text):
            return SourceFormat.DATACITE_XML
    elif beginning in ("{", "["):
        return _recognise_json(read_json(text))
    elif _CITATION.search(text):
        return SourceFormat.CFF
    elif _REFERENCE.search(text):
        return SourceFormat.RIS
    elif _ENTRY.search(text):
        return SourceFormat.BIBTEX
    raise Unreadable("This is none of the forms that are read: BibTeX, RIS, CITATION.cff, RO-Crate, DataCite.")


def _recognise_json(document: Any) -> SourceFormat:
    item = document[0] if isinstance(document, list) and document else document
    if isinstance(item, Mapping):
        if "@graph" in item:
            return SourceFormat.CRATE
        if "@context" in item and "name" in item:
            return SourceFormat.SCHEMA_ORG
        inner = item.get("data", item)
        inner = inner.get("attributes", inner) if isinstance(inner, Mapping) else {}
        if "titles" in inner:
            is_cstr = str(inner.get("cstr_state", "")) != "" or "publish_date" in inner
            return SourceFormat.CSTR if is_cstr else SourceFormat.DATACITE_JSON
        if item.keys() & {"author", "DOI", "issued"} or "message" in item:
            return SourceFormat.CSL
    raise Unreadable("This JSON is none of the forms that are read: RO-Crate, DataCite, CSL.")


def read_bytes(content: bytes, form: SourceFormat | None = None) -> tuple[SourceFormat, SourceDescription]:
    """Return form and description of bytes; `form` is the one that the sender names.  Raises `Unreadable`."""
    text = text_of_bytes(content)
    if not text.strip():
        raise Unreadable("There is nothing to read.")
    known = form or recognise(text)
    return known, read_text(text, known)


def read_text(text: str, form: SourceFormat) -> SourceDescription:
    """Return the description of a text of this form; raise `Unreadable`."""
    name = "The text"
    match form:
        case SourceFormat.BIBTEX:
            # imported here: its libraries cost memory in processes that read none
            from repository.crosswalks.bibtex_entries import bibtex_description  # noqa: PLC0415

            return bibtex_description(text, name)
        case SourceFormat.RIS:
            return ris_description(text, name)
        case SourceFormat.CFF:
            return citation_description(with_texts(read_yaml(text, name)), name)
        case SourceFormat.DATACITE_XML:
            # imported here: lxml costs memory in processes that read none
            from repository.crosswalks.datacite_file import datacite_xml_description  # noqa: PLC0415

            return datacite_xml_description(without_xml_head(text).encode("utf-8", "replace"), name)
    document = read_json(text)
    match form:
        case SourceFormat.CRATE:
            return crate_description(document if isinstance(document, dict) else {}, name)
        case SourceFormat.SCHEMA_ORG:
            return linked_description(document if isinstance(document, dict) else {}, name)
        case SourceFormat.DATACITE_JSON:
            return datacite_description(document, name)
        case SourceFormat.CSTR:
            return cstr_description(document, name)
    return csl_description(document, name)


def read_json(text: str) -> Any:
    """Return a JSON document; raise `Unreadable` for none, and for one that is too deep."""
    try:
        document = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unreadable("The text is no JSON that can be read.") from None
    if _depth(document) > DEEPEST:
        raise Unreadable("The JSON is too deep.")
    return document


def _refuse(name: str) -> Any:
    raise ValueError(name)


def _depth(document: Any) -> int:
    """Return the levels of a document, without recursion."""
    level, depth = [document], 0
    while level and depth <= DEEPEST:
        depth += 1
        level = [
            inner
            for item in level
            for inner in (item.values() if isinstance(item, dict) else item if isinstance(item, list) else ())
        ]
    return depth
