"""What settings say of calls to addresses that people chose."""

from repository.engines.outgoing.allowed_addresses import CallGuard
from repository.engines.outgoing.allowed_hosts import AllowedHosts
from repository.engines.outgoing.guarded_fetch import GuardedFetch
from repository.engines.outgoing.guarded_post import GuardedPost
from repository.engines.outgoing.registered_descriptions import RegisteredDescriptions


def configured_post(networks: str) -> GuardedPost:
    """Return what posts to public addresses, and to private ones in `networks`."""
    return GuardedPost(CallGuard(networks))


def configured_fetch(hosts: str, networks: str, rate: int) -> GuardedFetch:
    """Return what fetches from `hosts`, also in private `networks`, at most `rate` bytes a second; 0 for any."""
    return GuardedFetch(AllowedHosts(hosts), CallGuard(networks), rate)


def configured_registrars(urls: tuple[str, str], hosts: str, networks: str) -> RegisteredDescriptions:
    """Return what asks for descriptions of DOIs and of CSTRs, whose addresses are the `urls`."""
    doi_url, cstr_url = urls
    doi = f"{doi_url.rstrip('/')}/" if doi_url else ""
    cstr = f"{cstr_url}?identifier=" if cstr_url else ""
    return RegisteredDescriptions({"doi": doi, "cstr": cstr}, hosts, networks)
