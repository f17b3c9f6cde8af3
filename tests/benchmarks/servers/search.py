"""Searches through the API, beside the same body sent straight to Elasticsearch."""

import random
from typing import Any

import orjson

from repository.access.principals import visible_to
from repository.core.actor import ANONYMOUS
from repository.engines.search.elasticsearch.query_dsl import EsQuery
from repository.engines.search.elasticsearch.search_requests import body_of
from repository.engines.search.port import Search, Sort
from repository.search.facets import FACETS
from repository.search.query_syntax import parse
from tests.benchmarks.population import RARE, SUBJECTS
from tests.benchmarks.servers.asking import Plain, throughput
from tests.benchmarks.servers.places import Site, served

SIZE = 10
_ON_THE_WIRE = {"from_": "from", "source": "_source"}
"""Names that the client gives to members of a request, where they are not the server's own."""


def measure(place: Site, clients: int, seconds: float) -> dict[str, Any]:
    server, prefix = str(place.settings["SEARCH_URL"]).rsplit("/", 1)
    straight = f"/{prefix}-records/_search?allow_partial_search_results=false"

    def ask_elasticsearch(call: Plain) -> bytes:
        return call("POST", straight, _body(_words()))

    def ask_us(call: Plain) -> bytes:
        return call("GET", f"/api/records?q={_words().replace(' ', '%20')}&size={SIZE}&sort=bestmatch")

    with served(place):
        address = place.settings["BASE_URL"]
        for target, ask in ((address, ask_us), (server, ask_elasticsearch)):
            throughput(target, clients, seconds, ask)  # both warm
        raw = throughput(server, clients, seconds, ask_elasticsearch)
        ours = throughput(address, clients, seconds, ask_us)
        again = throughput(server, clients, seconds, ask_elasticsearch)
    straight_per_s = (raw["per_s"] + again["per_s"]) / 2
    return {"straight": raw, "straight_again": again, "api": ours, "ratio": round(ours["per_s"] / straight_per_s, 2)}


def _words() -> str:
    """What people look for: a common word, a rare one, or both."""
    return random.choice(
        [random.choice(SUBJECTS), random.choice(RARE), f"{random.choice(SUBJECTS)} {random.choice(RARE)}"]
    )


def _body(words: str) -> bytes:
    """The body that the API sends for the same words."""
    search = Search(
        query=parse(words),
        scope=visible_to(ANONYMOUS),
        facets=[facet.field for facet in FACETS.values()],
        sort=Sort.BEST_MATCH,
        size=SIZE,
        highlight=True,
    )
    body = body_of(EsQuery({}), search)
    return orjson.dumps({_ON_THE_WIRE.get(name, name): value for name, value in body.items()})
