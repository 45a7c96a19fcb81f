"""Addresses of feedback and of what it tells."""

from django.urls import URLPattern, URLResolver, path

from training.views import quality
from training.views.public import feedback

urlpatterns: list[URLPattern | URLResolver] = [
    path("training/feedback/<str:number>/", feedback.feedback_of_class, name="training_class_feedback"),
    path("training/place/<str:code>/feedback/", feedback.place_feedback, name="training_place_feedback"),
    path("desk/training/quality/", quality.quality, name="desk_training_quality"),
    path("desk/training/quality/bases/", quality.base_quality, name="desk_bases_quality"),
    path("desk/training/quality/bases.csv", quality.base_quality_csv, name="desk_bases_quality_csv"),
    path("desk/training/quality/bases/<int:pk>/", quality.base_sessions, name="desk_base_quality"),
    path("desk/training/sessions/<str:number>/feedback/", quality.class_feedback, name="desk_session_feedback"),
]
