"""Short messages to people: written as rows, sent by a worker through the settings' backend (docs/notifying.md)."""

from core.notifying.backends import Notifier, notifier
from core.notifying.sending import leave_message, send_message, send_waiting

__all__ = ["Notifier", "leave_message", "notifier", "send_message", "send_waiting"]
