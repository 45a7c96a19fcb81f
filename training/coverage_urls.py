"""Addresses of the figures of training and of the rows behind them."""

from django.urls import URLPattern, URLResolver, path

from training.views import figures
from training.views.public import coverage

urlpatterns: list[URLPattern | URLResolver] = [
    path("training/coverage/", coverage.coverage, name="training_coverage"),
    path("training/coverage.csv", coverage.coverage_csv, name="training_coverage_csv"),
    path("training/coverage.json", coverage.coverage_json, name="training_coverage_json"),
    path("training/lessons/", coverage.lesson_list, name="training_lessons"),
    path("training/lessons.csv", coverage.lessons_csv, name="training_lessons_csv"),
    path("training/certificates.csv", coverage.certificates_csv, name="training_certificates_csv"),
    path("desk/training/figures/", figures.figures, name="desk_training_figures"),
    path("desk/training/figures/population/", figures.population_new, name="desk_population_new"),
    path("desk/training/figures/target/", figures.target_new, name="desk_target_new"),
]
