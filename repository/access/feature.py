"""What access contributes: the table of grants, and the policy as a page."""

from repository.access import model
from repository.access.policy_command import policy
from repository.feature import Feature

FEATURE = Feature("access", commands=(policy,), tables=(model,))
