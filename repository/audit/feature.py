"""What the audit trail contributes: seals of what an upgrade found, a condition, and commands."""

from datetime import timedelta

from repository.audit import model
from repository.audit.audit_commands import audit
from repository.audit.audit_condition import trail_is_whole
from repository.audit.audit_keeper import seal_backlog
from repository.feature import ConditionCheck, Feature, Sweep

FEATURE = Feature(
    "audit",
    sweeps=(Sweep("seals", timedelta(minutes=1), seal_backlog),),
    conditions=(ConditionCheck("audit", trail_is_whole, apart=True),),
    tables=(model,),
    commands=(audit,),
)
