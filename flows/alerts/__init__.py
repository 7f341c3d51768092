"""What an operator is told of without looking: what goes wrong, once a day, and that it is over."""

from flows.alerts.conditions import CHECKS, Alert
from flows.alerts.send import alerts_now, send_alerts, send_test

__all__ = ["CHECKS", "Alert", "alerts_now", "send_alerts", "send_test"]
