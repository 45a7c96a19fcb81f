"""Public addresses of disclosure."""

from django.urls import path

from transparency.views.public import donations

urlpatterns = [
    path("donations/", donations.donation_list, name="donations"),
    path("donations.csv", donations.donations_csv, name="donations_csv"),
    path("donations.json", donations.donations_json, name="donations_json"),
    path("donations/<str:number>/", donations.donation_detail, name="donation"),
]
