"""Answers as XML (OAI-PMH 2.0, section 3.2)."""

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
    """A whole answer; `request` are the arguments to repeat, the verb among them."""
    asked = xml_writer.element("request", site.oai, **request)
    return f"{_OPENING}{xml_writer.element('responseDate', stamp(at))}{asked}{content}</OAI-PMH>\n"


def stamp(moment: datetime) -> str:
    """The second that `moment` lies in."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def errors(faults: Iterable[ProtocolError]) -> str:
    return "".join(xml_writer.element("error", fault.reason, code=fault.code) for fault in faults)


def identify(site: Site, first: datetime) -> str:
    """What the repository says of itself; `first` is before or at every datestamp."""
    said = {
        "repositoryName": site.name,
        "baseURL": site.oai,
        "protocolVersion": "2.0",
        "adminEmail": site.admin_email or _postmaster(site.host),
        "earliestDatestamp": stamp(first),
        "deletedRecord": "persistent",
        "granularity": "YYYY-MM-DDThh:mm:ssZ",
    }
    return "".join(xml_writer.element(name, value) for name, value in said.items()) + descriptions(site)


def _postmaster(host: str) -> str:
    """The one mailbox that every domain has (RFC 2142); the protocol's schema wants a dot in the domain."""
    return f"postmaster@{host}" if "." in host else f"postmaster@{host}.localdomain"


def formats(offered: Mapping[str, MetadataFormat]) -> str:
    """What ``ListMetadataFormats`` tells of each, by prefix."""
    return "".join(
        "<metadataFormat>"
        + xml_writer.element("metadataPrefix", prefix)
        + xml_writer.element("schema", each.schema)
        + xml_writer.element("metadataNamespace", each.namespace)
        + "</metadataFormat>"
        for prefix, each in offered.items()
    )


def described_set(spec: str, name: str, description: str = "") -> str:
    said = f"<set>{xml_writer.element('setSpec', spec)}{xml_writer.element('setName', name)}"
    about = f"<setDescription>{dublin_core.described(description)}</setDescription>" if description else ""
    return f"{said}{about}</set>"


def header(site: Site, item: HarvestItem, sets: Iterable[str]) -> str:
    status = xml_writer.attribute("status", "deleted") if item.gone else ""
    said = xml_writer.element("identifier", f"oai:{site.host}:{item.id}") + xml_writer.element(
        "datestamp", stamp(item.datestamp)
    )
    said += "".join(xml_writer.element("setSpec", spec) for spec in sets)
    return f"<header{status}>{said}</header>"


def record(header: str, metadata: str) -> str:
    """`metadata` is an element of another namespace, empty for an item that is gone."""
    return f"<record>{header}{f'<metadata>{metadata}</metadata>' if metadata else ''}</record>"


def resumption(token: str, cursor: int) -> str:
    """Where the list goes on, nothing at its end; `cursor` items came before this page."""
    return xml_writer.element("resumptionToken", token, cursor=str(cursor))
