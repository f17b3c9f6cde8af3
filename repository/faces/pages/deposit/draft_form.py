"""What the form of a draft shows: its values by the paths of controls, its faults, what is still missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.core.errors import FieldError
from repository.faces.pages.deposit.form_paths import value_at
from repository.faces.pages.deposit.form_saves import OTHER, when_of
from repository.faces.pages.deposit.other_names import names_in_form
from repository.faces.pages.shell.languages import Translations
from repository.faces.pages.shell.templating import PageReason, reason_in

TRANSLATED, ABSTRACT = "translated-title", "abstract"
MAIN_LANGUAGES = {"zho": "zh", "chi": "zh", "eng": "en"}


@dataclass(frozen=True, slots=True)
class ToldFault:
    """A fault beside its control, or beside the nearest one: `anchor` is the id there."""

    path: str
    anchor: str
    label: str
    reasons: Sequence[PageReason]


@dataclass(frozen=True, slots=True)
class DraftForm:
    """The form: `parts` of the draft, its `faults`, and the places of rows that are only begun."""

    parts: Mapping[str, Any]
    revision: str
    faults: Sequence[ToldFault]
    licence_cards: Sequence[str]

    def value(self, path: str) -> str:
        """Return the text in a control."""
        value = value_at(self.parts, path)
        return value if isinstance(value, str) else "" if value is None else str(value)

    def count(self, path: str) -> int:
        """Return how many rows a list has."""
        rows = value_at(self.parts, path)
        return len(rows) if isinstance(rows, list) else 0

    def place(self, path: str, member: str, content: str) -> int:
        """Return the place of the row whose `member` is `content`, or the place after the last."""
        rows = value_at(self.parts, path)
        rows = rows if isinstance(rows, list) else []
        places = (place for place, row in enumerate(rows) if value_at(row, member) == content)
        return next(places, len(rows))

    def reasons(self, path: str) -> Sequence[PageReason]:
        """Return the reasons of the faults at a control."""
        return [reason for fault in self.faults if fault.anchor == anchor_of(path) for reason in fault.reasons]

    @property
    def subjects(self) -> str:
        rows = value_at(self.parts, "metadata.subjects")
        return "\n".join(self.value(f"metadata.subjects.{place}.subject") for place in range(len(rows or [])))

    @property
    def spoken(self) -> Sequence[str]:
        count = self.count("metadata.languages")
        return [self.value(f"metadata.languages.{place}.id") for place in range(count)]

    @property
    def licence(self) -> str:
        chosen = self.value("metadata.rights.0.id")
        return chosen if chosen in self.licence_cards or not chosen else OTHER

    @property
    def when(self) -> str:
        return when_of(self.parts["access"])

    @property
    def written_in(self) -> str:
        """The language of the main title.

        It is that of the data where one is chosen, Chinese for a title in its script, else English.
        """
        first = MAIN_LANGUAGES.get(self.value("metadata.languages.0.id"))
        title = self.value("metadata.title")
        return first or ("zh" if any("\u4e00" <= sign <= "\u9fff" for sign in title) else "en")


def controls_of(parts: Mapping[str, Any]) -> list[str]:
    """Return the places that the form has for these parts, in its order.

    Of each list they are one row more than there are.
    """
    form = DraftForm(parts, "", (), ())
    title = form.place("metadata.additional_titles", "type.id", TRANSLATED)
    text = form.place("metadata.additional_descriptions", "type.id", ABSTRACT)
    controls = [
        "metadata.title",
        f"metadata.additional_titles.{title}.title",
        "metadata.resource_type.id",
        "metadata.description",
        f"metadata.additional_descriptions.{text}.description",
        "metadata.subjects",
        "metadata.languages",
        "metadata.publication_date",
        "metadata.version",
        "metadata.publisher",
    ]
    for number in range(form.count("metadata.creators") + 1):
        controls += _of_creator(form, f"metadata.creators.{number}")
    controls += ["metadata.rights", "access.embargo.until", "access.embargo.reason"]
    for number in range(form.count("metadata.related_identifiers") + 1):
        row = f"metadata.related_identifiers.{number}"
        controls += [f"{row}.identifier", f"{row}.relation_type.id"]
    for number in range(form.count("metadata.funding") + 1):
        controls += [f"metadata.funding.{number}.funder.name", f"metadata.funding.{number}.award.number"]
    return [*controls, "files"]


def _of_creator(form: DraftForm, row: str) -> list[str]:
    orcid = form.place(f"{row}.person_or_org.identifiers", "scheme", "orcid")
    is_person = form.value(f"{row}.person_or_org.type") == "personal"
    names = ["type", "family_name", "given_name", *(() if is_person else ("name",)), f"identifiers.{orcid}.identifier"]
    places = range(form.count(f"{row}.affiliations") + 1)
    return [
        *(f"{row}.person_or_org.{name}" for name in names),
        *_other_names(form, f"{row}.person_or_org", is_person=is_person),
        *(f"{row}.affiliations.{n}.name" for n in places),
        *(name for n in places for name in _other_names(form, f"{row}.affiliations.{n}", is_person=False)),
    ]


def _other_names(form: DraftForm, row: str, *, is_person: bool) -> list[str]:
    return names_in_form(row, is_person=is_person, count=form.count(f"{row}.alternate_names"))


def anchor_of(path: str) -> str:
    """Return the id of the control at a path."""
    return "field-" + path.replace(".", "-")


def told_faults(
    faults: Sequence[FieldError], controls: Sequence[str], words: Translations, language: str
) -> list[ToldFault]:
    """Return the faults in the words of the page; one without a control goes to the nearest that holds it."""
    return [
        ToldFault(
            fault.field,
            anchor_of(control := _nearest(fault.field, controls)),
            _label(fault.field, words) or _label(control, words) or control,
            [reason_in(message, language) for message in fault.messages],
        )
        for fault in faults
    ]


def _nearest(path: str, controls: Sequence[str]) -> str:
    """Return the control of a path, or of the part of it that has one, or the first below it."""
    known, parts = set(controls), path.split(".")
    for length in range(len(parts), 0, -1):
        outer = ".".join(parts[:length])
        if outer in known:
            return outer
        below = next((control for control in controls if control.startswith(f"{outer}.")), None)
        if below:
            return below
    return controls[0]


def _label(path: str, words: Translations) -> str:
    """Return what the form calls a place, with the number of its row.

    It is empty for one that has no name.
    """
    parts = path.split(".")
    number = next((int(part) + 1 for part in parts if part.isdecimal()), None)
    label = words.get("label_" + "_".join(part for part in parts if not part.isdecimal()), "")
    return words["row_of"].format(label=label, number=number) if label and number is not None else label
