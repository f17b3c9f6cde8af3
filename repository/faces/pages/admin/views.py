"""Overview, storage and settings over HTTP."""

from flask import Blueprint, Response

from repository.faces.credentials import PAGES
from repository.faces.pages.admin.admin_pages import AT_ONCE, HOME, require_administrator, shown
from repository.faces.pages.admin.alarm_lines import alarm_lines, engine_lines
from repository.faces.pages.shell.file_sizes import human_size
from repository.faces.pages.shell.page_replies import asked_frame
from repository.faces.request_context import current_actor, current_health, current_services
from repository.files.known_faults import MOST_COUNTED, known_faults
from repository.files.quarantine import MOST_ORPHANS, orphans
from repository.operation.open_jobs import MOST, backlog
from repository.operation.storage_state import storage_state
from repository.operation.sweep_runs import sweep_runs

pages = Blueprint(f"{PAGES}admin", __name__, url_prefix=HOME)
FIXITY = "fixity"
"""The sweep that reads stored bytes again."""


@pages.get("")
def overview() -> Response:
    """Show what is wrong and what to do, what engines answer, and how far work is behind."""
    require_administrator()
    language = asked_frame().language
    engines, conditions = current_health().told()
    with current_services().database.snapshot(current_actor()) as snapshot:
        counts = backlog(snapshot)
    return shown(
        "overview",
        "overview",
        alarms=alarm_lines(conditions, language),
        well=[name for name, condition in conditions.items() if condition.is_well],
        engines=engine_lines(engines, language),
        counts=counts,
        most=MOST,
    )


@pages.get("/storage")
def storage() -> Response:
    """Show room, what the store holds, what is damaged and what is in quarantine."""
    require_administrator()
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        state = storage_state(services, snapshot)
        damaged = known_faults(snapshot, AT_ONCE)
        waiting = orphans(snapshot, AT_ONCE)
        fixity = next((run for run in sweep_runs(snapshot) if run.name == FIXITY), None)
    return shown(
        "storage",
        "storage",
        state=state,
        damaged=damaged,
        orphans=waiting,
        fixity=fixity,
        human_size=human_size,
        most_damaged=MOST_COUNTED,
        most_orphans=MOST_ORPHANS - 1,
    )


@pages.get("/settings")
def settings() -> Response:
    """Show every setting without its secrets, and where its value comes from."""
    require_administrator()
    return shown("settings", "settings", settings=current_services().settings)
