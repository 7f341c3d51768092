"""Webhooks: other programs are told of what becomes of orders, signed, at least once, and in order for each record."""

from flows.webhooks.envelope import MEDIA_TYPE
from flows.webhooks.event_models import event_model
from flows.webhooks.sender import Sender, sender_lock
from flows.webhooks.subscribe import add_webhook, state_in_words, try_webhook
from flows.webhooks.troubles import webhook_troubles
from flows.webhooks.webhook_answers import DeliveryJson, SecretJson, TrialJson, WebhookJson

__all__ = [
    "MEDIA_TYPE",
    "DeliveryJson",
    "SecretJson",
    "Sender",
    "TrialJson",
    "WebhookJson",
    "add_webhook",
    "event_model",
    "sender_lock",
    "state_in_words",
    "try_webhook",
    "webhook_troubles",
]
