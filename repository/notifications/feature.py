"""What notifications contribute: people are told of facts, in the list of notices and by mail."""

from datetime import timedelta

from repository.core.check_report import CheckReport
from repository.engines.services import Services
from repository.feature import ConditionCheck, Feature, JobKind, Queue, Sweep, after, for_subjects
from repository.notifications import model
from repository.notifications.daily_digests import gather_digests, send_digests
from repository.notifications.facts import AddressBounced, DigestDue, NoticeDue, NoticeSentAgain, NoticesMuted
from repository.notifications.mail_commands import mail
from repository.notifications.mail_condition import mail_goes_out
from repository.notifications.make_notices import make_notices
from repository.notifications.notice_kinds import facts_told, job_after, notice_reactions
from repository.notifications.old_notices import forget_people, remove_old_notices
from repository.notifications.send_notices import send_notices
from repository.people.facts import AccountErased, AccountMerged


def gather_due_digests(services: Services) -> CheckReport:
    """Let the notices of a day go together."""
    return gather_digests(services.database)


def clear_notices(services: Services) -> CheckReport:
    """Remove old notices, if today is certain."""
    if hold := services.clock_watch.fault(services.database):
        return CheckReport(1, 0, [f"no notice is removed: {hold}"])
    return remove_old_notices(services.database)


FEATURE = Feature(
    "notifications",
    facts=(NoticeDue, NoticeSentAgain, DigestDue, AddressBounced, NoticesMuted),
    reactions=(
        *notice_reactions(),
        *after(NoticeDue, NoticeSentAgain, start="send_notices"),
        *after(DigestDue, start="send_digests"),
        *after(AccountErased, AccountMerged, start="forget_notices"),
    ),
    jobs={
        **{job_after(fact): JobKind(make_notices, Queue.SOON) for fact in facts_told()},
        "send_notices": JobKind(for_subjects(send_notices), Queue.SOON, most=10),
        "send_digests": JobKind(for_subjects(send_digests), Queue.SOON, most=10),
        "forget_notices": JobKind(for_subjects(forget_people), Queue.SOON),
    },
    sweeps=(
        Sweep("digests", timedelta(minutes=30), gather_due_digests),
        Sweep("notices", timedelta(days=1), clear_notices),
    ),
    conditions=(ConditionCheck("mail", mail_goes_out),),
    tables=(model,),
    commands=(mail,),
)
