"""What a depositor wrote reaches every format that has a place for it: a mark in every field of the model."""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from repository.dataset.description import (
    Affiliation,
    Agent,
    AlternateName,
    DateOf,
    DescribedPlace,
    Description,
    FileWords,
    Funding,
    Keyword,
    Label,
    Licence,
    Reference,
    RelatedId,
    RelatedIdentifier,
    Text,
)
from repository.dataset.formats.registry import FORMATS
from tests.features.pages import Page, shown
from tests.features.samples import PUBLICATION


def marked_agent(part: str, orcid: str, ror: str) -> Agent:
    return Agent(
        personal=True,
        name=f"Mark-{part}-family, Mark-{part}-given",
        family_name=f"Mark-{part}-family",
        given_name=f"Mark-{part}-given",
        identifiers=[RelatedId("orcid", orcid)],
        affiliations=[
            Affiliation(
                f"Mark-{part}-affiliation",
                ror,
                alternate_names=[AlternateName("spa", f"Mark-{part}-other-affiliation")],
            )
        ],
        role=Label("editor", {"en": "Editor"}),
        alternate_names=[
            AlternateName(
                "spa",
                f"Mark-{part}-other-family, Mark-{part}-other-given",
                f"Mark-{part}-other-family",
                f"Mark-{part}-other-given",
            )
        ],
    )


MARKED = Description(
    title="Mark-title",
    resource_type=Label("dataset", {"en": "Dataset"}),
    publication_date="1913-04-05",
    publisher="Mark-publisher",
    description="<p>Mark-description</p>",
    version="7.13.19",
    copyright="Mark-copyright",
    creators=[marked_agent("creator", "0000-0001-5109-3700", "03yrm5c26")],
    contributors=[marked_agent("contributor", "0000-0002-1694-233X", "024mrxd33")],
    additional_titles=[Text("Mark-other-title", Label("translated-title", {"en": "Translated title"}), "spa")],
    additional_descriptions=[Text("Mark-other-text", Label("methods", {"en": "Methods"}), "spa")],
    subjects=[Keyword("Mark-subject", "http://terms.example/mark-term")],
    languages=[Label("nld", {"en": "Dutch"})],
    dates=[DateOf("1911-10-12", Label("collected", {"en": "Collected"}), "Mark-date-note")],
    licences=[Licence("Mark-permission", None, "https://licences.example/mark", "Mark-licence-text")],
    sizes=["Mark-size"],
    formats=["application/x-mark-format"],
    identifiers=[RelatedId("doi", "10.5072/mark-own")],
    related_identifiers=[RelatedIdentifier("doi", "10.5072/mark-related", Label("cites", {"en": "Cites"}))],
    references=[Reference("Mark-reference", "doi", "10.5072/mark-cited")],
    places=[
        DescribedPlace(
            {"type": "Point", "coordinates": [12.625, 34.375]},
            "Mark-spot",
            "Mark-place-note",
            [RelatedId("geonames", "7654321")],
        )
    ],
    funding=[
        Funding(
            "Mark-funder",
            "01h0zpd94",
            "Mark-paid-for",
            "Mark-award-number",
            "https://awards.example/mark",
            {"en": "Mark-paid-for", "zh": "Mark-资助"},
        )
    ],
)
PUBLISHED = replace(
    PUBLICATION,
    description=MARKED,
    access_status="embargoed",
    embargo_until="2071-03-04",
    embargo_reason="Mark-embargo-reason",
)


def marks(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each text that a depositor wrote, and the path of its field; controlled terms are tried elsewhere."""
    if isinstance(value, Label) or path.rpartition(".")[2] in ("scheme", "language", "name"):
        if isinstance(value, str) and value.endswith("affiliation"):
            yield path, value
        return
    if isinstance(value, str):
        yield path, re.sub("<[^>]*>", "", value)
    elif isinstance(value, float):
        yield path, str(value)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from marks(getattr(value, field.name), f"{path}.{field.name}".strip("."))
    elif isinstance(value, dict):
        for name, member in value.items():
            if name != "type":
                yield from marks(member, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for member in value:
            yield from marks(member, path)


MARKS = {
    **{path: mark for path, mark in marks(MARKED) if mark},
    "embargo_reason": PUBLISHED.embargo_reason,
    "embargo_until": PUBLISHED.embargo_until,
}


def is_there(mark: str, text: str) -> bool:
    forms = {mark, mark.replace("-", "/"), mark.lower()}
    if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", mark):
        year, month, day = map(int, mark.split("-"))
        forms |= {f"[{year},{month},{day}]", f"{{{year}}}"}
    return any(form in text for form in forms)


def lost(name: str) -> set[str]:
    text = str(FORMATS[name].write(PUBLISHED))
    return {path for path, mark in MARKS.items() if not is_there(mark, text)}


PEOPLE_IN_FULL = {
    f"{role}.{member}"
    for role in ("creators", "contributors")
    for member in (
        "affiliations.id",
        "affiliations.name",
        "affiliations.alternate_names.name",
        "identifiers.identifier",
    )
}
OTHER_NAMES = {
    f"{role}.alternate_names.{part}" for role in ("creators", "contributors") for part in ("family_name", "given_name")
}
OF_AFFILIATIONS = {f"{role}.affiliations.alternate_names.name" for role in ("creators", "contributors")}
FUNDING = {path for path in MARKS if path.startswith("funding.")}
PLACES = {path for path in MARKS if path.startswith("places.")}
EMBARGO = {"embargo_reason", "embargo_until"}
NO_TERMS = {"copyright", "licences.description", *EMBARGO}
ABOUT_THE_DATA = {"dates.date", "dates.description", "formats", "sizes", "subjects.id", *FUNDING, *PLACES}
REFERENCES = {"references.identifier", "references.text"}
OTHER_WORKS = {"identifiers.identifier", "related_identifiers.identifier", *REFERENCES}
NO_PLACE_IN_A_REFERENCE = {
    "additional_descriptions.text", *ABOUT_THE_DATA, *NO_TERMS, *OTHER_WORKS, *PEOPLE_IN_FULL,
}  # fmt: skip
"""A reference names authors, titles, publisher, date and identifiers; what it has beyond them differs."""

EXCEPTIONS: dict[str, tuple[set[str], str]] = {
    "datacite-json": (
        {"funding.award_titles.zh", "licences.description", "places.description", "places.identifiers.identifier"}
        | (OTHER_NAMES | OF_AFFILIATIONS),
        "An award has one title, a person one name, a licence a name and an address, a place a name.",
    ),
    "schema-org": ({"dates.description"}, "Dates are properties, which have no note."),
    "dcat-turtle": (set(), ""),
    "cstr": (
        (ABOUT_THE_DATA - {"funding.funder", "funding.award_title", "funding.award_titles.en", "funding.award_number"})
        | {"licences.description", *REFERENCES, *EMBARGO},
        "The platform's template knows keywords, funders with a project, and related identifiers only.",
    ),
    "iso19139": (
        {"contributors.affiliations.id", "creators.affiliations.id", "places.identifiers.identifier"}
        | {"references.identifier"},
        "An organisation is a name, a place its name and bounds, a cited work a note.",
    ),
    "dublin-core": (
        {"dates.description", "places.identifiers.identifier", "version", *FUNDING, *PEOPLE_IN_FULL, *OTHER_NAMES},
        "Fifteen elements of plain text; the guidelines for funding know only some funders.",
    ),
    "csl": (
        NO_PLACE_IN_A_REFERENCE | {"additional_titles.text", "licences.title"} | OTHER_NAMES,
        "No variable; the licence is its address.",
    ),
    "bibtex": (NO_PLACE_IN_A_REFERENCE | {"additional_titles.text"} | OTHER_NAMES, "No field that styles print."),
    "ris": (NO_PLACE_IN_A_REFERENCE | {"licences.title", "licences.url"} | OTHER_NAMES, "No tag."),
    "jats": (
        NO_PLACE_IN_A_REFERENCE | {"description", "licences.title", "licences.url", "subjects.subject"},
        "No element of a citation.",
    ),
    "data-availability": (
        set(MARKS) - {"embargo_until", "licences.title", "licences.url"},
        "A sentence on where the data are and who may have them.",
    ),
    "ro-crate": ({"dates.description"}, "As in schema.org."),
    "croissant": ({"dates.description"}, "As in schema.org."),
    "csv": (
        {"dates.description", "embargo_reason", "licences.description", "licences.url", "subjects.id"}
        | {"references.identifier"}
        | {path for path in PEOPLE_IN_FULL if path.startswith("contributors")}
        | {"creators.affiliations.id"}
        | (OTHER_NAMES | OF_AFFILIATIONS)
        | (FUNDING - {"funding.funder", "funding.award_number"})
        | (PLACES - {"places.place"}),
        "A table has one cell for each kind of thing, which holds its name or its number.",
    ),
    "geojson": (
        set(MARKS) - PLACES - {"creators.family_name", "creators.given_name", "publication_date", "title"},
        "It holds the places, and of the record what identifies it.",
    ),
    "marcxml": (
        {"contributors.affiliations.id", "creators.affiliations.id", "embargo_reason", "licences.description"}
        | {"funding.award_titles.zh", "funding.award_url", "funding.funder_id", "references.identifier"}
        | (PLACES - {"places.place"})
        | (OTHER_NAMES | OF_AFFILIATIONS),
        "Affiliations, funders, places and cited works are words; an award has one title.",
    ),
    "codemeta": (
        {"additional_descriptions.text", "additional_titles.text", "licences.title", "identifiers.identifier"}
        | {*REFERENCES, *NO_TERMS}
        | (ABOUT_THE_DATA - {"funding.funder", "funding.funder_id", "funding.award_number"}),
        "It describes software, not what data are about.",
    ),
}
"""Format -> the fields for which it has no place, and why."""
SAME_AS = {
    "datacite-xml": "datacite-json", "dcat-jsonld": "dcat-turtle", "dcat-rdfxml": "dcat-turtle", "biblatex": "bibtex",
    "endnote": "ris",
}  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_every_mark_reaches_each_format_that_has_a_place_for_it(name: str) -> None:
    without_place, reason = EXCEPTIONS[SAME_AS.get(name, name)]
    assert lost(name) == without_place, reason


OF_FILES = {
    "schema-org": {"description", "title", "kind"},
    "ro-crate": {"description", "title", "kind"},
    "croissant": {"description", "title"},
    "dcat-turtle": {"description", "title"},
    "dcat-jsonld": {"description", "title"},
    "dcat-rdfxml": {"description", "title"},
}
"""Format -> what it tells of a file in the depositor's words; the others tell nothing of single files."""


@pytest.mark.parametrize("name", FORMATS)
def test_words_about_a_file_reach_each_format_that_describes_files(name: str) -> None:
    words = FileWords(description="Mark-file-text", title="Mark-file-title", kind="Mark-file-kind")
    text = str(FORMATS[name].write(replace(PUBLISHED, files=[replace(PUBLISHED.files[0], words=words)])))
    assert {f.name for f in fields(words) if getattr(words, f.name) in text} == OF_FILES.get(name, set())


def test_words_about_a_file_stand_beside_its_name_on_the_page() -> None:
    words = FileWords(description="Mark <b>file</b> text", title="Mark-file-title", kind="Mark-file-kind")
    page = Page(shown(replace(PUBLISHED, files=[replace(PUBLISHED.files[0], words=words)]), archive_url=None))
    assert {words.description, words.title, words.kind} <= {text for tag, text in page.texts if tag == "p"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_mark_is_on_the_page_that_people_read(language: str) -> None:
    page = Page(shown(PUBLISHED, language=language, files_restricted=True, archive_url=None))
    seen = [text for tag, text in page.texts if tag not in ("script", "style", "pre")]
    seen += [str(link["href"]) for link in page.each("a")]
    missing = {path for path, mark in MARKS.items() if not is_there(mark, "\n".join(seen))}
    other_language = {"zh"} if language == "en" else {"en"}
    assert missing - {"funding.award_title"} == {
        *OTHER_NAMES,  # a page shows one name, of which language is tried elsewhere
        *OF_AFFILIATIONS,
        "funding.funder_id",  # the line of an award leads to the award
        *(f"funding.award_titles.{tag}" for tag in other_language),
    }


def texts_of(kind: Any, path: str = "") -> Iterator[str]:
    """Yield the path of every field of a class of the model that holds texts or other classes."""
    for field in fields(kind):
        yield f"{path}.{field.name}".strip(".")


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        (Description, ""),
        (Agent, "creators"),
        (Agent, "contributors"),
        (Affiliation, "creators.affiliations"),
        (Text, "additional_titles"),
        (Text, "additional_descriptions"),
        (Keyword, "subjects"),
        (DateOf, "dates"),
        (Licence, "licences"),
        (RelatedIdentifier, "related_identifiers"),
        (Reference, "references"),
        (DescribedPlace, "places"),
        (Funding, "funding"),
    ],
)
def test_every_field_of_the_model_has_a_mark(kind: Any, path: str) -> None:
    controlled = {"resource_type", "languages", "role", "type", "relation", "scheme", "language", "personal", "name"}
    of_a_known_licence = {"licences.id"}
    for_readers_of_pages = {"creators.affiliations.titles", "funding.titles"}
    unmarked = {
        field
        for field in texts_of(kind, path)
        if not any(mark == field or mark.startswith(f"{field}.") for mark in MARKS)
    }
    assert {field for field in unmarked if field.rpartition(".")[2] not in controlled} <= {
        *of_a_known_licence,
        *for_readers_of_pages,
        "related_identifiers.resource_type",
    }
