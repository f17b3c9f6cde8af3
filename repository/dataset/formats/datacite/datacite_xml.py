"""The XML of DataCite 4.7, made from the attributes of `datacite_json`.

It is written as text, in the order of the schema's documentation. Every text that the schema requires is there, because
no text of the attributes is empty; their addresses are fit for ``xs:anyURI``. Source: DataCite Metadata Schema 4.7,
``metadata.xsd``.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from repository.dataset.formats.xml_writer import attribute, text

Json = Mapping[str, Any]

NAMESPACE = "http://datacite.org/schema/kernel-4"
LOCATION = "https://schema.datacite.org/meta/kernel-4/metadata.xsd"

_OPENING = (
    f'<resource xmlns="{NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xsi:schemaLocation="{NAMESPACE} {LOCATION}">'
)
_ATTRIBUTE_NAMES = {
    "lang": "xml:lang",
    "schemeUri": "schemeURI",
    "valueUri": "valueURI",
    "rightsUri": "rightsURI",
    "awardUri": "awardURI",
}
"""Members of the JSON that have another name as attributes; the rest keep theirs."""


def resource(attributes: Json) -> str:
    """Return the element ``resource`` with its namespace."""
    parts = (
        _element("identifier", attributes["identifiers"][0], "identifier"),
        _all("creators", attributes["creators"], _creator),
        _elements("titles", "title", attributes["titles"], "title"),
        _element("publisher", attributes["publisher"], "name"),
        f"<publicationYear>{attributes['publicationYear']:04d}</publicationYear>",
        _type(attributes["types"]),
        _elements("subjects", "subject", attributes["subjects"], "subject"),
        _all("contributors", attributes["contributors"], _contributor),
        _elements("dates", "date", attributes["dates"], "date"),
        _text("language", attributes["language"]),
        _identifiers("alternateIdentifier", attributes),
        _identifiers("relatedIdentifier", attributes),
        _all("sizes", attributes["sizes"], lambda size: _text("size", size)),
        _all("formats", attributes["formats"], lambda format_: _text("format", format_)),
        _text("version", attributes["version"]),
        _elements("rightsList", "rights", attributes["rightsList"], "rights"),
        _elements("descriptions", "description", attributes["descriptions"], "description"),
        _all("geoLocations", attributes["geoLocations"], _location),
        _all("fundingReferences", attributes["fundingReferences"], _funding),
        _all("relatedItems", attributes["relatedItems"], _related_item),
    )
    return f"{_OPENING}{''.join(parts)}</resource>"


def _all(name: str, members: Iterable[Any], write: Callable[[Any], str]) -> str:
    inner = "".join(map(write, members))
    return f"<{name}>{inner}</{name}>" if inner else ""


def _elements(name: str, element: str, members: Iterable[Json], content: str) -> str:
    return _all(name, members, lambda member: _element(element, member, content))


def _identifiers(element: str, attributes: Json) -> str:
    return _elements(f"{element}s", element, attributes[f"{element}s"], element)


def _element(name: str, member: Json, content: str) -> str:
    """Return the member `content` as text, every other one as an attribute."""
    attributes = "".join(
        attribute(_ATTRIBUTE_NAMES.get(key, key), value) for key, value in member.items() if key != content and value
    )
    return f"<{name}{attributes}>{text(member[content])}</{name}>"


def _text(name: str, content: str | None) -> str:
    return f"<{name}>{text(content)}</{name}>" if content else ""


def _type(types: Json) -> str:
    general = {"resourceType": types["resourceType"], "resourceTypeGeneral": types["resourceTypeGeneral"]}
    return _element("resourceType", general, "resourceType")


def _creator(agent: Json) -> str:
    return f"<creator>{_agent('creatorName', agent)}</creator>"


def _contributor(agent: Json) -> str:
    role = attribute("contributorType", agent["contributorType"])
    return f"<contributor{role}>{_agent('contributorName', agent)}</contributor>"


def _agent(tag: str, agent: Json) -> str:
    name_members = {key: agent[key] for key in ("name", "nameType", "lang") if key in agent}
    parts = (
        _element(tag, name_members, "name"),
        _text("givenName", agent.get("givenName")),
        _text("familyName", agent.get("familyName")),
        *(_element("nameIdentifier", identifier, "nameIdentifier") for identifier in agent.get("nameIdentifiers", ())),
        *(_element("affiliation", affiliation, "name") for affiliation in agent.get("affiliation", ())),
    )
    return "".join(parts)


def _location(location: Json) -> str:
    parts = [_text("geoLocationPlace", location.get("geoLocationPlace"))]
    for name in ("geoLocationPoint", "geoLocationBox"):
        if name in location:
            parts.append(_position(name, location[name]))
    corners = location.get("geoLocationPolygon", ())
    parts.append(_all("geoLocationPolygon", corners, lambda corner: _position("polygonPoint", corner["polygonPoint"])))
    return f"<geoLocation>{''.join(parts)}</geoLocation>"


def _position(name: str, degrees: Json) -> str:
    inner = "".join(f"<{key}>{_number(value)}</{key}>" for key, value in degrees.items())
    return f"<{name}>{inner}</{name}>"


def _number(value: float) -> str:
    """Return plain decimals, because not every reader of the schema knows exponents."""
    return f"{value:.8f}".rstrip("0").rstrip(".") if value else "0"


def _funding(reference: Json) -> str:
    number = {"awardNumber": reference.get("awardNumber", ""), "awardUri": reference.get("awardUri")}
    identifier = {
        key: reference[key] for key in ("funderIdentifier", "funderIdentifierType", "schemeUri") if key in reference
    }
    parts = (
        _text("funderName", reference["funderName"]),
        _element("funderIdentifier", identifier, "funderIdentifier") if identifier else "",
        _element("awardNumber", number, "awardNumber") if any(number.values()) else "",
        _text("awardTitle", reference.get("awardTitle")),
    )
    return f"<fundingReference>{''.join(parts)}</fundingReference>"


def _related_item(item: Json) -> str:
    """Return an item; of its elements, ours have an identifier and titles."""
    kind = attribute("relatedItemType", item["relatedItemType"]) + attribute("relationType", item["relationType"])
    identifier = item.get("relatedItemIdentifier")
    parts = (
        _element("relatedItemIdentifier", identifier, "relatedItemIdentifier") if identifier else "",
        _elements("titles", "title", item["titles"], "title"),
    )
    return f"<relatedItem{kind}>{''.join(parts)}</relatedItem>"
