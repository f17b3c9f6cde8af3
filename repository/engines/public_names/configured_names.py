"""The register of names that the settings choose, or none."""

from importlib import import_module

from repository.engines.public_names.port import PublicNames


def configured_names(orcid_url: str) -> PublicNames | None:
    """Return ORCID's register at an address, or None; its HTTP client is loaded where one is chosen only."""
    if not orcid_url:
        return None
    register: PublicNames = import_module("repository.engines.public_names.orcid_search").OrcidSearch(orcid_url)
    return register
