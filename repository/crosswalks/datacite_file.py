"""The XML of DataCite 4.x as DataCite's attributes, which `datacite_attributes` reads.

Elements become members as DataCite's own API names them.  Nothing is loaded from elsewhere, no entity is replaced, and
a document type is refused: no record of DataCite has one.  Source: DataCite Metadata Schema 4.7, ``metadata.xsd``.
"""

from typing import Any

from lxml import etree

from repository.crosswalks.datacite_attributes import datacite_description
from repository.crosswalks.source_fields import SourceDescription, Unreadable

_LISTS = {
    "creators": "creator",
    "titles": "title",
    "subjects": "subject",
    "contributors": "contributor",
    "dates": "date",
    "alternateIdentifiers": "alternateIdentifier",
    "relatedIdentifiers": "relatedIdentifier",
    "sizes": "size",
    "formats": "format",
    "rightsList": "rights",
    "descriptions": "description",
    "geoLocations": "geoLocation",
    "fundingReferences": "fundingReference",
    "relatedItems": "relatedItem",
}
_CONTENT = {"affiliation": "name", "creatorName": "name", "contributorName": "name", "publisher": "name"}
"""The member that the text of an element becomes, where it is not called as the element."""
_REPEATED = {
    "nameIdentifier": "nameIdentifiers",
    "affiliation": "affiliation",
    "geoLocationPolygon": "geoLocationPolygon",
}
_REPEATED |= {"polygonPoint": "polygonPoint"}
_INNER_LISTS = {"titles": "title", "contributors": "contributor"}
"""lists inside of a related item"""
_MEMBERS = {"schemeURI": "schemeUri", "valueURI": "valueUri", "rightsURI": "rightsUri", "awardURI": "awardUri"}
_KERNEL = "http://datacite.org/schema/kernel-4"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

Json = dict[str, Any]


def datacite_xml_description(content: bytes, name: str) -> SourceDescription:
    """Return what a record says; raise `Unreadable` for what is none of kernel 4, or no XML."""
    root = _root(content, name)
    kernel, _, tag = root.tag.rpartition("}")
    if tag != "resource" or not kernel.lstrip("{").startswith(_KERNEL):
        raise Unreadable(f"{name} is no DataCite XML: its first element is no resource of kernel-4.")
    attributes: Json = {}
    for element in root.iterchildren(tag=etree.Element):
        part = _tag(element)
        if part in _LISTS:
            attributes.setdefault(part, []).extend(map(_value, element.iterchildren(tag=etree.Element)))
        elif part == "identifier":
            attributes.setdefault("identifiers", []).append(_value(element))
        elif part == "resourceType":
            attributes["types"] = _value(element)
        else:
            attributes[part] = _value(element)
    for plain in ("sizes", "formats"):
        if plain in attributes:
            attributes[plain] = [next(iter(value.values()), "") for value in attributes[plain]]
    for single in ("publicationYear", "language", "version"):
        if isinstance(attributes.get(single), dict):
            attributes[single] = attributes[single].get(single, "")
    attributes.setdefault("titles", [])
    return datacite_description(attributes, name)


def _root(content: bytes, name: str) -> Any:
    parser = etree.XMLParser(
        resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        words = " ".join(str(error).split())[:200]
        raise Unreadable(f"{name} is no XML that can be read: {words}") from None
    if root.getroottree().docinfo.doctype:
        raise Unreadable(f"{name} has a document type, which no record of DataCite has.")
    return root


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: Any) -> Json:
    """Return an element as an object: its text, its attributes, its elements."""
    name = _tag(element)
    value: Json = {}
    text = _text(element)
    if text:
        value[_CONTENT.get(name, name)] = text
    for key, content in element.attrib.items():
        value["lang" if key == _LANG else _MEMBERS.get(key, str(key).rpartition("}")[2])] = content
    for child in element.iterchildren(tag=etree.Element):
        _add(value, child)
    return value


def _add(value: Json, child: Any) -> None:
    part, inner = _tag(child), _value(child)
    if part in _INNER_LISTS:
        value[part] = [
            _value(item) for item in child.iterchildren(tag=etree.Element) if _tag(item) == _INNER_LISTS[part]
        ]
    elif part in _REPEATED:
        value.setdefault(_REPEATED[part], []).append(inner)
    elif part in ("creatorName", "contributorName", "funderIdentifier", "awardNumber"):
        value.update(inner)
    elif part.startswith("geoLocation") or part in ("titles", "inPolygonPoint") or len(inner) > 1:
        value[part] = inner.get(part, inner) if part == "geoLocationPlace" else inner
    else:
        value[part] = inner.get(part, "")


def _text(element: Any) -> str:
    """Return the text before, between and behind ``br``, the only element that may stand in a text."""
    breaks = [child for child in element.iterchildren(tag=etree.Element) if _tag(child) == "br"]
    parts = [element.text or ""]
    for child in breaks:
        parts.append("\n\n" + (child.tail or ""))
        element.remove(child)
    return "".join(parts).strip()
