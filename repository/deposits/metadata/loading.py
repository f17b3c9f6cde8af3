"""Load a draft's metadata: check a request's metadata, return the form to store and the faults.

- Nothing is lost.  A top-level field without fault is stored in its normal form.
- A field with a fault, or an unknown field, is stored unchanged and reported, so that the depositor
  can mend it later.
- Loading stored metadata again gives the same metadata.

Upper limits are listed in the docstring of the package.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from types import MappingProxyType
from typing import Any

from marshmallow import ValidationError, fields

from repository.core.errors import FieldError, bounded
from repository.dataset.completeness import missing
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.metadata.alternate_names import unknown_languages
from repository.deposits.metadata.contributors import (
    ContributorSchema,
    CreatorSchema,
    nameless_organisations,
    unkept_names,
    with_names,
)
from repository.deposits.metadata.fields import (
    BLANK,
    EdtfField,
    Html,
    InlineText,
    Several,
    Shape,
    TermSchema,
    term,
    unknown_terms,
)
from repository.deposits.metadata.funding import FundingSchema
from repository.deposits.metadata.html_texts import unkept
from repository.deposits.metadata.json_sanitize import Unstorable, storable
from repository.deposits.metadata.locations import LocationsSchema
from repository.deposits.metadata.organisation_names import OrganisationNames
from repository.deposits.metadata.related_works import (
    AlternateIdentifierSchema,
    Distinct,
    ReferenceSchema,
    RelatedIdentifierSchema,
)
from repository.deposits.metadata.titles_and_rights import (
    AdditionalDescriptionSchema,
    AdditionalTitleSchema,
    DateSchema,
    FormattedTexts,
    RightSchema,
    SubjectSchema,
    without_texts_of_licences,
)

PEOPLE = 10_000
THINGS = 1_000


class MetadataSchema(Shape):
    """A dataset's description on the wire; a draft may lack any of it."""

    resource_type = term("resourcetypes")
    title = InlineText(least=3, metadata={"description": "required to publish"})
    publication_date = EdtfField()
    creators = Several(CreatorSchema, most=PEOPLE)
    contributors = Several(ContributorSchema, most=PEOPLE)
    publisher = InlineText(metadata={"description": "required to register a DOI"})
    description = Html(least=3, metadata={"description": "formatted text, sanitised"})
    version = InlineText(most=191)
    copyright = Html(least=1)
    additional_titles = Several(AdditionalTitleSchema, most=THINGS)
    additional_descriptions = FormattedTexts(AdditionalDescriptionSchema, most=THINGS)
    subjects = Several(SubjectSchema, most=THINGS)
    languages = Several(TermSchema, most=THINGS, metadata={"description": "ISO 639-3 codes"})
    dates = Several(DateSchema, most=THINGS)
    rights = Several(RightSchema, most=THINGS)
    sizes = Several(InlineText(least=1), most=THINGS)
    formats = Several(InlineText(least=1), most=THINGS)
    identifiers = Distinct(AlternateIdentifierSchema, most=THINGS)
    related_identifiers = Distinct(RelatedIdentifierSchema, most=THINGS)
    references = Several(ReferenceSchema, most=THINGS)
    locations = fields.Nested(LocationsSchema)
    funding = Several(FundingSchema, most=THINGS)


_SCHEMA = MetadataSchema()


@dataclass(frozen=True, slots=True)
class LoadedMetadata:
    """Metadata to store, and the faults in it; each `field` begins with ``metadata``."""

    metadata: dict[str, Any]
    errors: tuple[FieldError, ...]


def load_metadata(
    raw: object, vocabularies: Vocabularies, names: OrganisationNames = MappingProxyType({})
) -> LoadedMetadata:
    """Return the metadata to store and the faults of `raw`; never raise.

    `raw` is any JSON value.  `names` are those of organisations that it names by their ids alone.  Absent required
    fields are not faults here: see `missing_fields`.
    """
    if not isinstance(raw, dict):
        return LoadedMetadata({}, (FieldError.of("metadata", "Invalid input type."),))
    sent, unstorable = _storable_members(raw)
    normal, wrong = _normal_form(without_texts_of_licences(sent, vocabularies))
    normal = with_names(normal, names)
    for error in _outside_lists(normal, vocabularies):
        wrong.setdefault(error.field.split(".")[1], []).append(error)
    # a member that is neither faulty nor in the normal form was null or blank
    stored = {
        name: value if name in wrong else normal[name]
        for name, value in sent.items()
        if name in wrong or name in normal
    }
    faults = chain(
        unstorable,
        *(wrong[name] for name in stored if name in wrong),
        _unkept_formatting(sent, wrong),
        unkept_names(sent, {name: normal[name] for name in normal.keys() - wrong}),
    )
    return LoadedMetadata(stored, tuple(bounded(faults, ("metadata",))))


def _outside_lists(normal: Mapping[str, Any], vocabularies: Vocabularies) -> Iterator[FieldError]:
    yield from unknown_terms(normal, vocabularies)
    yield from nameless_organisations(normal, vocabularies)
    yield from unknown_languages(normal, vocabularies)


def missing_fields(metadata: Mapping[str, Any], *, doi: bool) -> tuple[FieldError, ...]:
    """Return what stored metadata lacks for publication; `doi` means that a DOI will be registered."""
    return tuple(FieldError.of(gap.field, gap.message) for gap in missing(metadata, doi=doi))


def _unkept_formatting(sent: Mapping[str, Any], wrong: Collection[str]) -> Iterator[FieldError]:
    """Yield, without harm to publication, what is not kept of formatted texts that are in order."""
    texts = {f"metadata.{name}": sent[name] for name in ("description", "copyright") if name in sent.keys() - wrong}
    if "additional_descriptions" in sent.keys() - wrong:
        for index, item in enumerate(sent["additional_descriptions"] or ()):
            texts[f"metadata.additional_descriptions.{index}.description"] = item["description"]
    for field, text in texts.items():
        if messages := unkept(text or ""):
            yield FieldError(field, messages, harmless=True)


def _storable_members(raw: Mapping[Any, Any]) -> tuple[dict[str, Any], list[FieldError]]:
    """Return the members in a form that a database can keep, and a fault for each without such a form."""
    kept: dict[str, Any] = {}
    faults: list[FieldError] = []
    for name, value in raw.items():
        try:
            kept.update(storable({name: value}))
        except Unstorable as error:
            faults.append(FieldError.of(f"metadata.{storable(str(name))}", str(error)))
    return kept, faults


def _normal_form(sent: dict[str, Any]) -> tuple[dict[str, Any], dict[str, list[FieldError]]]:
    """Return the members without fault in their normal form, and the faults of the others by member."""
    try:
        loaded, messages = _SCHEMA.load(sent), {}
    except ValidationError as error:
        loaded, messages = error.valid_data, error.messages_dict
    normal = {name: value for name, value in loaded.items() if name not in messages and value not in BLANK}
    return normal, {name: list(_flatten(messages[name], f"metadata.{name}")) for name in messages}


def _flatten(messages: Any, path: str) -> Iterator[FieldError]:
    """Yield nested messages with their paths, always in the same order."""
    if isinstance(messages, dict):
        for key in sorted(messages, key=lambda key: (isinstance(key, str), key)):
            yield from _flatten(messages[key], f"{path}.{key}")
    elif isinstance(messages, list):
        yield FieldError(path, tuple(str(message) for message in messages))
    else:
        yield FieldError.of(path, str(messages))
