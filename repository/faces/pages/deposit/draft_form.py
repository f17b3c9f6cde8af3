"""What the form of a draft shows: its values by the paths of controls, its faults, what is still missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.core.errors import FieldError
from repository.dataset.formats.plain_text import has_cjk
from repository.dataset.schemes import OF_RELATED, SCHEMES, detect
from repository.faces.pages.deposit.date_words import date_in_words
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
    language: str = "en"
    new_row: str = ""
    """a row that is open, or the list whose new row is"""

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

    def is_wrong(self, path: str) -> bool:
        """Return whether a fault is at a place or in it."""
        anchor = anchor_of(path)
        return any(fault.anchor == anchor or fault.anchor.startswith(f"{anchor}-") for fault in self.faults)

    def is_new(self, path: str) -> bool:
        """Return whether the new row of a list is open: it was asked for, or is the first."""
        return self.new_row == path or not self.count(path)

    def agent_line(self, row: str) -> str:
        """Return a person or an organisation in one line: the name, the ORCID iD, institutions."""
        agent = f"{row}.person_or_org"
        parts = [self.value(f"{agent}.family_name"), self.value(f"{agent}.given_name")]
        is_person = self.value(f"{agent}.type") != "organizational"
        between = "" if has_cjk("".join(parts)) else ", "
        name = between.join(filter(None, parts)) if is_person and any(parts) else self.value(f"{agent}.name")
        orcid = self.place(f"{agent}.identifiers", "scheme", "orcid")
        places = range(self.count(f"{row}.affiliations"))
        named = [self.value(f"{row}.affiliations.{n}.name") or self.value(f"{row}.affiliations.{n}.id") for n in places]
        return " · ".join(filter(None, [name, self.value(f"{agent}.identifiers.{orcid}.identifier"), *named]))

    def filled_by(self, place: str, fields: Mapping[str, str]) -> Sequence[tuple[str, str]]:
        """Return the controls that a finding fills at a place, with their values.

        A new ORCID iD takes the place of the old one; institutions and other names that are there stay.
        """
        row = self._within(place)
        orcid = self.place(f"{row}.person_or_org.identifiers", "scheme", "orcid")
        kept = [name for name in ("affiliations", "alternate_names") if self.count(f"{row}.{name}")]
        return [
            (f"{row}.{path}".replace(".identifiers.0.", f".identifiers.{orcid}."), text)
            for path, text in fields.items()
            if path.partition(".")[0] not in kept
        ]

    def _within(self, place: str) -> str:
        """Return a place whose rows are rows of the lists, or the new ones at their ends."""
        path = ""
        for part in place.split("."):
            number = str(min(int(part), self.count(path))) if part.isdecimal() else part
            path = f"{path}.{number}" if path else number
        return path

    def other_descriptions(self) -> Sequence[int]:
        """Return the places of descriptions beside the abstract in the other language, and of a new one."""
        path = "metadata.additional_descriptions"
        abstract, count = self.place(path, "type.id", ABSTRACT), self.count(path)
        return [*(place for place in range(count) if place != abstract), count + (abstract == count)]

    def date_echo(self, path: str) -> str:
        """Return what was understood of a date, in words."""
        return date_in_words(self.value(path), self.language)

    def scheme_echo(self, row: str) -> str:
        """Return the name of the scheme of an identifier, empty where none is known."""
        text, scheme = self.value(f"{row}.identifier"), self.value(f"{row}.scheme")
        known = SCHEMES.get(scheme or detect(text, OF_RELATED) or "") if text else None
        return known.label if known else ""

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
    for number in range(form.count("metadata.contributors") + 1):
        row = f"metadata.contributors.{number}"
        controls += [f"{row}.role.id", *_of_creator(form, row)]
    controls += ["metadata.rights", "access.embargo.until", "access.embargo.reason"]
    for path, parts_of_row in _ROWS.items():
        controls += [f"{path}.{n}.{part}" for n in range(form.count(path) + 1) for part in parts_of_row]
    for place in form.other_descriptions():
        row = f"metadata.additional_descriptions.{place}"
        controls += [f"{row}.type.id", f"{row}.description"]
    return [*controls, "files"]


_ROWS = {
    "metadata.related_identifiers": ("identifier", "relation_type.id"),
    "metadata.funding": ("funder.name", "funder.id", "award.number"),
    "metadata.dates": ("date", "type.id", "description"),
}
"""Lists whose rows are alike, with what a form asks in each."""


def _of_creator(form: DraftForm, row: str) -> list[str]:
    orcid = form.place(f"{row}.person_or_org.identifiers", "scheme", "orcid")
    is_person = form.value(f"{row}.person_or_org.type") == "personal"
    names = ["type", "family_name", "given_name", *(() if is_person else ("name",)), f"identifiers.{orcid}.identifier"]
    places = range(form.count(f"{row}.affiliations") + 1)
    return [
        *(f"{row}.person_or_org.{name}" for name in names),
        *_other_names(form, f"{row}.person_or_org", is_person=is_person),
        *(f"{row}.affiliations.{n}.{part}" for n in places for part in ("name", "id")),
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
    name = "label_" + "_".join(part for part in parts if not part.isdecimal())
    label = words.get(name) or words.get(name.replace("_contributors_", "_creators_"), "")
    return words["row_of"].format(label=label, number=number) if label and number is not None else label
