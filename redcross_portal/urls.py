"""All addresses of the portal."""

from django.urls import include, path

urlpatterns = [
    path("", include("core.urls")),
    path("", include("organizations.urls")),
    path("", include("ledger.urls")),
    # Before the steps of a batch, whose address takes any word.
    path("", include("donations.claim_urls")),
    path("", include("donations.urls")),
    path("", include("spending.urls")),
    path("", include("donations.appeal_urls")),
    path("", include("reconciliation.urls")),
    path("", include("training.urls")),
    path("", include("registries.urls")),
    path("", include("transparency.desk_urls")),
    path("", include("transparency.urls")),
    path("accounts/", include("accounts.urls")),
]

handler400 = "core.views.errors.bad_request"
handler403 = "core.views.errors.permission_denied"
handler404 = "core.views.errors.page_not_found"
handler429 = "core.views.errors.too_many_requests"  # asked for by allauth
handler500 = "core.views.errors.server_error"
