"""Building blocks of ISO 19139: texts in several languages, codes, people, dates, extents.

Sources: ISO 19115:2003, annex B; ISO/TS 19139:2007; the code lists of the latter (``gmxCodelists.xml``).
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from repository.dataset.description import Affiliation, Agent, DateOf, DescribedPlace, Text
from repository.dataset.formats import bounding_boxes, identifier_urls, xml_writer
from repository.dataset.formats.citation import person_names
from repository.dataset.formats.citation.name_choice import given_name_in, renamed
from repository.dataset.formats.datacite.datacite_terms import uri
from repository.dataset.formats.iso_dates import first_date
from repository.dataset.formats.plain_text import language_tag, one_line

_SIDES = ("westBoundLongitude", "eastBoundLongitude", "southBoundLatitude", "northBoundLatitude")
_NO_NAME = re.compile("[^A-Za-z0-9-]")
_CODES = "http://standards.iso.org/iso/19139/resources/gmxCodelists.xml"
_ROLES = {
    "datacollector": "originator",
    "datacurator": "custodian",
    "datamanager": "custodian",
    "distributor": "distributor",
    "editor": "processor",
    "hostinginstitution": "resourceProvider",
    "producer": "originator",
    "projectleader": "principalInvestigator",
    "researcher": "principalInvestigator",
    "rightsholder": "owner",
    "contactperson": "pointOfContact",
    "sponsor": "sponsor",
}


def within(name: str, *content: str) -> str:
    """Return an element around others, empty when there are none."""
    inner = "".join(content)
    return f"<gmd:{name}>{inner}</gmd:{name}>" if inner else ""


def string(name: str, text: str) -> str:
    """Return an element with a text, empty without one."""
    content = xml_writer.text(text).strip()
    return f"<gmd:{name}><gco:CharacterString>{content}</gco:CharacterString></gmd:{name}>" if content else ""


def code(name: str, code_list: str, value: str) -> str:
    """Return an element with a term of a code list."""
    term = xml_writer.element(f"gmd:{code_list}", value, codeList=f"{_CODES}#{code_list}", codeListValue=value)
    return f"<gmd:{name}>{term}</gmd:{name}>"


def language_code(name: str, iso639: str) -> str:
    """Return an element with a language, by its ISO 639-3 code."""
    address = "http://www.loc.gov/standards/iso639-2/"
    term = xml_writer.element("gmd:LanguageCode", iso639, codeList=address, codeListValue=iso639)
    return f"<gmd:{name}>{term}</gmd:{name}>"


def locale_id(record: int, iso639: str) -> str:
    """Return the id of a language, unique in the document of a record and among documents of others."""
    return f"r{record}-{_NO_NAME.sub('', language_tag(iso639) or iso639)}"


def free_text(name: str, original: str, translations: Iterable[Text], record: int) -> str:
    """Return an element with a text and its translations (ISO/TS 19139, annex A, cultural adaptability)."""
    groups = "".join(
        "<gmd:textGroup>"
        + xml_writer.element("gmd:LocalisedCharacterString", text.text, locale=f"#{locale_id(record, text.language)}")
        + "</gmd:textGroup>"
        for text in translations
        if text.language and xml_writer.text(text.text).strip()
    )
    if not groups:
        return string(name, original)
    return (
        f'<gmd:{name} xsi:type="gmd:PT_FreeText_PropertyType">'
        f"<gco:CharacterString>{xml_writer.text(original)}</gco:CharacterString>"
        f"<gmd:PT_FreeText>{groups}</gmd:PT_FreeText></gmd:{name}>"
    )


def anchor(name: str, text: str, address: str | None) -> str:
    """Return an element with a text and a link."""
    target = uri(address) if address else None
    if target is None:
        return string(name, text)
    link = xml_writer.attribute("xlink:href", target)
    return f"<gmd:{name}><gmx:Anchor{link}>{xml_writer.text(text)}</gmx:Anchor></gmd:{name}>"


def online(address: str, name: str, description: str = "", function: str = "download", protocol: str = "") -> str:
    """Return a place on the web, empty for a text that is no address."""
    target = uri(address)
    if target is None:
        return ""
    return within(
        "CI_OnlineResource",
        f"<gmd:linkage><gmd:URL>{xml_writer.text(target)}</gmd:URL></gmd:linkage>",
        string("protocol", protocol or "WWW:LINK-1.0-http--link"),
        string("name", name),
        string("description", description),
        code("function", "CI_OnLineFunctionCode", function),
    )


def party(name: str, agent: Agent, role: str, record: int = 0) -> str:
    """Return a person or an organisation, with the address of its identifier."""
    addresses = (identifier_urls.link_to(i.scheme, i.identifier) for i in agent.identifiers)
    page = next((address for address in addresses if address), None)
    contact = within("contactInfo", within("CI_Contact", within("onlineResource", _page(page)))) if page else ""
    names = _names(agent, record)
    if not names:
        return ""
    role_code = code("role", "CI_RoleCode", _ROLES.get(role, role or "author"))
    return within(name, within("CI_ResponsibleParty", names, contact, role_code))


def _names(agent: Agent, record: int) -> str:
    """Return the name of a person and of their organisations, or of an organisation, with those in other languages."""
    others = [
        Text(person_names.sort_name(renamed(agent, name)), language=name.language) for name in agent.alternate_names
    ]
    if not agent.personal:
        return free_text("organisationName", person_names.display_name(agent), others, record)
    named = [affiliation for affiliation in agent.affiliations if affiliation.name != affiliation.id]
    organisations = "; ".join(one_line(affiliation.name) for affiliation in named)
    return free_text("individualName", person_names.sort_name(agent), others, record) + free_text(
        "organisationName", organisations, _together(named), record
    )


def _together(affiliations: Sequence[Affiliation]) -> list[Text]:
    """Return the line of all organisations in each language that one of them has a name in."""
    languages = dict.fromkeys(name.language for at in affiliations for name in at.alternate_names)
    return [
        Text("; ".join(one_line(given_name_in(at, language_tag(code))) for at in affiliations), language=code)
        for code in languages
    ]


def _page(address: str) -> str:
    return online(address, "identifier", function="information")


def citation_date(date: str, kind: str) -> str:
    """Return a date of a citation: the first day, month or year of an EDTF level 0 `date`."""
    day = first_date(date)
    if not day:
        return ""
    return within(
        "date",
        within(
            "CI_Date",
            f"<gmd:date><gco:Date>{day}</gco:Date></gmd:date>",
            code("dateType", "CI_DateTypeCode", kind),
        ),
    )


def period(time: DateOf, record: int, number: int) -> str:
    """Return the time that the data cover; an open end is an unknown position."""
    begin, _, end = time.date.partition("/")
    last = end if "/" in time.date else begin
    positions = [_position("beginPosition", begin), _position("endPosition", last)]
    return within(
        "temporalElement",
        within(
            "EX_TemporalExtent",
            within("extent", f'<gml:TimePeriod gml:id="r{record}-t{number}">{"".join(positions)}</gml:TimePeriod>'),
        ),
    )


def _position(name: str, date: str) -> str:
    day = first_date(date)
    if not day:
        return f'<gml:{name} indeterminatePosition="unknown"/>'
    return f"<gml:{name}>{day}</gml:{name}>"


def boxes(places: Iterable[DescribedPlace]) -> Iterator[str]:
    """Yield a bounding box for each place; west is greater than east where it crosses the antimeridian."""
    for place in places:
        box = bounding_boxes.box(place.geometry) if place.geometry else None
        if box is not None:
            sides = zip(_SIDES, (box.west, box.east, box.south, box.north), strict=True)
            bounds = "".join(
                f"<gmd:{side}><gco:Decimal>{bounding_boxes.decimal(degrees)}</gco:Decimal></gmd:{side}>"
                for side, degrees in sides
            )
            yield within("geographicElement", within("EX_GeographicBoundingBox", bounds))
