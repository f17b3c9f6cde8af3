"""What happens to webhooks; their addresses and secrets are told nowhere."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class WebhookDefined(Fact):
    """An administrator named an address to be told of facts."""

    webhook_id: int

    words = FactPhrase("defined a webhook", "定义 Webhook")


@dataclass(frozen=True, slots=True)
class WebhookRemoved(Fact):
    """An address is told no more."""

    webhook_id: int

    words = FactPhrase("removed a webhook", "删除 Webhook")


@dataclass(frozen=True, slots=True)
class HookDue(Fact):
    """A fact is to be told to a webhook."""

    delivery_id: int
    webhook_id: int | None = None

    words = FactPhrase("has a fact for a webhook", "有事件待推送给 Webhook")
