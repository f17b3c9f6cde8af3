"""Limit the calls of a person, or of a network of the public, by kind of call.

Who has a policy of their own is never short because of others: a person who is signed in counts alone, wherever from,
so that hundreds behind one address do not share; searches of the public do not use up its reading.  Sign-ins are
counted by network before a password is looked at.  Monitors and downloads are not counted.  However many call, searches
of the public take some of the threads of a process, and never all.

Replies tell the policy and what is left of it: ``RateLimit-Policy: "search";q=12000;w=60`` and
``RateLimit: "search";r=11999;t=42``.  Source: draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4; for
``Retry-After`` and 429 RFC 9110, section 10.2.3, and RFC 6585, section 4.
"""

from flask import Response, current_app, g, request
from prometheus_client import Counter

from repository.core.cache import remembered
from repository.core.errors import TooManyCalls, Unavailable
from repository.core.web.call_kinds import CallKind, kind_of
from repository.core.web.client_address import TrustedProxies, client_address, client_network
from repository.core.web.request_log import is_operational
from repository.engines.limits.call_limits import WINDOW_SECONDS, Verdict
from repository.faces.request_context import current_actor, current_services

ANONYMOUS = "anonymous-"
BUSY = "searches-at-once"
"""the policy by which metrics count searches of the public that found no place"""
_refused = Counter("repository_calls_refused", "Calls beyond a limit.", ("policy",))


def limit_sign_ins() -> None:
    """Count what takes a secret, before the secret is looked at; raises `TooManyCalls`."""
    g.kind = kind_of(current_app.view_functions.get(request.endpoint or ""), request.method)
    if g.kind is CallKind.SIGN_IN or request.headers.get("Authorization", "")[:6].lower() == "basic ":
        _count(CallKind.SIGN_IN, _network())


def limit_calls() -> None:
    """Count a call of the actor, once they are known; raises `TooManyCalls`."""
    kind: CallKind = g.kind
    if kind in (CallKind.SIGN_IN, CallKind.DOWNLOAD) or is_operational():
        return
    person = current_actor().person_id
    if person is None:
        _count(f"{ANONYMOUS}{kind}", _network())
        if kind is CallKind.SEARCH:
            _enter_search()
    else:
        _count(kind, f"person {person}")


def _enter_search() -> None:
    if not current_services().public_searches.enter():
        _refused.labels(BUSY).inc()
        raise Unavailable("Many people search right now. Please try again in a moment.")
    g.searches = True


def leave_search(_error: BaseException | None) -> None:
    """Give back the place that a search of the public has taken."""
    if g.pop("searches", False):
        current_services().public_searches.leave()


def tell_limits(reply: Response) -> Response:
    """Add the headers that tell what is left."""
    verdict: Verdict | None = g.get("verdict")
    if verdict is not None:
        reply.headers.add("RateLimit-Policy", f'"{verdict.policy}";q={verdict.limit};w={WINDOW_SECONDS}')
        reply.headers.add("RateLimit", f'"{verdict.policy}";r={verdict.left};t={verdict.seconds}')
    return reply


def _count(policy: str, caller: str) -> None:
    verdict = g.verdict = current_services().limits.judge(policy, caller)
    if verdict is not None and verdict.is_refused:
        _refused.labels(policy).inc()
        raise TooManyCalls(verdict.seconds)


def _network() -> str:
    peer, forwarded = request.environ.get("REMOTE_ADDR", ""), request.environ.get("HTTP_X_FORWARDED_FOR", "")
    proxies = current_services().site.trusted_proxies
    return _network_of(peer, forwarded, proxies)


@remembered(4_096, longest=500)
def _network_of(peer: str, forwarded: str, proxies: str) -> str:
    environ = {"REMOTE_ADDR": peer, "HTTP_X_FORWARDED_FOR": forwarded}
    return client_network(client_address(environ, TrustedProxies.of(proxies)))
