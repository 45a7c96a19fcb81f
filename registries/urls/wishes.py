"""Addresses of wishes: at the desk, and of those who made them."""

from django.urls import URLPattern, URLResolver, path

from registries.views import wish_printing, wish_steps, wishes
from registries.views.public import mine, organ

_WISH = "desk/registries/wishes/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("organ/", organ.organ_page, name="organ"),
    path("organ/check/", organ.organ_check, name="organ_check"),
    path("organ/mine/", mine.mine_phone, name="registry_mine"),
    path("organ/mine/code/", mine.mine_code, name="registry_mine_code"),
    path("organ/mine/wishes/", mine.mine_wishes, name="registry_mine_wishes"),
    path("organ/mine/readings/", mine.mine_readings, name="registry_mine_readings"),
    path("organ/mine/wishes/<str:number>/withdraw/", mine.mine_withdraw, name="registry_mine_withdraw"),
    path("organ/mine/wishes/<str:number>/consents/<str:subject>/", mine.mine_consent, name="registry_mine_consent"),
    path("organ/mine/donors/<str:number>/withdraw/", mine.mine_donor_withdraw, name="registry_mine_donor_withdraw"),
    path(
        "organ/mine/donors/<str:number>/consents/<str:subject>/",
        mine.mine_donor_consent,
        name="registry_mine_donor_consent",
    ),
    path("organ/mine/donors/<str:number>/kin/", mine.mine_donor_kin, name="registry_mine_donor_kin"),
    path("organ/mine/contact/", mine.mine_contact, name="registry_mine_contact"),
    path("desk/registries/wishes/", wishes.wish_list, name="desk_wishes"),
    path("desk/registries/wishes/new/", wishes.wish_new, name="desk_wish_new"),
    path("desk/registries/wishes/find/", wishes.wish_find, name="desk_wish_find"),
    path("desk/registries/wishes/form.pdf", wish_printing.wish_blank, name="desk_wish_blank"),
    path(_WISH, wishes.wish_detail, name="desk_wish"),
    path(_WISH + "change/", wishes.wish_change, name="desk_wish_change"),
    path(_WISH + "withdraw/", wishes.wish_withdraw, name="desk_wish_withdraw"),
    path(_WISH + "hand-over/", wishes.wish_hand_over, name="desk_wish_hand_over"),
    path(_WISH + "reference/", wish_steps.wish_reference, name="desk_wish_reference"),
    path(_WISH + "correct/", wish_steps.wish_correct, name="desk_wish_correct"),
    path(_WISH + "consents/<str:subject>/", wish_steps.wish_consent, name="desk_wish_consent"),
    path(_WISH + "withdrawn-there/", wish_steps.wish_there, name="desk_wish_there"),
    path(_WISH + "print/<str:kind>/", wish_printing.wish_print, name="desk_wish_print"),
    path(_WISH + "papers/new/", wish_steps.wish_paper_new, name="desk_wish_paper_new"),
    path(_WISH + "papers/<int:paper_id>/", wish_steps.wish_paper, name="desk_wish_paper"),
]
