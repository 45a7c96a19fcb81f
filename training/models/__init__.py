"""The tables of training, one subject a file."""

from training.models.certificate import Certificate, CertificateEvent, CertificateQuerySet
from training.models.contract import ServiceContract
from training.models.course import Course, CourseVersion
from training.models.coverage import CoverageCount, Population, TrainingTarget
from training.models.enrolment import Attendance, Enrolment, ExamResult
from training.models.feedback import Feedback
from training.models.instructor import Absence, Assignment, Instructor
from training.models.learner import Learner
from training.models.legacy import LegacyImport
from training.models.mass_lesson import MassLesson, MassLessonEvent
from training.models.organisation import Organisation, OrganisationCount, OrganisationFact, OrganisationSize
from training.models.place import Aed, AedInspection, AedQuerySet, FirstAidPlace
from training.models.reminder import ExpiryReminder
from training.models.rescue import RescueCase, RescueEvent
from training.models.session import Lesson, Session, SessionEvent, SessionQuerySet

__all__ = [
    "Absence",
    "Aed",
    "AedInspection",
    "AedQuerySet",
    "Assignment",
    "Attendance",
    "Certificate",
    "CertificateEvent",
    "CertificateQuerySet",
    "Course",
    "CourseVersion",
    "CoverageCount",
    "Enrolment",
    "ExamResult",
    "ExpiryReminder",
    "Feedback",
    "FirstAidPlace",
    "Instructor",
    "Learner",
    "LegacyImport",
    "Lesson",
    "MassLesson",
    "MassLessonEvent",
    "Organisation",
    "OrganisationCount",
    "OrganisationFact",
    "OrganisationSize",
    "Population",
    "RescueCase",
    "RescueEvent",
    "ServiceContract",
    "Session",
    "SessionEvent",
    "SessionQuerySet",
    "TrainingTarget",
]
