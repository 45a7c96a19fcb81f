"""Addresses of the coordinators' desk."""

from django.urls import URLPattern, URLResolver, path

from registries.views import contacts, contacts_about, counts, duty, finding, hand_over, told_deaths

_CONTACT = "desk/registries/contacts/<uuid:key>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/registries/", contacts.my_day, name="desk_registry_day"),
    path("desk/registries/find/", finding.registry_find, name="desk_registry_find"),
    path("desk/registries/contacts/", contacts.contact_list, name="desk_contacts"),
    path(_CONTACT, contacts.contact_detail, name="desk_registry_contact"),
    path(_CONTACT + "log/", contacts.contact_log, name="desk_contact_log"),
    path(_CONTACT + "give/", hand_over.contact_give, name="desk_contact_give"),
    path(_CONTACT + "correct/", contacts.contact_correct, name="desk_contact_correct"),
    path("desk/registries/wishes/<str:number>/contacts/", contacts_about.wish_contacts, name="desk_wish_contacts"),
    path("desk/registries/wishes/<str:number>/departed/", told_deaths.wish_departed, name="desk_wish_departed"),
    path("desk/registries/scripts/<slug:reason>/", contacts.contact_script, name="desk_contact_script"),
    path("desk/registries/hand-over/", hand_over.hand_over_list, name="desk_hand_over"),
    path("desk/registries/hand-over/confirm/", hand_over.hand_over_confirm, name="desk_hand_over_confirm"),
    path("desk/registries/duty/", duty.duty_list, name="desk_duty"),
    path("desk/registries/duty/print/", duty.duty_print, name="desk_duty_print"),
    path("desk/registries/duty/edit/", duty.duty_edit, name="desk_duty_edit"),
    path("desk/registries/duty/<int:pk>/remove/", duty.duty_remove, name="desk_duty_remove"),
    path("desk/registries/counts/", counts.count_page, name="desk_registry_counts"),
]
