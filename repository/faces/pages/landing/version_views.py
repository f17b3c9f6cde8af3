"""Versions of a dataset over HTTP: compared, their history, and withdrawal."""

from flask import Blueprint, Response, request

from repository.core.web.responses import redirect_to
from repository.faces.credentials import PAGES
from repository.faces.pages.landing.version_pages import comparison_page, history_page
from repository.faces.pages.landing.withdrawal_page import withdraw_by_form, withdrawal_form
from repository.faces.pages.shell.page_replies import asked_frame

pages = Blueprint(f"{PAGES}versions", __name__)
_MOST_DIGITS = 18


@pages.get("/records/<record:record_id>/compare/<record:other_id>")
def compare(record_id: int, other_id: int) -> Response:
    """Show what changed between two versions."""
    return comparison_page(record_id, other_id)


@pages.get("/records/<record:record_id>/compare")
def choose_comparison(record_id: int) -> Response:
    """Lead from the form with a choice of versions to what changed."""
    other = request.args.get("with", "")
    known = other.isascii() and other.isdecimal() and 0 < len(other) <= _MOST_DIGITS
    path = f"/records/{record_id}/compare/{int(other)}" if known else f"/records/{record_id}"
    return redirect_to(asked_frame().at(path))


@pages.get("/records/<record:record_id>/history")
def history(record_id: int) -> Response:
    """Show what happened to a version since it was published."""
    return history_page(record_id)


@pages.get("/records/<record:record_id>/withdraw")
def withdrawal(record_id: int) -> Response:
    """Ask why a version is withdrawn."""
    return withdrawal_form(record_id)


@pages.post("/records/<record:record_id>/withdraw")
def withdraw_version(record_id: int) -> Response:
    """Withdraw a version."""
    return withdraw_by_form(record_id)
