"""Replies as XML (OAI-PMH 2.0, section 3.2)."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from repository.core.site import Site
from repository.dataset.formats import dublin_core, xml_writer
from repository.faces.oai.arguments import ProtocolError
from repository.faces.oai.identify import descriptions
from repository.harvest.metadata_prefixes import MetadataFormat
from repository.harvest.queries import HarvestItem

_NAMESPACE = "http://www.openarchives.org/OAI/2.0/"
_OPENING = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<OAI-PMH xmlns="{_NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xsi:schemaLocation="{_NAMESPACE} {_NAMESPACE}OAI-PMH.xsd">'
)


def document(at: datetime, site: Site, request: Mapping[str, str], content: str) -> str:
    """Return a whole reply; `request` holds the arguments to repeat, with the verb."""
    request_element = xml_writer.element("request", site.oai, **request)
    return f"{_OPENING}{xml_writer.element('responseDate', stamp(at))}{request_element}{content}</OAI-PMH>\n"


def stamp(moment: datetime) -> str:
    """Return the second of `moment`."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def errors(faults: Iterable[ProtocolError]) -> str:
    return "".join(xml_writer.element("error", fault.reason, code=fault.code) for fault in faults)


def identify(site: Site, first: datetime) -> str:
    """Return the members of ``Identify``; no datestamp is before `first`."""
    members = {
        "repositoryName": site.name,
        "baseURL": site.oai,
        "protocolVersion": "2.0",
        "adminEmail": site.admin_email or _postmaster(site.host),
        "earliestDatestamp": stamp(first),
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    return "".join(xml_writer.element(name, value) for name, value in members.items()) + descriptions(site)


def _postmaster(host: str) -> str:
    """Return the mailbox that every domain has (RFC 2142), with a dot in the domain as the schema requires."""
    return f"postmaster@{host}" if "." in host else f"postmaster@{host}.localdomain"


def formats(table: Mapping[str, MetadataFormat]) -> str:
    """Return the entries of ``ListMetadataFormats``, by prefix."""
    return "".join(
        "<metadataFormat>"
        + xml_writer.element("metadataPrefix", prefix)
        + xml_writer.element("schema", entry.schema)
        + xml_writer.element("metadataNamespace", entry.namespace)
        + "</metadataFormat>"
        for prefix, entry in table.items()
    )


def set_element(spec: str, name: str, description: str = "") -> str:
    names = f"<set>{xml_writer.element('setSpec', spec)}{xml_writer.element('setName', name)}"
    details = f"<setDescription>{dublin_core.set_description(description)}</setDescription>" if description else ""
    return f"{names}{details}</set>"


def header(site: Site, item: HarvestItem, sets: Iterable[str]) -> str:
    status = xml_writer.attribute("status", "deleted") if item.gone else ""
    members = xml_writer.element("identifier", f"oai:{site.host}:{item.id}") + xml_writer.element(
        "datestamp", stamp(item.datestamp)
    )
    members += "".join(xml_writer.element("setSpec", spec) for spec in sets)
    return f"<header{status}>{members}</header>"


def record(header: str, metadata: str) -> str:
    """Return a record; `metadata` is an element of another namespace, empty for a deleted item."""
    return f"<record>{header}{f'<metadata>{metadata}</metadata>' if metadata else ''}</record>"


def resumption(token: str, cursor: int) -> str:
    """Return the token of the next page, empty at the end; `cursor` items came before this page."""
    return xml_writer.element("resumptionToken", token, cursor=str(cursor))
