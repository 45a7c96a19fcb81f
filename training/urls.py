"""All addresses of training."""

from django.urls import URLPattern, URLResolver

from training.certificate_urls import urlpatterns as certificates
from training.class_urls import urlpatterns as classes
from training.public_urls import urlpatterns as public
from training.session_urls import urlpatterns as sessions

urlpatterns: list[URLPattern | URLResolver] = [*sessions, *classes, *certificates, *public]
