"""Addresses of sessions for the public: finding one, signing up, one's place, checking in."""

from django.urls import URLPattern, URLResolver, path
from django.views.decorators.http import require_safe

from training.api import courses
from training.views import projector
from training.views.public import checking_in, feeds, places, refreshers, sessions, signing_up

_PLACE = "training/place/<str:code>/"
_SESSION = "training/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("training/", sessions.session_list, name="training"),
    path("training.csv", sessions.sessions_csv, name="training_csv"),
    path("training.json", sessions.sessions_json, name="training_json"),
    path("feed/training.xml", require_safe(feeds.TrainingFeed()), name="training_feed"),
    # Its address is how far the worker reaches.
    path("training/worker.js", places.worker, name="training_worker"),
    path("training/place/", places.place_find, name="training_places"),
    path(_PLACE, places.place_page, name="training_place"),
    path(_PLACE + "calendar.ics", places.place_ics, name="training_place_ics"),
    path(_PLACE + "cancel/", places.place_cancel, name="training_place_cancel"),
    path(_PLACE + "check-in/", places.place_check_in, name="training_place_check_in"),
    path("training/check-in/<str:token>/", checking_in.check_in_page, name="training_check_in"),
    path("training/refreshers/", refreshers.refreshers, name="training_refreshers"),
    path("training/refreshers/<slug:kind>/<str:area>/", refreshers.refreshers_of, name="training_refreshers_near"),
    path(_SESSION, sessions.session_page, name="training_session"),
    path(_SESSION + "calendar.ics", sessions.session_ics, name="training_session_ics"),
    path(_SESSION + "sign-up/", signing_up.sign_up_start, name="training_sign_up"),
    path(_SESSION + "sign-up/name/", signing_up.sign_up_name, name="training_sign_up_name"),
    path(
        "desk/training/sessions/<str:number>/lessons/<int:lesson_id>/qr/", projector.lesson_qr, name="desk_training_qr"
    ),
    path("api/v1/courses/", courses.CourseListView.as_view(), name="api_courses"),
    path("api/v1/courses/<str:number>/", courses.CourseView.as_view(), name="api_course"),
]
