"""The bodies that create indices: the files of `config.search`, adapted to the plugins of a server."""

import hashlib
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import orjson

from repository.engines.search.elasticsearch import text_analysis
from repository.engines.search.port import FACETS, FIELDS

Parts = Mapping[str, Mapping[str, Any]]
"""File of `config.search` -> its content."""

SMARTCN = "analysis-smartcn"

_BUILDING = {"refresh_interval": "-1", "auto_expand_replicas": "false", "number_of_replicas": 0}


def body(parts: Parts, part: str, plugins: frozenset[str], *, building: bool = False) -> dict[str, Any]:
    """Return the body that creates the index of `part`; during a build it is neither refreshed nor replicated."""
    made: dict[str, Any] = {
        "settings": {**parts["settings"], "analysis": _analysis(parts, plugins)},
        "mappings": {**deepcopy(dict(parts[part])), "properties": fields_of(parts, part)},
    }
    if part == "records" and SMARTCN in plugins:
        for field, under in parts["records-smartcn"].items():
            made["mappings"]["properties"][field]["fields"] = under
    made["mappings"]["_meta"] = {"schema": _digest(made)}
    if building:
        made["settings"] |= _BUILDING
    return made


def fields_of(parts: Parts, part: str) -> dict[str, Any]:
    """Return the mappings of the fields of `part`: those of its file, and other fields of records by their type."""
    own: dict[str, Any] = deepcopy(dict(parts[part]["properties"]))
    if part != "records":
        return own
    types = parts["field-types"]
    fields = {name: deepcopy(types[kind]) for name, kind in FIELDS.items() if name not in own}
    return {**own, **fields, "facets": {"properties": {name: dict(types["facet"]) for name in FACETS}}}


def settled(parts: Parts) -> dict[str, Any]:
    """Return the settings that turn a built index into one that answers."""
    return {"refresh_interval": None, "auto_expand_replicas": parts["settings"]["auto_expand_replicas"]}


def _analysis(parts: Parts, plugins: frozenset[str]) -> dict[str, Any]:
    analysis: dict[str, Any] = deepcopy(dict(parts["analysis"]))
    for kind, members in text_analysis.analysis().items():
        analysis[kind] = {**analysis.get(kind, {}), **members}
    if SMARTCN in plugins:
        analysis["analyzer"] |= parts[SMARTCN]["analyzer"]
    return analysis


def _digest(made: Mapping[str, Any]) -> str:
    return hashlib.sha256(orjson.dumps(made, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]
