"""What keeps an Elasticsearch from taking documents: blocks of its indices, lost shards, disks that fill.

Elasticsearch blocks all writes to an index when a disk reaches the flood stage, 95% (Elasticsearch Guide 8, "Disk-based
shard allocation settings"), and lifts the block when the disk has room again.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from repository.engines.search.elasticsearch.elasticsearch_client import ElasticsearchClient

NEARLY_FULL = 0.1
"""share of a disk that is free, before the flood stage"""
MOST_HEADROOM = 150 << 30
"""Of a large disk less than the share is enough (the same page, ``max_headroom``)."""


def hindrances(server: ElasticsearchClient, indices: Sequence[str]) -> list[str]:
    """Return a sentence for each thing that hinders these indices."""
    with server.reading() as client:
        settings = client.indices.get_settings(index=list(indices), name="index.blocks.*", flat_settings=True)
        health = client.cluster.health(index=list(indices), timeout="1s")["status"]
        disks = client.nodes.stats(metric="fs", filter_path="nodes.*.fs.total")
    return [*_of_blocks(settings.body), *_of_health(str(health)), *_of_disks(disks.body)]


def _of_blocks(settings: Mapping[str, Any]) -> Iterator[str]:
    blocks = {
        name
        for of_index in settings.values()
        for name, value in of_index["settings"].items()
        if str(value).lower() == "true"
    }
    if "index.blocks.read_only_allow_delete" in blocks:
        yield "The search engine takes no documents: its disk has reached the flood stage."
    elif blocks:
        yield "The search engine takes no documents: its index is blocked."


def _of_health(status: str) -> Iterator[str]:
    if status == "red":
        yield "The search engine lacks a part of its index."


def _of_disks(stats: Mapping[str, Any]) -> Iterator[str]:
    disks = [node["fs"]["total"] for node in stats.get("nodes", {}).values() if "fs" in node]
    free = [
        (disk["available_in_bytes"], min(disk["total_in_bytes"] * NEARLY_FULL, MOST_HEADROOM))
        for disk in disks
        if disk.get("total_in_bytes")
    ]
    if any(available < least for available, least in free):
        yield "A disk of the search engine is nearly full: soon it takes no documents."
