"""Names of resource types in the formats.

A test checks that they agree with the properties of the vocabulary of resource types; the letters of GB/T 7714 are only
here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TypeMapping:
    """The names of one resource type.

    `schema_org` is a type of schema.org, `csl` an item type of CSL 1.0.2, `bibtex` an entry type, `carrier` the letters
    of GB/T 7714-2015, annex B.
    """

    schema_org: str
    csl: str
    bibtex: str
    carrier: str = "Z"


_OTHER = TypeMapping("CreativeWork", "document", "misc")
_DATASET = TypeMapping("Dataset", "dataset", "dataset", "DS")
_FIGURE = TypeMapping("ImageObject", "figure", "misc")
_ARTICLE = TypeMapping("ScholarlyArticle", "article-journal", "article", "J")
_REPORT = TypeMapping("Report", "report", "techreport", "R")
_PLAN = TypeMapping("CreativeWork", "report", "techreport", "R")

_KINDS = {
    "": _DATASET,
    "dataset": _DATASET,
    "software": TypeMapping("SoftwareSourceCode", "software", "software", "CP"),
    "workflow": TypeMapping("CreativeWork", "software", "misc", "CP"),
    "image": TypeMapping("ImageObject", "graphic", "misc"),
    "image-figure": _FIGURE,
    "image-plot": _FIGURE,
    "image-diagram": _FIGURE,
    "image-photo": TypeMapping("Photograph", "graphic", "misc"),
    "video": TypeMapping("VideoObject", "motion_picture", "misc"),
    "audio": TypeMapping("AudioObject", "song", "misc"),
    "publication-article": _ARTICLE,
    "publication-datapaper": _ARTICLE,
    "publication-preprint": TypeMapping("ScholarlyArticle", "article", "unpublished", "A"),
    "publication-dissertation": TypeMapping("Thesis", "thesis", "phdthesis", "D"),
    "publication-conferencepaper": TypeMapping("ScholarlyArticle", "paper-conference", "inproceedings", "C"),
    "publication-conferenceproceeding": TypeMapping("Book", "book", "proceedings", "C"),
    "publication-report": _REPORT,
    "publication-deliverable": _REPORT,
    "publication-milestone": _REPORT,
    "publication-technicalnote": TypeMapping("TechArticle", "report", "techreport", "R"),
    "publication-workingpaper": TypeMapping("ScholarlyArticle", "report", "techreport", "R"),
    "publication-proposal": _PLAN,
    "publication-datamanagementplan": _PLAN,
    "publication-softwaredocumentation": TypeMapping("TechArticle", "report", "manual", "R"),
    "publication-book": TypeMapping("Book", "book", "book", "M"),
    "publication-section": TypeMapping("Chapter", "chapter", "incollection", "M"),
    "publication-journal": TypeMapping("Periodical", "periodical", "misc", "J"),
    "publication-peerreview": TypeMapping("Review", "review", "misc"),
    "publication-patent": TypeMapping("CreativeWork", "patent", "misc", "P"),
    "publication-standard": TypeMapping("CreativeWork", "standard", "misc", "S"),
    "publication-taxonomictreatment": TypeMapping("ScholarlyArticle", "article", "misc"),
    "publication-annotationcollection": TypeMapping("Collection", "collection", "misc", "G"),
    "poster": TypeMapping("CreativeWork", "graphic", "misc"),
    "presentation": TypeMapping("PresentationDigitalDocument", "speech", "misc"),
    "lesson": TypeMapping("LearningResource", "speech", "misc"),
    "event": TypeMapping("Event", "event", "misc"),
    "person": TypeMapping("Person", "document", "misc"),
    "organization": TypeMapping("Organization", "document", "misc"),
    "award": TypeMapping("Grant", "document", "misc"),
    "service": TypeMapping("Service", "document", "misc"),
}


_DCMI = {
    "": "Dataset",
    "dataset": "Dataset",
    "software": "Software",
    "image": "StillImage",
    "video": "MovingImage",
    "audio": "Sound",
    "publication": "Text",
    "poster": "Text",
    "presentation": "Text",
    "lesson": "InteractiveResource",
    "event": "Event",
    "physicalobject": "PhysicalObject",
    "instrument": "PhysicalObject",
    "service": "Service",
}


def dcmi_type(resource_type: str) -> str:
    """Return the word of the DCMI Type Vocabulary for a resource type id, empty if it has none."""
    return _DCMI.get(resource_type.partition("-")[0], "")


def kind_of(resource_type: str) -> TypeMapping:
    """Return the names of a resource type id; a sub-type without its own line has those of its general type.

    An empty type reads as a dataset, the main content of this repository.
    """
    general = resource_type.partition("-")[0]
    return _KINDS.get(resource_type) or _KINDS.get(general) or _OTHER
