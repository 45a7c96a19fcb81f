"""The ways a short message can go; `settings.NOTIFIER_BACKEND` names one of these classes."""

from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from core.notifying.backends.aliyun import AliyunNotifier
from core.notifying.backends.base import Notifier, NotSent
from core.notifying.backends.gateway import GatewayNotifier
from core.notifying.backends.local import ConsoleNotifier, FileNotifier, NoNotifier
from core.notifying.backends.tencent import TencentNotifier

__all__ = [
    "AliyunNotifier",
    "ConsoleNotifier",
    "FileNotifier",
    "GatewayNotifier",
    "NoNotifier",
    "NotSent",
    "Notifier",
    "TencentNotifier",
    "notifier",
]


def notifier() -> Notifier:
    """Return the way that the settings name."""
    return cast("Notifier", import_string(settings.NOTIFIER_BACKEND)())
