"""The controlled lists of DataCite 4.7, and our terms for each of theirs.

Our ids of relations, roles, dates and kinds of text are DataCite's names in lower case; a test checks these lists
against the vocabularies and against the schema.
"""

import re
from collections.abc import Sequence
from urllib.parse import quote

from repository.dataset.description import Label
from repository.dataset.formats import identifier_urls, xml_writer
from repository.dataset.formats.plain_text import language_by_script, language_of, language_tag, one_line

UNAVAILABLE = ":unav"
"""DataCite's word for an unknown value (appendix 3, standard values for unknown information)."""

OTHER = "Other"

_RELATIONS = """
IsCitedBy Cites IsSupplementTo IsSupplementedBy IsContinuedBy Continues IsDescribedBy Describes HasMetadata
IsMetadataFor HasVersion IsVersionOf IsNewVersionOf IsPreviousVersionOf IsPartOf HasPart IsPublishedIn IsReferencedBy
References IsDocumentedBy Documents IsCompiledBy Compiles IsVariantFormOf IsOriginalFormOf IsIdenticalTo IsReviewedBy
Reviews IsDerivedFrom IsSourceOf IsRequiredBy Requires IsObsoletedBy Obsoletes IsCollectedBy Collects IsTranslationOf
HasTranslation
"""
_ROLES = """
ContactPerson DataCollector DataCurator DataManager Distributor Editor HostingInstitution Producer ProjectLeader
ProjectManager ProjectMember RegistrationAgency RegistrationAuthority RelatedPerson Researcher ResearchGroup
RightsHolder Sponsor Supervisor Translator WorkPackageLeader
"""
_DATES = "Accepted Available Collected Copyrighted Coverage Created Issued Submitted Updated Valid Withdrawn"
_DESCRIPTIONS = "Abstract Methods SeriesInformation TableOfContents TechnicalInfo"
_TITLES = "AlternativeTitle Subtitle TranslatedTitle"

_GENERAL_TYPES = {
    "": "Dataset",
    "audio": "Sound",
    "dataset": "Dataset",
    "event": "Event",
    "image": "Image",
    "instrument": "Instrument",
    "award": "Award",
    "service": "Service",
    "lesson": "InteractiveResource",
    "model": "Model",
    "physicalobject": "PhysicalObject",
    "poster": "Poster",
    "presentation": "Presentation",
    "project": "Project",
    "publication": "Text",
    "publication-annotationcollection": "Collection",
    "publication-article": "JournalArticle",
    "publication-book": "Book",
    "publication-conferencepaper": "ConferencePaper",
    "publication-conferenceproceeding": "ConferenceProceeding",
    "publication-datamanagementplan": "OutputManagementPlan",
    "publication-datapaper": "DataPaper",
    "publication-dissertation": "Dissertation",
    "publication-journal": "Journal",
    "publication-peerreview": "PeerReview",
    "publication-preprint": "Preprint",
    "publication-report": "Report",
    "publication-section": "BookChapter",
    "publication-standard": "Standard",
    "publication-studyregistration": "StudyRegistration",
    "software": "Software",
    "software-computationalnotebook": "ComputationalNotebook",
    "video": "Audiovisual",
    "workflow": "Workflow",
}
_BY_GENERAL_TYPE = {general: kind for kind, general in _GENERAL_TYPES.items() if kind}
_RIS = {
    "Audiovisual": "VIDEO",
    "Book": "BOOK",
    "BookChapter": "CHAP",
    "ComputationalNotebook": "COMP",
    "ConferencePaper": "CPAPER",
    "ConferenceProceeding": "CONF",
    "DataPaper": "JOUR",
    "Dataset": "DATA",
    "Dissertation": "THES",
    "Image": "FIGURE",
    "Journal": "JFULL",
    "JournalArticle": "JOUR",
    "Preprint": "UNPB",
    "Report": "RPRT",
    "Software": "COMP",
    "Sound": "SOUND",
    "Standard": "STAND",
}

IDENTIFIER_TYPES = {
    "ads": "bibcode",
    "ark": "ARK",
    "arxiv": "arXiv",
    "cstr": "CSTR",
    "doi": "DOI",
    "ean13": "EAN13",
    "eissn": "EISSN",
    "handle": "Handle",
    "igsn": "IGSN",
    "isbn": "ISBN",
    "issn": "ISSN",
    "istc": "ISTC",
    "lissn": "LISSN",
    "lsid": "LSID",
    "pmid": "PMID",
    "purl": "PURL",
    "raid": "RAiD",
    "rrid": "RRID",
    "swhid": "SWHID",
    "upc": "UPC",
    "url": "URL",
    "urn": "URN",
    "w3id": "w3id",
}
"""Our scheme -> ``relatedIdentifierType``; a scheme that is not here has none."""

_MARKS = {"ads": "ads:", "doi": "doi:", "handle": "hdl:"}
_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_ADDRESS = re.compile(r"https?://[\w.-]+(?::[0-9]{1,5})?(?:[/?#].*)?", re.IGNORECASE)
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_SAFE_IN_ADDRESS = "/:?&=;,@!$*+~()'%"


def _by_id(names: str) -> dict[str, str]:
    return {name.lower(): name for name in names.split()}


def _hyphened(names: str) -> dict[str, str]:
    """Map ids as in ``series-information`` to names as in SeriesInformation."""
    return {re.sub(r"\B(?=[A-Z])", "-", name).lower(): name for name in names.split()}


RELATIONS = _by_id(_RELATIONS)
ROLES = _by_id(_ROLES)
DATES = _by_id(_DATES)
DESCRIPTIONS = _hyphened(_DESCRIPTIONS)
TITLES = _hyphened(_TITLES)


def term(terms: dict[str, str], label: Label | None) -> str:
    """Return DataCite's name for a term of ours, "Other" if it has none."""
    return terms.get(label.id, OTHER) if label else OTHER


def general_type(resource_type: str) -> str:
    """Return the ``resourceTypeGeneral`` of a resource type id, or of its general type."""
    general = resource_type.partition("-")[0]
    return _GENERAL_TYPES.get(resource_type) or _GENERAL_TYPES.get(general) or OTHER


def resource_type_of(general: str) -> str:
    """Return the resource type id of a ``resourceTypeGeneral``, empty if we have none."""
    return _BY_GENERAL_TYPE.get(general, "")


def ris_type(general: str) -> str:
    """Return the RIS type for a ``resourceTypeGeneral``."""
    return _RIS.get(general, "GEN")


def writable_line(text: str) -> str:
    """Return `text` on one line, with characters that every form of the record can hold."""
    return one_line(xml_writer.writable(text))


def text_language(text: str, code: str | None, declared: Sequence[str], added: bool = False) -> str | None:
    """Return the language of `text` (BCP 47): of its ISO 639-3 `code`, else of its script and `declared`.

    `added` is for a text beside the main one: only its script tells its language.
    """
    tag = language_tag(code) or (language_by_script if added else language_of)(text, declared)
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def uri(text: str | None) -> str | None:
    """Return `text` as an escaped web address (RFC 3986), None when it is no address.

    The schema requires ``xs:anyURI``, and validators differ in what they accept: doubtful addresses stay out.
    """
    address = identifier_urls.web_address(text)
    if not address:
        return None
    head, mark, fragment = xml_writer.writable(address).partition("#")
    escaped = mark.join(quote(part, safe=_SAFE_IN_ADDRESS) for part in (head, fragment) if part or mark)
    escaped = _STRAY_PERCENT.sub("%25", escaped)
    return escaped if _ADDRESS.fullmatch(escaped) else None


def bare(scheme: str, identifier: str) -> str:
    """Return `identifier` without the mark of its scheme, as in DataCite's examples."""
    mark = _MARKS.get(scheme, "")
    return identifier[len(mark) :] if mark and identifier.lower().startswith(mark) else identifier
