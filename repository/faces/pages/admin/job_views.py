"""Jobs and sweeps over HTTP: what waits, why it failed, and to let it run now."""

from collections.abc import Sequence

from flask import Blueprint, Response, request

from repository.access.policy import Action
from repository.core.errors import Invalid, RepositoryError
from repository.faces.credentials import PAGES
from repository.faces.pages.admin.admin_pages import (
    AT_ONCE,
    HOME,
    TABS,
    asked_number,
    back_to,
    require_administrator,
    shown,
)
from repository.faces.pages.shell.page_forms import REFUSALS, PageForm, posted, posted_list, refused_form
from repository.faces.pages.shell.page_replies import asked_frame
from repository.faces.request_context import current_actor, current_services
from repository.operation.model import JobState
from repository.operation.open_jobs import MOST, backlog, job_with_fact, open_jobs, retry_jobs
from repository.operation.sweep_runs import sweep_runs, wish_sweep

pages = Blueprint(f"{PAGES}admin-work", __name__, url_prefix=HOME)
JOBS, SWEEPS = TABS["jobs"], TABS["sweeps"]
_LARGEST = (1 << 63) - 1


@pages.get("/jobs")
def job_list() -> Response:
    """List jobs that are not done, oldest first, those of one state or all."""
    require_administrator()
    return _jobs_page(PageForm())


@pages.get("/jobs/<record:job_id>")
def one_job(job_id: int) -> Response:
    """Show a job that is not done, and the fact that started it."""
    require_administrator()
    services = current_services()
    with services.database.snapshot(current_actor()) as snapshot:
        job, fact = job_with_fact(snapshot, job_id, services.kinds)
    phrase = fact.fact.phrase(asked_frame().language) if fact.fact else fact.kind
    return shown("job", "jobs", job=job, fact=fact, phrase=phrase)


@pages.post("/jobs/retry")
def retry() -> Response:
    """Let jobs run again: the chosen ones, or all that failed."""
    require_administrator(Action.MANAGE_OPERATION)
    try:
        ids = [] if posted("all") else _chosen_jobs()
        with current_services().database.transaction(current_actor()) as unit:
            count = retry_jobs(unit, ids)
    except REFUSALS as refused:
        return _jobs_page(refused_form(refused, ("job",), asked_frame().language), refused)
    return back_to(JOBS, "done_retried", count=count)


@pages.get("/sweeps")
def sweep_list() -> Response:
    """List sweeps: when each ran and runs next, and what it found."""
    require_administrator()
    with current_services().database.snapshot(current_actor()) as snapshot:
        runs = sweep_runs(snapshot)
    return shown("sweeps", "sweeps", runs=runs)


@pages.post("/sweeps/run")
def run_sweep() -> Response:
    """Wish that a sweep runs now; the process that sweeps takes the wish."""
    require_administrator(Action.MANAGE_OPERATION)
    with current_services().database.transaction(current_actor()) as unit:
        wish_sweep(unit, posted("sweep"))
    return back_to(SWEEPS, "done_wished")


def _jobs_page(form: PageForm, refused: RepositoryError | None = None) -> Response:
    name = request.args.get("state", "")
    state = JobState(name) if name in {*JobState} else None
    with current_services().database.snapshot(current_actor()) as snapshot:
        rows = open_jobs(snapshot, state, AT_ONCE + 1, asked_number("after"))
        counts = backlog(snapshot)
    return shown(
        "jobs",
        "jobs",
        refused,
        form=form,
        jobs=rows[:AT_ONCE],
        older=rows[AT_ONCE - 1].id if len(rows) > AT_ONCE else 0,
        state=state.value if state else "",
        counts=counts,
        most=MOST,
    )


def _chosen_jobs() -> Sequence[int]:
    """Return the ids of the jobs that were ticked; raise `Invalid` for none, which would mean all."""
    texts = [text for text in posted_list("job") if text.isascii() and text.isdecimal()]
    ids = [number for number in map(int, texts) if number <= _LARGEST]
    if not ids:
        raise Invalid.field("job", "Choose at least one job.")
    return ids
