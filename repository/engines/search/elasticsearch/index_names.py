"""The names of indices and aliases, and the indices behind each alias."""

import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from elasticsearch import BadRequestError

from repository.core.clock import now
from repository.engines.search.elasticsearch.elasticsearch_client import (
    ElasticsearchClient,
    IndexAbsent,
    RequestRefused,
)
from repository.engines.search.elasticsearch.index_bodies import Parts, body, fields_of

LIVE = ("records", "files")
"""Parts that answer."""

BUILT = ("records", "files", "dropped")
"""Parts that a rebuild has."""

_STAMP = re.compile(r"\d{14}-[0-9a-f]{8}|0")


def new_stamp() -> str:
    """Return a new name for a generation of indices; names sort by time."""
    return f"{now():%Y%m%d%H%M%S}-{secrets.token_hex(4)}"


@dataclass(frozen=True, slots=True)
class IndexNames:
    """All indices below one prefix of one server."""

    server: ElasticsearchClient
    prefix: str
    parts: Parts

    def live(self, part: str) -> str:
        return f"{self.prefix}-{part}"

    def next(self, part: str) -> str:
        """Return the alias of the generation being built; it does not exist without a rebuild."""
        return f"{self.prefix}-{part}-next"

    def claim(self, token: str, part: str) -> str:
        """Return the alias that one rebuild writes through; it disappears when another takes over."""
        return f"{self._claims}{token}-{part}"

    def index(self, part: str, stamp: str) -> str:
        return f"{self.prefix}-{part}-{stamp}"

    def prepare(self, before_empty: Callable[[], None]) -> None:
        """Create what is missing of the indices that answer; others may do so at the same time."""
        behind = {part: self.behind(self.live(part)) for part in LIVE}
        if not all(behind.values()):
            before_empty()
        for part, indices in behind.items():
            if not indices:
                self.create(part, "0", {self.live(part): {}})
            for index in indices:
                self._widen(part, index)

    def create(self, part: str, stamp: str, aliases: Mapping[str, Any]) -> None:
        """Make an index; one that is there already is left as it is."""
        made = body(self.parts, part, self.plugins(), building=stamp != "0")
        with self.server.writing() as client:
            try:
                client.indices.create(index=self.index(part, stamp), **made, aliases=aliases)
            except BadRequestError as error:
                if error.error != "resource_already_exists_exception":
                    raise

    def _widen(self, part: str, index: str) -> None:
        """Add fields that an index of a former release lacks, so that it takes our documents until it is rebuilt.

        Fields with an analysis of their own are left out: it may be one that the index has not.
        """
        fields = fields_of(self.parts, part)
        with self.server.writing() as client:
            present = client.indices.get_mapping(index=index)[index]["mappings"].get("properties", {})
            lacking = {name: fields[name] for name in fields.keys() - present if "analyzer" not in fields[name]}
            if lacking:
                client.indices.put_mapping(index=index, properties=lacking)

    def plugins(self) -> frozenset[str]:
        """Return the plugins that every node has."""
        with self.server.reading() as client:
            nodes = client.nodes.info(metric="plugins", filter_path="nodes.*.plugins.name").get("nodes", {})
        of_each = [{plugin["name"] for plugin in node.get("plugins", ())} for node in nodes.values()]
        return frozenset(set.intersection(*of_each)) if of_each else frozenset()

    def behind(self, alias: str) -> list[str]:
        """Return the indices that `alias` points to."""
        try:
            with self.server.reading() as client:
                return sorted(client.indices.get_alias(name=alias))
        except IndexAbsent:
            return []

    def is_live(self, index: str) -> bool:
        """Return whether searches go to `index`."""
        return any(index in self.behind(self.live(part)) for part in LIVE)

    def building(self) -> list[str]:
        """Return the stamps of running rebuilds; several only while several begin at once."""
        start = self.index("records", "")
        return [name.removeprefix(start) for name in self.behind(self.next("records"))]

    def is_building(self) -> bool:
        with self.server.reading() as client:
            return bool(client.indices.exists_alias(name=self.next("records")))

    def claims(self, stamp: str) -> set[str]:
        """Return the token of the rebuild that builds `stamp`: one or none."""
        names = self.aliases([self.index("records", stamp)])
        return {
            alias.removeprefix(self._claims).removesuffix("-records")
            for alias in names.get(self.index("records", stamp), ())
            if alias.startswith(self._claims)
        }

    def aliases(self, indices: Iterable[str]) -> dict[str, list[str]]:
        """Return the aliases of each index; missing indices are left out."""
        with self.server.reading() as client:
            reply = client.indices.get_alias(index=list(indices), ignore_unavailable=True, expand_wildcards="open")
        return {name: list(state["aliases"]) for name, state in reply.items()}

    def meta(self, alias: str) -> dict[str, Any]:
        """Return the `_meta` of an index."""
        with self.server.reading() as client:
            mapping, *others = client.indices.get_mapping(index=alias).values()
        if others:
            raise RequestRefused(f"several indices answer as {alias}")
        meta: dict[str, Any] = mapping["mappings"].get("_meta", {})
        return meta

    def schema(self, part: str) -> str:
        """Return the schema that `meta` would name for an index made now."""
        return str(body(self.parts, part, self.plugins())["mappings"]["_meta"]["schema"])

    def remove(self, indices: Iterable[str]) -> None:
        names = list(indices)
        if names:
            with self.server.writing() as client:
                client.indices.delete(index=names, ignore_unavailable=True)

    def remove_leftovers(self, besides: str) -> None:
        """Take away indices that a process left behind when it died between two steps."""
        indices = self.aliases([self.index(part, "*") for part in BUILT])
        self.remove(name for name, aliases in indices.items() if not aliases and self._stamp(name) not in ("", besides))

    def _stamp(self, name: str) -> str:
        """Return the stamp in a name of ours, else an empty text."""
        for part in BUILT:
            stamp = name.removeprefix(self.index(part, ""))
            if _STAMP.fullmatch(stamp):
                return stamp
        return ""

    @property
    def _claims(self) -> str:
        return f"{self.prefix}-building-"
