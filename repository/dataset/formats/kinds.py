"""What each kind of resource is called in the formats.

The names agree with the properties of the vocabulary of resource types, which a test holds; the
letter of GB/T 7714 is only here.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """The names of a resource type elsewhere.

    `schema_org` is a type of schema.org, `csl` an item type of CSL 1.0.2, `bibtex` an entry type,
    `carrier` the letters of GB/T 7714-2015, annex B.
    """

    schema_org: str
    csl: str
    bibtex: str
    carrier: str = "Z"


_OTHER = Kind("CreativeWork", "document", "misc")
_DATASET = Kind("Dataset", "dataset", "dataset", "DS")
_FIGURE = Kind("ImageObject", "figure", "misc")
_ARTICLE = Kind("ScholarlyArticle", "article-journal", "article", "J")
_REPORT = Kind("Report", "report", "techreport", "R")
_PLAN = Kind("CreativeWork", "report", "techreport", "R")

_KINDS = {
    "": _DATASET,
    "dataset": _DATASET,
    "software": Kind("SoftwareSourceCode", "software", "software", "CP"),
    "workflow": Kind("CreativeWork", "software", "misc", "CP"),
    "image": Kind("ImageObject", "graphic", "misc"),
    "image-figure": _FIGURE,
    "image-plot": _FIGURE,
    "image-diagram": _FIGURE,
    "image-photo": Kind("Photograph", "graphic", "misc"),
    "video": Kind("VideoObject", "motion_picture", "misc"),
    "audio": Kind("AudioObject", "song", "misc"),
    "publication-article": _ARTICLE,
    "publication-datapaper": _ARTICLE,
    "publication-preprint": Kind("ScholarlyArticle", "article", "unpublished", "A"),
    "publication-dissertation": Kind("Thesis", "thesis", "phdthesis", "D"),
    "publication-conferencepaper": Kind("ScholarlyArticle", "paper-conference", "inproceedings", "C"),
    "publication-conferenceproceeding": Kind("Book", "book", "proceedings", "C"),
    "publication-report": _REPORT,
    "publication-deliverable": _REPORT,
    "publication-milestone": _REPORT,
    "publication-technicalnote": Kind("TechArticle", "report", "techreport", "R"),
    "publication-workingpaper": Kind("ScholarlyArticle", "report", "techreport", "R"),
    "publication-proposal": _PLAN,
    "publication-datamanagementplan": _PLAN,
    "publication-softwaredocumentation": Kind("TechArticle", "report", "manual", "R"),
    "publication-book": Kind("Book", "book", "book", "M"),
    "publication-section": Kind("Chapter", "chapter", "incollection", "M"),
    "publication-journal": Kind("Periodical", "periodical", "misc", "J"),
    "publication-peerreview": Kind("Review", "review", "misc"),
    "publication-patent": Kind("CreativeWork", "patent", "misc", "P"),
    "publication-standard": Kind("CreativeWork", "standard", "misc", "S"),
    "publication-taxonomictreatment": Kind("ScholarlyArticle", "article", "misc"),
    "publication-annotationcollection": Kind("Collection", "collection", "misc", "G"),
    "poster": Kind("CreativeWork", "graphic", "misc"),
    "presentation": Kind("PresentationDigitalDocument", "speech", "misc"),
    "lesson": Kind("LearningResource", "speech", "misc"),
    "event": Kind("Event", "event", "misc"),
    "person": Kind("Person", "document", "misc"),
    "organization": Kind("Organization", "document", "misc"),
    "award": Kind("Grant", "document", "misc"),
    "service": Kind("Service", "document", "misc"),
}


def kind_of(resource_type: str) -> Kind:
    """The kind of a resource type id; of its general type for a sub-type without a line of its own.

    No type at all reads as a dataset, which is what this repository is for.
    """
    general = resource_type.partition("-")[0]
    return _KINDS.get(resource_type) or _KINDS.get(general) or _OTHER
