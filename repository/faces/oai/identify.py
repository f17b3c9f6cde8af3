"""Descriptions in the reply to `Identify`: names of items, permitted uses, other repositories.

Sources: OAI Implementation Guidelines: Specification and XML Schema for the OAI Identifier Format; XML Schema to
describe content and policies of repositories in the e-print community; XML Schema for repositories to list confederate
repositories.
"""

import re

from repository.core.site import Site
from repository.dataset.formats import xml_writer

IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
EPRINTS = "http://www.openarchives.org/OAI/1.1/eprints"
FRIENDS = "http://www.openarchives.org/OAI/2.0/friends/"
CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"

_DOMAIN = re.compile(r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+")
_SAMPLE = 1


def descriptions(site: Site) -> str:
    """Return the containers, each in its element."""
    containers = (_identifiers(site), _policies(), _friends(site))
    return "".join(f"<description>{container}</description>" for container in containers if container)


def _identifiers(site: Site) -> str:
    """Return the identifier format, empty where the host is no domain name: then it does not apply."""
    if _DOMAIN.fullmatch(site.host) is None:
        return ""
    members = {
        "scheme": "oai",
        "repositoryIdentifier": site.host,
        "delimiter": ":",
        "sampleIdentifier": f"oai:{site.host}:{_SAMPLE}",
    }
    content = "".join(xml_writer.element(name, value) for name, value in members.items())
    return _container("oai-identifier", IDENTIFIER, f"{IDENTIFIER}.xsd", content)


def _policies() -> str:
    metadata = xml_writer.element(
        "text", "Metadata may be used by anybody for any purpose: they are in the public domain."
    )
    data = xml_writer.element(
        "text", "The metadata of each dataset name the licence of its files and who may have them."
    )
    content = (
        f"<metadataPolicy>{metadata}{xml_writer.element('URL', CC0)}</metadataPolicy><dataPolicy>{data}</dataPolicy>"
    )
    return _container("eprints", EPRINTS, f"{EPRINTS}.xsd", content)


def _friends(site: Site) -> str:
    content = "".join(xml_writer.element("baseURL", address) for address in site.friends)
    return _container("friends", FRIENDS, "http://www.openarchives.org/OAI/2.0/friends.xsd", content) if content else ""


def _container(name: str, namespace: str, schema: str, content: str) -> str:
    return f'<{name} xmlns="{namespace}" xsi:schemaLocation="{namespace} {schema}">{content}</{name}>'
