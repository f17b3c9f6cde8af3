"""What lies in the place of our indices that is none of ours, or that does not answer."""

from typing import Any

from repository.core.errors import Unavailable
from repository.engines.search.elasticsearch.elasticsearch_client import IndexAbsent
from repository.engines.search.elasticsearch.index_bodies import settled
from repository.engines.search.elasticsearch.index_names import LIVE, IndexNames, new_stamp

_BLOCKS = ("read_only", "read_only_allow_delete", "write", "read", "metadata")


def unusable() -> Unavailable:
    """Return the error that says what to do."""
    cause = "its server refuses what is asked of it"
    return Unavailable(f"The search index cannot be used: {cause}. Run `repository index rebuild --anew`.")


def obstacle(places: IndexNames) -> str:
    """Return in words what is in the way of our indices; else nothing."""
    return next(filter(None, (_obstacle(places, part) for part in LIVE)), "")


def clear(places: IndexNames) -> None:
    """Put empty indices in the place of whatever is there, in one step for each part."""
    for part in LIVE:
        there = _behind(places, part)
        _lift_blocks(places, there)
        stamp = new_stamp()
        places.create(part, stamp, {})
        _settle(places, part, stamp)
        taken: list[Any] = [{"remove_index": {"index": name}} for name in there]
        added = {"add": {"index": places.index(part, stamp), "alias": places.live(part)}}
        with places.server.writing() as client:
            client.indices.update_aliases(actions=[*taken, added])


def _obstacle(places: IndexNames, part: str) -> str:
    there = _behind(places, part)
    if not there:
        return ""
    if there == [places.live(part)]:
        return f"an index that has the name of our alias, {there[0]}"
    if there == [places.index(part, "0")] and places.behind(places.live(part)) != there:
        return f"an index without its alias, {there[0]}"
    if len(there) > 1:
        return f"several indices behind one alias, {', '.join(there)}"
    return _fault(places, there[0])


def _fault(places: IndexNames, name: str) -> str:
    with places.server.reading() as client:
        rows: Any = client.cat.indices(index=name, expand_wildcards="all", format="json", h="status,health")
        state = client.indices.get(index=name, expand_wildcards="all", flat_settings=True)[name]
    (listed,) = rows
    if listed["status"] == "close":
        return f"a closed index, {name}"
    if blocks := [kind for kind in _BLOCKS if state["settings"].get(f"index.blocks.{kind}") == "true"]:
        return f"a blocked index, {name} ({', '.join(blocks)})"
    if listed["health"] == "red":
        return f"an index that has lost a part of itself, {name}"
    is_ours = "schema" in state["mappings"].get("_meta", {})
    return "" if is_ours else f"an index of another program, {name}"


def _behind(places: IndexNames, part: str) -> list[str]:
    """Return the indices that the live name leads to, or else one that was left without its alias."""
    for name in (places.live(part), places.index(part, "0")):
        try:
            with places.server.reading() as client:
                return sorted(client.indices.get(index=name, features="aliases", expand_wildcards="all"))
        except IndexAbsent:
            continue
    return []


def _lift_blocks(places: IndexNames, names: list[str]) -> None:
    """Let indices be removed: a block that forbids changes forbids that too."""
    if names:
        with places.server.writing() as client:
            lifted = {f"index.blocks.{kind}": None for kind in _BLOCKS}
            client.indices.put_settings(index=names, settings=lifted, expand_wildcards="all")


def _settle(places: IndexNames, part: str, stamp: str) -> None:
    with places.server.writing() as client:
        client.indices.put_settings(index=places.index(part, stamp), settings=settled(places.parts))
