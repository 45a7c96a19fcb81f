"""The tables of the ground floor, one subject a file."""

from core.models.audit import AuditEvent
from core.models.files import StoredFile
from core.models.heartbeat import Heartbeat
from core.models.jobs import Job
from core.models.keys import KeyFingerprint, KeyRotation, LookupKeys
from core.models.messages import Message, PhoneCode, WechatBinding
from core.models.numbers import NumberCounter
from core.models.outbox import PublicRecord
from core.models.reads import ReadLog
from core.models.restores import LostNumber, RestoreMark
from core.models.retention import RetentionHold, RetentionRun

__all__ = [
    "AuditEvent",
    "Heartbeat",
    "Job",
    "KeyFingerprint",
    "KeyRotation",
    "LookupKeys",
    "LostNumber",
    "Message",
    "NumberCounter",
    "PhoneCode",
    "PublicRecord",
    "ReadLog",
    "RestoreMark",
    "RetentionHold",
    "RetentionRun",
    "StoredFile",
    "WechatBinding",
]
