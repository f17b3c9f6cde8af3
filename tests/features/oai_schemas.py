"""The protocol's schema, with the schemas of others in our words where it takes them strictly."""

import os
from pathlib import Path

from lxml import etree

from tests.features.harvesting import DC

_ABOVE = [folder / "shared" for folder in Path(__file__).resolve().parents[3:]]
SHARED = Path(os.environ.get("SHARED_DIR") or next(filter(Path.is_dir, _ABOVE), _ABOVE[0]))
SCHEMA = SHARED / "schemas/oai-pmh/OAI-PMH.xsd"
DATACITE = SHARED / "schemas/datacite-4.7/metadata.xsd"

DUBLIN_CORE = (
    *("title", "creator", "subject", "description", "publisher", "contributor", "date", "type"),
    *("format", "identifier", "source", "language", "relation", "coverage", "rights"),
)
XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" elementFormDefault="qualified"'
DC_NAMESPACE = DC.strip("{}")
IDENTIFIER = "http://www.openarchives.org/OAI/2.0/oai-identifier"
EPRINTS = "http://www.openarchives.org/OAI/1.1/eprints"
FRIENDS = "http://www.openarchives.org/OAI/2.0/friends/"
ENVELOPE = "http://schema.datacite.org/oai/oai-1.1/"
KERNEL = "http://datacite.org/schema/kernel-4"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
GMD = "http://www.isotc211.org/2005/gmd"
MARC = "http://www.loc.gov/MARC21/slim"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
XML = "http://www.w3.org/XML/1998/namespace"

_LEADER = "[0-9 ]{5}[0-9A-Za-z ][0-9A-Za-z][0-9A-Za-z ]{3}[2 ][2 ][0-9 ]{5}[0-9A-Za-z ]{3}(4500|    )"
_DOMAIN = r"[a-zA-Z][a-zA-Z0-9\-]*(\.[a-zA-Z][a-zA-Z0-9\-]*)+"


def _of_texts(names: list[str], type_: str = "xs:string") -> str:
    return "".join(f'<xs:element name="{name}" type="{type_}"/>' for name in names)


def _pattern(name: str, pattern: str) -> str:
    restriction = f'<xs:restriction base="xs:string"><xs:pattern value="{pattern}"/></xs:restriction>'
    return f'<xs:element name="{name}"><xs:simpleType>{restriction}</xs:simpleType></xs:element>'


def _anything(name: str) -> str:
    content = '<xs:any processContents="skip" minOccurs="0" maxOccurs="unbounded"/>'
    attributes = '<xs:anyAttribute processContents="skip"/>'
    return (
        f'<xs:element name="{name}"><xs:complexType><xs:sequence>{content}</xs:sequence>{attributes}'
        "</xs:complexType></xs:element>"
    )


def _attribute(name: str, pattern: str) -> str:
    restriction = f'<xs:restriction base="xs:string"><xs:pattern value="{pattern}"/></xs:restriction>'
    return f'<xs:attribute name="{name}" use="required"><xs:simpleType>{restriction}</xs:simpleType></xs:attribute>'


def _marked(name: str, rule: tuple[str, str], least: int = 0) -> str:
    """Any number of texts, at least `least`, each with an attribute that fits a pattern."""
    content = f'<xs:simpleContent><xs:extension base="xs:string">{_attribute(*rule)}</xs:extension></xs:simpleContent>'
    return (
        f'<xs:element name="{name}" minOccurs="{least}" maxOccurs="unbounded">'
        f"<xs:complexType>{content}</xs:complexType></xs:element>"
    )


_TEXT_OR_URL = (
    "<xs:complexType><xs:sequence>"
    '<xs:element name="text" type="xs:string" minOccurs="0"/><xs:element name="URL" type="xs:anyURI" minOccurs="0"/>'
    "</xs:sequence></xs:complexType>"
)
_BODIES = {
    XML: '<xs:attribute name="lang" type="xs:language"/>',
    DC_NAMESPACE: f'<xs:import namespace="{XML}"/><xs:complexType name="said"><xs:simpleContent>'
    '<xs:extension base="xs:string"><xs:attribute ref="xml:lang"/></xs:extension></xs:simpleContent></xs:complexType>'
    + _of_texts(list(DUBLIN_CORE), "own:said"),
    OAI_DC: f'<xs:import namespace="{DC_NAMESPACE}"/><xs:element name="dc"><xs:complexType>'
    '<xs:choice minOccurs="0" maxOccurs="unbounded">'
    + "".join(f'<xs:element ref="dc:{name}"/>' for name in DUBLIN_CORE)
    + "</xs:choice></xs:complexType></xs:element>",
    IDENTIFIER: '<xs:element name="oai-identifier"><xs:complexType><xs:sequence>'
    + _pattern("scheme", "oai")
    + _pattern("repositoryIdentifier", _DOMAIN)
    + _pattern("delimiter", ":")
    + _pattern("sampleIdentifier", rf"oai:{_DOMAIN}:[a-zA-Z0-9\-_.]+")
    + "</xs:sequence></xs:complexType></xs:element>",
    EPRINTS: '<xs:element name="eprints"><xs:complexType><xs:sequence>'
    f'<xs:element name="content" minOccurs="0">{_TEXT_OR_URL}</xs:element>'
    f'<xs:element name="metadataPolicy">{_TEXT_OR_URL}</xs:element>'
    f'<xs:element name="dataPolicy">{_TEXT_OR_URL}</xs:element>'
    f'<xs:element name="submissionPolicy" minOccurs="0">{_TEXT_OR_URL}</xs:element>'
    "</xs:sequence></xs:complexType></xs:element>",
    FRIENDS: '<xs:element name="friends"><xs:complexType><xs:sequence>'
    '<xs:element name="baseURL" type="xs:anyURI" maxOccurs="unbounded"/>'
    "</xs:sequence></xs:complexType></xs:element>",
    ENVELOPE: f'<xs:import namespace="{KERNEL}"/><xs:element name="oai_datacite"><xs:complexType><xs:sequence>'
    + _of_texts(["schemaVersion", "datacentreSymbol"])
    + '<xs:element name="payload"><xs:complexType><xs:sequence><xs:any namespace="##other"/></xs:sequence>'
    "</xs:complexType></xs:element></xs:sequence></xs:complexType></xs:element>",
    RDF: _anything("RDF"),
    GMD: _anything("MD_Metadata"),
    MARC: f'<xs:element name="record"><xs:complexType><xs:sequence>{_pattern("leader", _LEADER)}'
    + _marked("controlfield", ("tag", "00[1-9]"))
    + '<xs:element name="datafield" minOccurs="0" maxOccurs="unbounded"><xs:complexType><xs:sequence>'
    + _marked("subfield", ("code", "[0-9a-z]"), least=1)
    + "</xs:sequence>"
    + "".join(_attribute(*rule) for rule in (("tag", "[0-9]{3}"), ("ind1", "[0-9a-z ]"), ("ind2", "[0-9a-z ]")))
    + '</xs:complexType></xs:element></xs:sequence><xs:attribute name="type" type="xs:string"/>'
    "</xs:complexType></xs:element>",
}


def protocol_schema(folder: Path) -> etree.XMLSchema:
    """What every answer has to be valid against; `folder` is where the schemas are put together."""
    imports = [("http://www.openarchives.org/OAI/2.0/", SCHEMA.resolve().as_uri())]
    for number, (namespace, body) in enumerate(_BODIES.items()):
        names = f'xmlns:own="{namespace}" xmlns:dc="{DC_NAMESPACE}"'
        text = f'<xs:schema {XS} {names} targetNamespace="{namespace}">{body}</xs:schema>'
        (folder / f"{number}.xsd").write_text(text, "utf-8")
        imports.append((namespace, f"{number}.xsd"))
    imports.append((KERNEL, DATACITE.resolve().as_uri()))
    listed = "".join(f'<xs:import namespace="{each}" schemaLocation="{place}"/>' for each, place in imports)
    (folder / "all.xsd").write_text(f"<xs:schema {XS}>{listed}</xs:schema>", "utf-8")
    return etree.XMLSchema(file=str(folder / "all.xsd"))
