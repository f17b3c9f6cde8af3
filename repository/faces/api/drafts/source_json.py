"""What a draft began with, as JSON."""

from typing import Any

from repository.core.errors import FieldError
from repository.core.site import Site
from repository.faces.reasons.in_words import told_reason, translated_fault
from repository.imports.model import DraftImport


def import_json(begun: DraftImport, site: Site, language: str) -> dict[str, Any]:
    """Return how far an import is; its reason is in the `language`."""
    known = {"format": begun.form, "scheme": begun.scheme, "identifier": begun.identifier}
    body: dict[str, Any] = {"state": begun.state, **{name: text for name, text in known.items() if text}}
    body |= {"identifier_use": begun.use, "attempts": begun.attempts, "entries": begun.entries}
    if begun.reason:
        body |= told_reason(begun.reason, language)
    record = site.api(f"/records/{begun.draft_id}")
    links = {"self": f"{record}/draft/import", "draft": f"{record}/draft"}
    return {**body, "not_taken": begun.not_taken, "links": links}


def with_source(draft: dict[str, Any], begun: DraftImport, site: Site, language: str) -> dict[str, Any]:
    """Return the JSON of a draft with what it began with.

    What is not taken over is among its harmless faults too.
    """
    faults = [
        translated_fault(FieldError(f"source.{lost['field']}", (f"Not taken over: {lost['value']}",), True), language)
        for lost in begun.not_taken
    ]
    errors = [*draft["errors"], *(fault.as_json() for fault in faults)]
    return {**draft, "errors": errors, "source": import_json(begun, site, language)}
