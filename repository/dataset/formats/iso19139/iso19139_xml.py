"""ISO 19139, the XML of ISO 19115, for catalogues of the earth sciences (GEOSS among them).

Sources: ISO 19115:2003; ISO/TS 19139:2007; INSPIRE technical guidance 2.0 for the use of anchors in constraints.
"""

from collections.abc import Iterator

from repository.dataset import cstr
from repository.dataset.description import Agent, Description, Funding, Publication, Text
from repository.dataset.formats import identifier_urls, xml_writer
from repository.dataset.formats.access_rights import COAR
from repository.dataset.formats.citation import csl
from repository.dataset.formats.datacite.datacite_terms import UNAVAILABLE, uri, writable_line
from repository.dataset.formats.iso19139.iso19139_parts import (
    anchor,
    boxes,
    citation_date,
    code,
    free_text,
    language_code,
    locale_id,
    online,
    party,
    period,
    string,
    within,
)
from repository.dataset.formats.iso_dates import interval
from repository.dataset.formats.plain_text import has_cjk, one_line, plain, three_letters
from repository.dataset.formats.xml_writer import writable

NAMESPACE = "http://www.isotc211.org/2005/gmd"
SCHEMA = "http://www.isotc211.org/2005/gmd/gmd.xsd"
_OPENING = (
    f'<gmd:MD_Metadata xmlns:gmd="{NAMESPACE}" xmlns:gco="http://www.isotc211.org/2005/gco"'
    ' xmlns:gmx="http://www.isotc211.org/2005/gmx" xmlns:gml="http://www.opengis.net/gml/3.2"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    f' xsi:schemaLocation="{NAMESPACE} {SCHEMA}">'
)
_TEMPORAL_EXTENTS = frozenset({"collected", "coverage", "valid"})
_DATES = {"created": "creation", "updated": "revision", "issued": "publication"}


def iso19139(publication: Publication) -> str:
    """Return the element ``gmd:MD_Metadata``, with all its namespaces and without an XML declaration."""
    language = _language(publication)
    return "".join(
        (
            _OPENING,
            string("fileIdentifier", _identifier(publication)),
            language_code("language", language),
            code("characterSet", "MD_CharacterSetCode", "utf8"),
            string(
                "parentIdentifier", identifier_urls.doi_url(publication.concept_doi) if publication.concept_doi else ""
            ),
            code("hierarchyLevel", "MD_ScopeCode", _level(publication)),
            party("contact", _publisher(publication), "pointOfContact"),
            _date_stamp(publication),
            string("metadataStandardName", "ISO 19115:2003/19139"),
            string("metadataStandardVersion", "1.0"),
            string("dataSetURI", csl.address(publication)),
            *_locales(publication, language),
            within("identificationInfo", within("MD_DataIdentification", *_identification(publication, language))),
            within("distributionInfo", within("MD_Distribution", *_distribution(publication))),
            _lineage(publication),
            "</gmd:MD_Metadata>",
        )
    )


def _identification(publication: Publication, language: str) -> Iterator[str]:
    description = publication.description
    yield within("citation", within("CI_Citation", *_citation(publication, language)))
    abstract = writable(plain(description.description)).strip() or writable_line(description.title) or UNAVAILABLE
    others = [text for text in description.additional_descriptions if text.type is None or text.type.id == "abstract"]
    yield free_text("abstract", abstract, _translations(others, language), publication.id)
    yield from (string("credit", _credit(funding)) for funding in description.funding)
    yield code("status", "MD_ProgressCode", "obsolete" if publication.withdrawn else "completed")
    yield party("pointOfContact", _publisher(publication), "publisher")
    yield _keywords(publication)
    yield from _constraints(publication)
    yield from _related_works(publication)
    for declared in description.languages or ():
        yield language_code("language", declared.id)
    if not description.languages:
        yield language_code("language", language)
    yield code("characterSet", "MD_CharacterSetCode", "utf8")
    yield (
        "<gmd:topicCategory><gmd:MD_TopicCategoryCode>geoscientificInformation</gmd:MD_TopicCategoryCode>"
        "</gmd:topicCategory>"
        if description.places
        else ""
    )
    yield _extent(publication)
    yield string("supplementalInformation", _supplement(publication))


def _citation(publication: Publication, language: str) -> Iterator[str]:
    description = publication.description
    title = writable_line(description.title) or UNAVAILABLE
    others = [text for text in description.additional_titles if text.type and text.type.id == "translated-title"]
    translations = _translations(others, language)
    yield free_text("title", title, translations, publication.id)
    for text in description.additional_titles:
        if not any(text is translation for translation in translations):
            yield string("alternateTitle", one_line(text.text))
    created = publication.created[:10] or "0001"
    yield citation_date(description.publication_date, "publication") or citation_date(created, "publication")
    for day in description.dates:
        if day.type.id in _DATES:
            yield citation_date(day.date, _DATES[day.type.id])
    yield string("edition", one_line(description.version))
    for identifier in _identifiers(publication):
        yield within("identifier", within("MD_Identifier", identifier))
    for agent in description.creators:
        yield party("citedResponsibleParty", agent, "author", publication.id)
    for agent in description.contributors:
        yield party("citedResponsibleParty", agent, agent.role.id if agent.role else "pointOfContact", publication.id)
    yield party("citedResponsibleParty", _publisher(publication), "publisher")


def _identifiers(publication: Publication) -> Iterator[str]:
    if publication.doi:
        yield anchor("code", identifier_urls.doi_url(publication.doi), identifier_urls.doi_url(publication.doi))
    if publication.cstr:
        yield anchor("code", cstr.parse(publication.cstr).curie, identifier_urls.cstr_url(publication.cstr))
    if publication.handle:
        yield anchor(
            "code", identifier_urls.handle_url(publication.handle), identifier_urls.handle_url(publication.handle)
        )
    for own in publication.description.identifiers:
        yield anchor("code", own.identifier, identifier_urls.link_to(own.scheme, own.identifier))


def _keywords(publication: Publication) -> str:
    """Return controlled terms and words in separate groups: OWSLib reads terms only from groups without words."""
    terms = {subject: uri(subject.id) for subject in publication.description.subjects}
    groups = (
        "".join(string("keyword", one_line(subject.subject)) for subject, where in terms.items() if not where),
        "".join(anchor("keyword", one_line(subject.subject), where) for subject, where in terms.items() if where),
    )
    return "".join(within("descriptiveKeywords", within("MD_Keywords", words)) for words in groups)


def _constraints(publication: Publication) -> Iterator[str]:
    """Yield the licences, and the access status as a term that machines know."""
    licences = "".join(
        anchor("otherConstraints", licence.title, licence.url)
        + string("otherConstraints", "" if licence.id else one_line(licence.description))
        for licence in publication.description.licences
    )
    if licences:
        yield within(
            "resourceConstraints",
            within(
                "MD_LegalConstraints",
                string("useLimitation", one_line(publication.description.copyright)),
                code("useConstraints", "MD_RestrictionCode", "license"),
                code("useConstraints", "MD_RestrictionCode", "otherRestrictions"),
                licences,
            ),
        )
    name, concept = COAR.get(publication.access_status, ("", None))
    if name:
        until = f", until {publication.embargo_until}" if publication.embargo_until else ""
        reason = string("otherConstraints", one_line(publication.embargo_reason))
        yield within(
            "resourceConstraints",
            within(
                "MD_LegalConstraints",
                code("accessConstraints", "MD_RestrictionCode", "otherRestrictions"),
                anchor("otherConstraints", name + until, concept),
                reason,
            ),
        )


def _credit(funding: Funding) -> str:
    """Return who paid, and the award with all its titles."""
    titles = funding.award_titles.values() or (funding.award_title,)
    parts = (funding.funder, funding.funder_id, *titles, funding.award_number, funding.award_url)
    return "; ".join(one_line(part) for part in parts if part)


def _related_works(publication: Publication) -> Iterator[str]:
    """Yield each related work by its address; the relation is that to a larger work, or any."""
    for related in publication.description.related_identifiers:
        address = identifier_urls.link_to(related.scheme, related.identifier)
        named = anchor("code", related.identifier, address)
        association = "largerWorkCitation" if related.relation.id == "ispartof" else "crossReference"
        yield within(
            "aggregationInfo",
            within(
                "MD_AggregateInformation",
                within("aggregateDataSetIdentifier", within("MD_Identifier", named)),
                code("associationType", "DS_AssociationTypeCode", association),
            ),
        )


def _extent(publication: Publication) -> str:
    description = publication.description
    names = "; ".join(
        ": ".join(one_line(text) for text in (place.place, place.description) if text) for place in description.places
    )
    times = [day for day in description.dates if day.type.id in _TEMPORAL_EXTENTS]
    elements = (
        *boxes(description.places),
        *(period(time, publication.id, number) for number, time in enumerate(times, 1)),
    )
    return within("extent", within("EX_Extent", string("description", names.strip("; ")), *elements))


def _distribution(publication: Publication) -> Iterator[str]:
    files = [] if publication.withdrawn else publication.files
    for media_type in dict.fromkeys((*publication.description.formats, *(file.media_type for file in files))):
        name = string("name", media_type) + '<gmd:version gco:nilReason="unknown"/>'
        yield within("distributionFormat", within("MD_Format", name))
    links = [online(publication.url, "Landing page", function="information")]
    if publication.doi:
        links.append(online(identifier_urls.doi_url(publication.doi), "DOI", function="information"))
    for file in files:
        details = f"{file.media_type}, {file.size} bytes, SHA-256 {file.sha256}"
        links.append(online(file.url, file.key, details, "download", "WWW:DOWNLOAD-1.0-http--download"))
    if publication.unlisted_files and not publication.withdrawn:
        links.append(online(publication.archive_url or publication.url, "All files", publication.unlisted_files))
    megabytes = publication.total_bytes / 1e6
    size = f"<gmd:transferSize><gco:Real>{megabytes:.6f}</gco:Real></gmd:transferSize>" if files else ""
    lines = (within("onLine", link) for link in links)
    yield within("transferOptions", within("MD_DigitalTransferOptions", size, *lines))


def _lineage(publication: Publication) -> str:
    """Return how the data were made, in the words of their makers."""
    texts = publication.description.additional_descriptions
    methods = "\n".join(text.text for text in texts if text.type and text.type.id == "methods")
    statement = within("lineage", within("LI_Lineage", string("statement", methods)))
    if not statement:
        return ""
    level = within("scope", within("DQ_Scope", code("level", "MD_ScopeCode", _level(publication))))
    return within("dataQualityInfo", within("DQ_DataQuality", level, statement))


def _locales(publication: Publication, language: str) -> Iterator[str]:
    description = publication.description
    texts = (*description.additional_titles, *description.additional_descriptions)
    of_texts = (text.language for text in texts if text.language and text.language != language)
    for other in dict.fromkeys((*of_texts, *_languages_of_names(description))):
        yield (
            f'<gmd:locale><gmd:PT_Locale id="{locale_id(publication.id, other)}">'
            + language_code("languageCode", three_letters(other.partition("-")[0]))
            + code("characterEncoding", "MD_CharacterSetCode", "utf8")
            + "</gmd:PT_Locale></gmd:locale>"
        )


def _languages_of_names(description: Description) -> Iterator[str]:
    for agent in (*description.creators, *description.contributors):
        for names in (agent.alternate_names, *(at.alternate_names for at in agent.affiliations)):
            yield from (name.language for name in names)


def _translations(texts: list[Text], language: str) -> list[Text]:
    """Return the first text in each other language."""
    others = {text.language: text for text in reversed(texts) if text.language and text.language != language}
    return list(others.values())


def _language(publication: Publication) -> str:
    """Return the ISO 639-3 code of the title, from its script and the declared languages."""
    codes = [label.id for label in publication.description.languages]
    if has_cjk(publication.description.title):
        return next((code for code in codes if code in ("zho", "jpn", "kor")), "zho")
    return next((code for code in codes if code not in ("zho", "jpn", "kor")), "eng")


def _level(publication: Publication) -> str:
    general = publication.description.resource_type.id.partition("-")[0]
    return {"software": "software", "": "dataset", "dataset": "dataset"}.get(general, "nonGeographicDataset")


def _publisher(publication: Publication) -> Agent:
    names = (writable_line(publication.description.publisher), writable_line(publication.repository_name), UNAVAILABLE)
    return Agent(personal=False, name=next(filter(None, names)))


def _date_stamp(publication: Publication) -> str:
    day = publication.updated[:10] or publication.created[:10]
    return (
        f"<gmd:dateStamp><gco:Date>{xml_writer.text(day)}</gco:Date></gmd:dateStamp>"
        if day
        else ('<gmd:dateStamp gco:nilReason="unknown"/>')
    )


def _identifier(publication: Publication) -> str:
    return publication.doi or publication.cstr or publication.url


def _supplement(publication: Publication) -> str:
    """Return what has no place of its own: why it was withdrawn, sizes, notes on dates, works without identifiers."""
    description, withdrawal = publication.description, publication.withdrawn
    lines = []
    if withdrawal:
        lines.append(f"Withdrawn on {withdrawal.date}: {withdrawal.reason.name()}. {withdrawal.note}".strip())
    lines += [f"Size: {one_line(size)}" for size in description.sizes]
    explained_dates = (day for day in description.dates if day.description)
    lines += [f"{day.type.name()}, {interval(day.date)}: {one_line(day.description)}" for day in explained_dates]
    lines += [f"Reference: {one_line(reference.text)}" for reference in description.references]
    return "\n".join(lines)
