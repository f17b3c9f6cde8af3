"""A dataset's description as frozen values: what every format, page and citation is made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from repository.dataset.edtf import year_of

Labels = Mapping[str, str]
"""Language tag -> text, as in ``{"en": "Dataset", "zh": "数据集"}``."""


@dataclass(frozen=True, slots=True)
class Label:
    """A controlled term with its names."""

    id: str
    title: Labels

    def name(self, *languages: str) -> str:
        """Return the title in the first of `languages` that has one, else in English, else the id."""
        for language in (*languages, "en"):
            if language in self.title:
                return self.title[language]
        return self.id


@dataclass(frozen=True, slots=True)
class RelatedId:
    """An identifier of another thing or of this one; `scheme` is in lower case, as in ``orcid``."""

    scheme: str
    identifier: str


Translated = Sequence[tuple[str, str]]
"""Pairs of a language and the name in it."""


def name_in(language: str, name: str, titles: Translated) -> str:
    """Return the name in a language, else `name`."""
    return next((title for tag, title in titles if tag == language), name)


@dataclass(frozen=True, slots=True)
class AlternateName:
    """A name in another language than the main one: `language` is ISO 639-3 or BCP 47; parts are a person's."""

    language: str
    name: str
    family_name: str = ""
    given_name: str = ""


@dataclass(frozen=True, slots=True)
class Affiliation:
    """The organisation of a person; `titles` are names in other languages that a list of organisations has."""

    name: str
    id: str | None = None
    titles: Translated = ()
    alternate_names: Sequence[AlternateName] = ()


@dataclass(frozen=True, slots=True)
class Agent:
    """A person or an organisation that made the dataset or helped to make it.

    `name` is never empty: for a person "Family, Given" (or as the depositor wrote it), for an organisation its name.
    """

    personal: bool
    name: str
    family_name: str = ""
    given_name: str = ""
    identifiers: Sequence[RelatedId] = ()
    affiliations: Sequence[Affiliation] = ()
    role: Label | None = None
    alternate_names: Sequence[AlternateName] = ()

    def identifier(self, scheme: str) -> str | None:
        return next((i.identifier for i in self.identifiers if i.scheme == scheme), None)


@dataclass(frozen=True, slots=True)
class Text:
    """A title or description with its kind and language (ISO 639-3, None if unknown)."""

    text: str
    type: Label | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Keyword:
    """A keyword; `id` is filled when it is a controlled term."""

    subject: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence; `id` is lower-case SPDX, None for a licence in the depositor's own words."""

    title: str
    id: str | None = None
    url: str | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class RelatedIdentifier:
    scheme: str
    identifier: str
    relation: Label
    resource_type: Label | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A cited work in words; `scheme` and `identifier` are empty for a work without identifier."""

    text: str
    scheme: str = ""
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class DateOf:
    """A date with its meaning; `date` is an EDTF level 0 date or interval."""

    date: str
    type: Label
    description: str = ""


@dataclass(frozen=True, slots=True)
class Funding:
    """A source of money; `funder_id` is a bare identifier of ROR, the Crossref Funder Registry, GRID or ISNI."""

    funder: str
    funder_id: str | None = None
    award_title: str = ""
    award_number: str = ""
    award_url: str = ""
    award_titles: Labels = field(default_factory=dict)
    """the title in every language that the depositor gave"""
    titles: Translated = ()
    """names of the funder in other languages, for pages"""


@dataclass(frozen=True, slots=True)
class DescribedPlace:
    """A place; `geometry` is GeoJSON in WGS 84, longitude first."""

    geometry: Mapping[str, Any] | None = None
    place: str = ""
    description: str = ""
    identifiers: Sequence[RelatedId] = ()


@dataclass(frozen=True, slots=True)
class Description:
    """The full description of a dataset. `description` may hold sanitised HTML; every other text is plain."""

    title: str
    resource_type: Label
    publication_date: str
    creators: Sequence[Agent]
    publisher: str = ""
    description: str = ""
    version: str = ""
    copyright: str = ""
    contributors: Sequence[Agent] = ()
    additional_titles: Sequence[Text] = ()
    additional_descriptions: Sequence[Text] = ()
    subjects: Sequence[Keyword] = ()
    languages: Sequence[Label] = ()
    dates: Sequence[DateOf] = ()
    licences: Sequence[Licence] = ()
    sizes: Sequence[str] = ()
    formats: Sequence[str] = ()
    identifiers: Sequence[RelatedId] = ()
    related_identifiers: Sequence[RelatedIdentifier] = ()
    references: Sequence[Reference] = ()
    places: Sequence[DescribedPlace] = ()
    funding: Sequence[Funding] = ()

    @property
    def year(self) -> str:
        """Four digits of the publication date, of an interval those of its first known end; empty without one."""
        year = year_of(self.publication_date)
        return "" if year is None else f"{year:04}"


@dataclass(frozen=True, slots=True)
class FileWords:
    """What a depositor says of a file: plain texts, empty where nothing is said; `kind` is what the file is."""

    description: str = ""
    title: str = ""
    kind: str = ""


NO_WORDS = FileWords()


@dataclass(frozen=True, slots=True)
class ColumnOf:
    """A column of a table: its name, and a type, as ``integer``, ``number`` or ``text``."""

    name: str
    type: str


@dataclass(frozen=True, slots=True)
class FileOf:
    """A file as the public may know it; `size` in bytes, digests in lower-case hexadecimal, `words` the depositor's.

    The bytes of a `damaged` one are not those of its digests.  `columns` are those of a table, if they are
    known, for formats that tell them.
    """

    key: str
    size: int
    media_type: str
    md5: str
    sha256: str
    url: str
    words: FileWords = NO_WORDS
    damaged: bool = False
    columns: Sequence[ColumnOf] = ()


@dataclass(frozen=True, slots=True)
class Sibling:
    """Another version of the same dataset; identifiers are bare, None when there is none."""

    index: int
    url: str
    doi: str | None = None
    cstr: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """Why a version is no longer offered; `date` is the day (ISO 8601), `citation` the former citation."""

    reason: Label
    date: str
    note: str = ""
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Publication:
    """A published version seen from outside: its description, its identifiers and its address.

    It is made from an access-filtered view only: `files` is empty when the reader may not have them and when the
    version is withdrawn. Identifiers are bare (``10.5072/data.12``, ``99999.11.data.12``, ``21.T1/data.12``), or None.
    A concept (`is_concept`) is described as its latest version; it has no concept above it and names its `siblings`. A
    version names its neighbours only, so that its record does not grow with the number of versions. `doi_state` and
    `cstr_state` are states of `identifiers.model.RegistrationState`.
    """

    id: int
    concept_id: int
    description: Description
    url: str
    repository_name: str
    doi: str | None = None
    concept_doi: str | None = None
    cstr: str | None = None
    concept_cstr: str | None = None
    handle: str | None = None
    doi_state: str = ""
    cstr_state: str = ""
    index: int = 1
    created: str = ""
    updated: str = ""
    access_status: str = "open"
    embargo_until: str = ""
    files: Sequence[FileOf] = ()
    file_count: int = 0
    total_bytes: int = 0
    concept_url: str = ""
    is_concept: bool = False
    previous: Sibling | None = None
    following: Sibling | None = None
    siblings: Sequence[Sibling] = ()
    withdrawn: Withdrawal | None = None
    repository_url: str = ""
    """the address of the whole repository"""
    oai_id: str = ""
    """the identifier of OAI-PMH, as in ``oai:host:12``; empty for a concept"""
    embargo_reason: str = ""
    files_url: str = ""
    """the list of all files, for machines"""
    archive_url: str = ""
    """all files as one ZIP"""

    @property
    def pdf_url(self) -> str:
        """The address of the first PDF among `files`, which reference managers fetch; empty if there is none."""
        pdfs = (file for file in self.files if file.media_type.partition(";")[0].strip() == "application/pdf")
        return next((file.url for file in pdfs), "")

    @property
    def unlisted_files(self) -> str:
        """A sentence that says how many files are not among `files` and where all are; empty if none is missing."""
        if self.file_count <= len(self.files):
            return ""
        where = self.files_url or self.url
        return f"{len(self.files)} of {self.file_count} files are listed here; {where} leads to all of them."
