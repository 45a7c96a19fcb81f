"""Short messages to people: written as rows, sent by a worker through the settings' backend (docs/notifying.md)."""

from core.notifying.backends import Notifier, notifier
from core.notifying.bindings import bind_wechat, bound_wechat, unbind_wechat
from core.notifying.sending import can_send, leave_message, leave_or_pretend, send_message, send_waiting

__all__ = [
    "Notifier",
    "bind_wechat",
    "bound_wechat",
    "can_send",
    "leave_message",
    "leave_or_pretend",
    "notifier",
    "send_message",
    "send_waiting",
    "unbind_wechat",
]
