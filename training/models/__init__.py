"""The tables of training, one subject a file."""

from training.models.certificate import Certificate, CertificateEvent, CertificateQuerySet
from training.models.course import Course, CourseVersion
from training.models.enrolment import Attendance, Enrolment, ExamResult
from training.models.instructor import Assignment, Instructor
from training.models.learner import Learner
from training.models.legacy import LegacyImport
from training.models.reminder import ExpiryReminder
from training.models.session import Lesson, Session, SessionEvent, SessionQuerySet

__all__ = [
    "Assignment",
    "Attendance",
    "Certificate",
    "CertificateEvent",
    "CertificateQuerySet",
    "Course",
    "CourseVersion",
    "Enrolment",
    "ExamResult",
    "ExpiryReminder",
    "Instructor",
    "Learner",
    "LegacyImport",
    "Lesson",
    "Session",
    "SessionEvent",
    "SessionQuerySet",
]
