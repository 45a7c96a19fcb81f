"""Addresses of planning sessions and instructors at the desk."""

from django.urls import URLPattern, URLResolver, path

from training.views import catalogue, instructors, session_steps, sessions

_SESSION = "desk/training/sessions/<str:number>/"
_INSTRUCTOR = "desk/training/instructors/<int:instructor_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/training/sessions/", sessions.session_list, name="desk_training_sessions"),
    path("desk/training/sessions/new/", sessions.session_new, name="desk_training_session_new"),
    path(_SESSION, sessions.session_detail, name="desk_training_session"),
    path(_SESSION + "edit/", sessions.session_edit, name="desk_training_session_edit"),
    path(_SESSION + "seats/", session_steps.seats, name="desk_training_seats"),
    path(_SESSION + "lessons/<int:lesson_id>/move/", session_steps.lesson_move, name="desk_training_lesson_move"),
    path(_SESSION + "steps/<str:step>/", session_steps.session_step, name="desk_training_session_step"),
    path("desk/training/instructors/", instructors.instructor_list, name="desk_instructors"),
    path("desk/training/instructors/new/", instructors.instructor_new, name="desk_instructor_new"),
    path(_INSTRUCTOR, instructors.instructor_detail, name="desk_instructor"),
    path(_INSTRUCTOR + "edit/", instructors.instructor_edit, name="desk_instructor_edit"),
    path(_INSTRUCTOR + "end/", instructors.instructor_end, name="desk_instructor_end"),
    path(_INSTRUCTOR + "phone/", instructors.instructor_phone, name="desk_instructor_phone"),
    path(_INSTRUCTOR + "absences/", instructors.absence_add, name="desk_absence_add"),
    path(_INSTRUCTOR + "absences/<int:absence_id>/remove/", instructors.absence_remove, name="desk_absence_remove"),
    path("desk/training/courses/", catalogue.course_list, name="desk_courses"),
    path("desk/training/courses/<slug:code>/versions/new/", catalogue.version_new, name="desk_course_version_new"),
]
