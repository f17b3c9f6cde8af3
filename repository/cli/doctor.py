"""``repository doctor``."""

import click

from config.setting_lines import DEFAULT, setting_lines
from config.settings import TEST_CSTR_PREFIX, TEST_DOI_PREFIX, Settings, read_settings, retired_settings
from repository.bootstrap import open_services
from repository.core.actor import SYSTEM
from repository.core.conditions import ConditionState
from repository.core.errors import Unavailable, Unsuitable
from repository.engines.conditions import database_is_whole
from repository.engines.services import Services, probe
from repository.operation.open_jobs import backlog, counted
from workers.site_conditions import SiteConditions
from workers.unknown_kinds import unknown_kinds

PATIENCE_SECONDS = 20.0
_SIGNS = {ConditionState.DEGRADED: "LOOK AT", ConditionState.FAILED: "FAILED "}


@click.command()
def doctor() -> None:
    """Show settings, engines, backlog and conditions; exit status 1 if an engine is silent or a condition failed.

    On SQLite this reads the whole database file once to see whether it is whole.
    """
    settings = read_settings()
    _show_settings(settings)  # first, for what they name may be what cannot be opened
    services = open_services(settings)
    healthy = _show_engines(services)
    healthy = _show_lacks(services) and healthy
    healthy = _show_backlog(services) and healthy
    healthy = _show_conditions(services) and healthy
    for warning in _warnings(settings):
        click.echo(f"warning  {warning}")
    services.close()
    if not healthy:
        raise SystemExit(1)


def _show_settings(settings: Settings) -> None:
    for line in setting_lines(settings):
        origin = "" if line.origin == DEFAULT else f" ({line.origin})"
        click.echo(f"setting  {line.name} = {line.value}{origin}")


def _show_engines(services: Services) -> bool:
    healthy = True
    for name, answer, well in probe(services):
        healthy = healthy and well
        click.echo(f"{'answers' if well else 'SILENT'}  {name}: {answer}")
    return healthy


def _show_lacks(services: Services) -> bool:
    try:
        for lack in services.store.shortcomings():
            click.echo(f"lacks    store: {lack}")
    except Unavailable as error:
        click.echo(f"SILENT  store, when it was tried: {error}")
        return False
    except Unsuitable as error:
        click.echo(f"REFUSES  store, when it was tried: {error}")
        return False
    return True


def _show_backlog(services: Services) -> bool:
    try:
        with services.database.snapshot(SYSTEM) as snapshot:
            counts, unknown = backlog(snapshot), unknown_kinds(snapshot)
    except Unavailable as error:
        click.echo(f"SILENT  jobs: {error}. Was `repository migrate` run?")
        return False
    click.echo("behind   " + ", ".join(f"{counted(count)} {name}" for name, count in counts.items()))
    for line in unknown.lines:
        click.echo(f"waits    {line}")
    return True


def _show_conditions(services: Services) -> bool:
    conditions = {
        **SiteConditions(services, patience=PATIENCE_SECONDS).told(),
        "database_file": database_is_whole(services),
    }
    for name, condition in conditions.items():
        if condition.is_well:
            click.echo(f"well     {name}")
        else:
            click.echo(f"{_SIGNS[condition.state]}  {name}: {condition.problem}")
            click.echo(f"         -> {condition.remedy}")
    return not any(condition.state is ConditionState.FAILED for condition in conditions.values())


def _warnings(settings: Settings) -> list[str]:
    warnings = []
    if settings.doi_prefix == TEST_DOI_PREFIX:
        warnings.append(f"DOI prefix {TEST_DOI_PREFIX} is for tests: no DOI will resolve.")
    if settings.cstr_prefix == TEST_CSTR_PREFIX:
        warnings.append(f"CSTR prefix {TEST_CSTR_PREFIX} is for tests: no CSTR will resolve.")
    warnings += [f"{name} has no meaning any more: remove it." for name in retired_settings()]
    return warnings
