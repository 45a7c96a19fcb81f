"""The tables of the ground floor, one subject a file."""

from core.models.audit import AuditEvent
from core.models.files import StoredFile
from core.models.heartbeat import Heartbeat
from core.models.jobs import Job
from core.models.numbers import NumberCounter
from core.models.outbox import PublicRecord

__all__ = ["AuditEvent", "Heartbeat", "Job", "NumberCounter", "PublicRecord", "StoredFile"]
