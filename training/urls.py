"""All addresses of training."""

from django.urls import URLPattern, URLResolver

from training.certificate_urls import urlpatterns as certificates
from training.class_urls import urlpatterns as classes
from training.contract_urls import urlpatterns as contracts
from training.coverage_urls import urlpatterns as coverage
from training.mass_urls import urlpatterns as mass_lessons
from training.organisation_urls import urlpatterns as organisations
from training.place_urls import urlpatterns as places
from training.public_urls import urlpatterns as public
from training.quality_urls import urlpatterns as quality
from training.rescue_urls import urlpatterns as rescues
from training.session_urls import urlpatterns as sessions

urlpatterns: list[URLPattern | URLResolver] = [
    *mass_lessons,
    *coverage,
    *organisations,
    *places,
    *quality,
    *contracts,
    *rescues,
    *sessions,
    *classes,
    *certificates,
    *public,
]
