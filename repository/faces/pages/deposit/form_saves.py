"""From the form of a draft to a saved draft, by the verb that PATCH of the API calls."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from repository.core.actor import Actor
from repository.deposits.draft_bodies import CheckedBody, read_draft_body
from repository.deposits.drafts import PatchBase, patch_base, patch_draft
from repository.deposits.metadata.organisation_names import identifiers_to_name
from repository.deposits.queries import DraftView
from repository.engines.services import Services
from repository.faces.pages.deposit.form_choices import LANGUAGES
from repository.faces.pages.deposit.form_paths import Fields, changed, moved, value_at, without_empty_rows
from repository.faces.pages.deposit.other_names import with_languages
from repository.faces.pages.deposit.pasted_lists import PasteCount, with_pasted
from repository.organisations.queries import names_at

SUBJECTS, SPOKEN, LICENCE, OTHER_LICENCE, WHEN = "subjects", "languages", "licence", "other_licence", "when"
"""Controls that are no path: each stands for a list, or for several members."""
NOW, ON_DAY, ON_REQUEST, HIDDEN = "now", "day", "request", "hidden"
OTHER = "other"
_SEPARATORS = str.maketrans({"，": "\n", "；": "\n", "、": "\n", ";": "\n", ",": "\n"})


@dataclass(frozen=True, slots=True)
class PostedForm:
    """What a form has sent: its controls in order, the revision that it shows, the act on a row."""

    fields: Fields
    revision: str
    act: str = ""
    is_open: bool = False
    """it stays on the screen after the save"""

    def one(self, name: str) -> str | None:
        return next((value.strip() for key, value in self.fields if key == name), None)

    def every(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]


@dataclass(frozen=True, slots=True)
class SavedForm:
    """A draft after a form was saved, and what of a pasted list came into it."""

    view: DraftView
    pasted: PasteCount


def save_form(services: Services, actor: Actor, draft_id: int, form: PostedForm) -> SavedForm:
    """Save what the form says; raise `Stale` if the draft is another than the form shows."""
    with services.database.snapshot(actor) as snapshot:
        base = patch_base(snapshot, draft_id, form.revision)
    document, pasted = filled(base.parts, form)
    body = _read(services, actor, document)
    with services.database.transaction(actor) as unit:
        return SavedForm(patch_draft(unit, services.site, draft_id, base, body), pasted)


def current_parts(services: Services, actor: Actor, draft_id: int) -> PatchBase:
    """Return the parts of a draft that a form can change; raise `NotFound` and `Forbidden`."""
    with services.database.snapshot(actor) as snapshot:
        return patch_base(snapshot, draft_id)


def document_of(parts: Mapping[str, Any], form: PostedForm) -> dict[str, Any]:
    """Return the parts of a draft as they are after the form."""
    return filled(parts, form)[0]


def filled(parts: Mapping[str, Any], form: PostedForm) -> tuple[dict[str, Any], PasteCount]:
    """Return the parts of a draft as they are after the form, and what of pasted lists came into them.

    A list waits while the form is open: it is taken over when a person presses a button.
    """
    base = {"metadata": parts["metadata"], "access": parts["access"]}
    paths = [(name, value) for name, value in form.fields if name.startswith("metadata.")]
    document = changed(base, paths)
    metadata: dict[str, Any] = document["metadata"]
    if (text := form.one(SUBJECTS)) is not None:
        _keep(metadata, "subjects", subjects_of(text, metadata.get("subjects")))
    if form.one(f"{SPOKEN}.shown") is not None:
        _keep(metadata, "languages", _spoken(form.every(SPOKEN), metadata.get("languages")))
    if (licence := form.one(LICENCE)) is not None:
        _keep(metadata, "rights", _rights(licence, form.one(OTHER_LICENCE) or "", metadata.get("rights")))
    if (when := form.one(WHEN)) is not None:
        document["access"] = _access(when, form, document["access"])
    document = without_empty_rows(with_languages(_detected_anew(base, document)), only_last=form.is_open)
    pasted = PasteCount() if form.is_open else with_pasted(document, dict(form.fields))
    return moved(document, form.act), pasted


def _detected_anew(base: Mapping[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Return the document in which a related identifier that was typed anew has no scheme.

    The form asks for none: it is that of the identifier.
    """
    before = _objects(value_at(base, "metadata.related_identifiers"))
    known = {(row.get("identifier"), row.get("scheme")) for row in before}
    for row in _objects(value_at(document, "metadata.related_identifiers")):
        if (row.get("identifier"), row.get("scheme")) not in known:
            row.pop("scheme", None)
            row.pop("written", None)
    return document


def subjects_of(text: str, kept: object) -> list[Any]:
    """Return keywords, one a line or between commas of any script; those that were there keep their ids."""
    before = {subject.get("subject"): subject for subject in _objects(kept)}
    lines = (line.strip() for line in text.translate(_SEPARATORS).splitlines())
    return [before.get(line, {"subject": line}) for line in dict.fromkeys(lines) if line]


def _spoken(chosen: Sequence[str], kept: object) -> list[Any]:
    others = [language for language in _objects(kept) if language.get("id") not in LANGUAGES]
    return [{"id": language} for language in chosen if language in LANGUAGES] + others


def _rights(licence: str, other: str, kept: object) -> list[Any]:
    """Return the licences with another one in the first place; the rest stays."""
    rights = _objects(kept)
    chosen = other if licence == OTHER else licence
    if not chosen:
        return rights[1:] if licence == OTHER else rights
    if rights and rights[0].get("id") == chosen:
        return rights
    return [{"id": chosen}, *rights[1:]]


def _access(when: str, form: PostedForm, before: object) -> dict[str, Any]:
    reason = form.one("access.embargo.reason") or None
    record = "restricted" if when == HIDDEN else "public"
    files = "public" if when == NOW else "restricted"
    embargo: dict[str, Any] = {"active": when == ON_DAY, "reason": reason}
    if when == ON_DAY:
        embargo["until"] = form.one("access.embargo.until") or ""
    kept = before if isinstance(before, dict) else {}
    return {**kept, "record": record, "files": files, "embargo": embargo}


def when_of(access: object) -> str:
    """Return the answer to "When should it be public?" that access terms give."""
    if value_at(access, "embargo.active"):
        return ON_DAY
    if value_at(access, "record") == "restricted":
        return HIDDEN
    return ON_REQUEST if value_at(access, "files") == "restricted" else NOW


def _keep(metadata: dict[str, Any], name: str, rows: list[Any]) -> None:
    if rows:
        metadata[name] = rows
    else:
        metadata.pop(name, None)


def _objects(value: object) -> list[dict[str, Any]]:
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def _read(services: Services, actor: Actor, document: dict[str, Any]) -> CheckedBody:
    """Return the parts with their faults, found before any transaction is open."""
    identifiers = identifiers_to_name(document["metadata"])
    names: Mapping[Any, Any] = {}
    if identifiers:
        with services.database.query(actor) as snapshot:
            names = names_at(snapshot, identifiers)
    return read_draft_body(services.site, services.vocabularies, document, names)
