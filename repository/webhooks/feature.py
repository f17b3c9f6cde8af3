"""What webhooks contribute: facts are posted to them.  Noting them is no job (`webhooks.note_facts`)."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.webhooks import model
from repository.webhooks.deliver_hooks import deliver_hooks, remove_old_deliveries
from repository.webhooks.facts import HookDue, WebhookDefined, WebhookRemoved
from repository.webhooks.webhook_commands import webhooks


def clear_deliveries(services: Services) -> CheckReport:
    """Remove old deliveries, if today is certain."""
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(1, 0, [f"no delivery is removed: {hold}"])
    return remove_old_deliveries(services.database)


FEATURE = Feature(
    "webhooks",
    facts=(WebhookDefined, WebhookRemoved, HookDue),
    reactions=tuple(after(HookDue, start="deliver_hooks")),
    jobs={"deliver_hooks": JobKind(for_subjects(deliver_hooks), Queue.LONG, most=5)},
    sweeps=(Sweep("hook_deliveries", timedelta(days=1), clear_deliveries),),
    tables=(model,),
    commands=(webhooks,),
)
