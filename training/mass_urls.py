"""Addresses of mass lessons at the desk."""

from django.urls import URLPattern, URLResolver, path

from training.views import mass_lessons

_LESSON = "desk/training/mass/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/training/mass/", mass_lessons.mass_list, name="desk_mass_lessons"),
    path("desk/training/mass/new/", mass_lessons.mass_new, name="desk_mass_lesson_new"),
    path(_LESSON, mass_lessons.mass_detail, name="desk_mass_lesson"),
    path(_LESSON + "edit/", mass_lessons.mass_edit, name="desk_mass_lesson_edit"),
    path(_LESSON + "correct/", mass_lessons.mass_correct, name="desk_mass_lesson_correct"),
    path(_LESSON + "evidence/", mass_lessons.mass_evidence, name="desk_mass_lesson_evidence"),
    path(_LESSON + "<str:step>/", mass_lessons.mass_step, name="desk_mass_lesson_step"),
]
