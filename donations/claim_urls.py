"""Addresses of the desk for unidentified gifts and claims."""

from django.urls import path

from donations.views.claims import claims, pool, steps

urlpatterns = [
    path("desk/unidentified/", pool.pool_list, name="desk_pool"),
    path("desk/donations/gifts/<str:number>/pool/", pool.gift_pool, name="desk_gift_pool"),
    path("desk/donations/batches/<str:number>/pool/", pool.batch_pool, name="desk_batch_pool"),
    path("desk/claims/", claims.claim_list, name="desk_claims"),
    path("desk/claims/<int:pk>/", claims.claim_detail, name="desk_claim"),
    path("desk/claims/<int:pk>/read/", claims.claim_read, name="desk_claim_read"),
    path("desk/claims/<int:pk>/slip/", claims.claim_slip, name="desk_claim_slip"),
    path("desk/claims/<int:pk>/<str:step>/", steps.claim_step, name="desk_claim_step"),
]
