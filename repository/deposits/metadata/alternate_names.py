"""Names of people and organisations in other languages than their main one: their shape, and their languages."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from marshmallow import ValidationError

from repository.core.errors import FieldError
from repository.dataset.formats.plain_text import language_tag, three_letters
from repository.dataset.vocabularies import Vocabularies
from repository.deposits.metadata.fields import ID, NAME, Plain, Shape

MOST_NAMES = 20
"""names of one person or organisation beside the main one"""

_TAG = re.compile(r"(?P<primary>[A-Za-z]{2,3})(?P<rest>(?:-[A-Za-z0-9]{1,8})*)")
_BIBLIOGRAPHIC = {
    "alb": "sqi", "arm": "hye", "baq": "eus", "bur": "mya", "chi": "zho", "cze": "ces", "dut": "nld", "fre": "fra",
    "geo": "kat", "ger": "deu", "gre": "ell", "ice": "isl", "mac": "mkd", "mao": "mri", "may": "msa", "per": "fas",
    "rum": "ron", "slo": "slk", "tib": "bod", "wel": "cym",
}  # fmt: skip
"""Codes of ISO 639-2/B, and those of ISO 639-3 for the same languages."""
_NO_LANGUAGE = "Not a valid locale."
_ONE_EACH = "Only one name per language is allowed."


class LanguageCode(Plain):
    """A language by ISO 639-3 or BCP 47; one without subtags is stored as in ``zho``."""

    def __init__(self) -> None:
        about = {"description": "ISO 639-3 code or tag of BCP 47, as in zho, zh-Hant, en"}
        super().__init__(most=ID, required=True, metadata=about)

    def clean(self, text: str) -> str:
        match = _TAG.fullmatch(text.replace("_", "-"))
        if match is None:
            raise ValueError(_NO_LANGUAGE)
        primary = match["primary"].lower()
        code = three_letters(_BIBLIOGRAPHIC.get(primary, primary))
        rest = match["rest"].split("-")[1:]
        return "-".join((language_tag(code) or code, *map(_subtag, rest))) if rest else code


def _subtag(part: str) -> str:
    """Return a subtag as BCP 47 writes it (section 2.1.1): scripts with a capital, regions in capitals."""
    return part.title() if len(part) == 4 else part.upper() if len(part) == 2 else part.lower()


class OrganisationNameSchema(Shape):
    """The name of an organisation in another language."""

    lang = LanguageCode()
    name = Plain(least=1, most=NAME, required=True)


class AlternateNameSchema(Shape):
    """The name of a creator or contributor in another language; of a person it is made from its parts."""

    lang = LanguageCode()
    name = Plain(most=2 * NAME + 2, metadata={"description": "required of an organisation"})
    family_name = Plain(most=NAME, metadata={"description": "required of a person"})
    given_name = Plain(most=NAME)


def with_one_name_each(data: dict[str, Any]) -> dict[str, Any]:
    """Return `data` without an empty list of names; raise `ValidationError` for two names of one language."""
    if not data.get("alternate_names"):
        return {name: value for name, value in data.items() if name != "alternate_names"}
    seen: set[str] = set()
    faults: dict[int, Any] = {}
    for place, name in enumerate(data["alternate_names"]):
        if name["lang"] in seen:
            faults[place] = {"lang": [_ONE_EACH]}
        seen.add(name["lang"])
    if faults:
        raise ValidationError({"alternate_names": faults})
    return data


def named_alike(data: dict[str, Any]) -> dict[str, Any]:
    """Return a person or an organisation whose alternate names have the parts that its main name has."""
    names, faults = [], {}
    for place, name in enumerate(data.get("alternate_names", ())):
        try:
            names.append(with_parts(name, is_person=data["type"] == "personal"))
        except ValidationError as error:
            faults[place] = error.messages
    if faults:
        raise ValidationError({"alternate_names": faults})
    return with_one_name_each({**data, "alternate_names": names})


def with_parts(data: dict[str, Any], *, is_person: bool) -> dict[str, Any]:
    """Return the normal form of a name: of a person made of its parts, of an organisation in one piece."""
    if not is_person:
        if "name" not in data:
            raise ValidationError({"name": ["Name cannot be blank."]})
        return {part: text for part, text in data.items() if part not in ("family_name", "given_name")}
    if "family_name" not in data:
        raise ValidationError({"family_name": ["Family name cannot be blank."]})
    parts = (data["family_name"], data.get("given_name"))
    return {**data, "name": ", ".join(part for part in parts if part)}


def unknown_languages(metadata: Mapping[str, Any], vocabularies: Vocabularies) -> Iterator[FieldError]:
    """Yield a fault for every name whose language is not among those of the vocabulary."""
    languages = vocabularies.get("languages") or ()
    for place, names in _lists(metadata):
        for number, name in enumerate(names):
            if three_letters(name["lang"].partition("-")[0]) not in languages:
                yield FieldError.of(f"{place}.alternate_names.{number}.lang", f"Invalid value {name['lang']}.")


def _lists(metadata: Mapping[str, Any]) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
    for role in ("creators", "contributors"):
        for index, agent in enumerate(metadata.get(role, ())):
            place = f"metadata.{role}.{index}"
            yield f"{place}.person_or_org", agent["person_or_org"].get("alternate_names", ())
            for number, affiliation in enumerate(agent.get("affiliations", ())):
                yield f"{place}.affiliations.{number}", affiliation.get("alternate_names", ())
