"""What settings say of calls to addresses that people chose."""

from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.allowed_hosts import AllowedHosts
from repository.engines.outgoing.guarded_fetch import GuardedFetch
from repository.engines.outgoing.guarded_post import GuardedPost


def configured_post(networks: str) -> GuardedPost:
    """Return what posts to public addresses, and to private ones in `networks`."""
    return GuardedPost(CallGuard(networks))


def configured_fetch(hosts: str, networks: str, rate: int) -> GuardedFetch:
    """Return what fetches from `hosts`, also in private `networks`, at most `rate` bytes a second; 0 for any."""
    return GuardedFetch(AllowedHosts(hosts), CallGuard(networks), rate)
