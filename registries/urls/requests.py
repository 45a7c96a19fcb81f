"""Addresses of the public pages of stem cells, of booking, and of requests at the desk."""

from django.urls import URLPattern, URLResolver, path

from registries.choices.requests import RequestSubject
from registries.views import requests
from registries.views.public import requests as public
from registries.views.public import stemcell

_REQUEST = "desk/registries/requests/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("stemcell/", stemcell.stemcell_page, name="stemcell"),
    path("stemcell/check/", stemcell.stemcell_check, name="stemcell_check"),
    *(
        one
        for subject in RequestSubject.values
        for one in (
            path(f"{subject}/leave/", stemcell.registry_leave, {"subject": subject}, name=f"{subject}_leave"),
            path(f"{subject}/book/", public.book_start, {"subject": subject}, name=f"{subject}_book"),
            path(f"{subject}/book/details/", public.book_details, {"subject": subject}, name=f"{subject}_book_details"),
        )
    ),
    # Neither address nor message says what a request is about.
    path("booked/", public.request_find, name="registry_request_find"),
    path("booked/code/", public.request_code, name="registry_request_code"),
    path("booked/mine/", public.request_own, name="registry_request_own"),
    path("booked/mine/cancel/", public.request_cancel, name="registry_request_cancel"),
    path("desk/registries/requests/", requests.request_list, name="desk_registry_requests"),
    path(_REQUEST, requests.request_detail, name="desk_registry_request"),
    path(_REQUEST + "arrange/", requests.request_arrange, name="desk_registry_request_arrange"),
    path(_REQUEST + "decline/", requests.request_decline, name="desk_registry_request_decline"),
    path(_REQUEST + "finish/", requests.request_finish, name="desk_registry_request_finish"),
    path(_REQUEST + "cancel/", requests.request_cancel, name="desk_registry_request_cancel"),
]
