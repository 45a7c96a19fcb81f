"""Addresses of remembrance: for everybody, and at the desk."""

from django.urls import URLPattern, URLResolver, path

from registries.views.memorial import bookings, consent, pages, places, queue
from registries.views.public.memorial import booking, front, page

_DESK = "desk/registries/memorial/"
_PAGE = _DESK + "pages/<str:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("memorial/", front.memorial, name="memorial"),
    path("memorial/stories/", front.stories, name="memorial_stories"),
    path("memorial/places/<int:pk>/", front.memorial_place, name="memorial_place"),
    path("memorial/places/<int:pk>/book/", booking.book_place, name="memorial_place_book"),
    path("memorial/gatherings/<int:pk>/", front.memorial_gathering, name="memorial_gathering"),
    path("memorial/gatherings/<int:pk>/book/", booking.book_occasion, name="memorial_gathering_book"),
    path("memorial/bookings/", booking.own_list, name="memorial_bookings"),
    path("memorial/bookings/<str:number>/cancel/", booking.own_cancel, name="memorial_booking_cancel"),
    path("memorial/<str:code>/", page.memorial_page, name="memorial_page"),
    path("memorial/<str:code>/candle/", page.memorial_candle, name="memorial_candle"),
    path("memorial/<str:code>/message/", page.memorial_message, name="memorial_message"),
    path("memorial/<str:code>/portrait/", page.memorial_portrait, name="memorial_portrait"),
    path("memorial/<str:code>/messages/<str:message>/report/", page.memorial_report, name="memorial_report"),
    path(_DESK, places.memorial_home, name="desk_memorial"),
    path(_DESK + "places/", places.place_list, name="desk_memorial_places"),
    path(_DESK + "places/new/", places.place_new, name="desk_memorial_place_new"),
    path(_DESK + "places/<int:pk>/edit/", places.place_edit, name="desk_memorial_place_edit"),
    path(_DESK + "places/<int:pk>/close/", places.place_close, name="desk_memorial_place_close"),
    path(_DESK + "places/<int:pk>/reopen/", places.place_reopen, name="desk_memorial_place_reopen"),
    path(_DESK + "places/<int:pk>/half-days/", places.place_half_days, name="desk_memorial_half_days"),
    path(_DESK + "half-days/<int:pk>/reopen/", places.half_day_reopen, name="desk_memorial_half_day_reopen"),
    path(_DESK + "gatherings/", places.gathering_list, name="desk_memorial_gatherings"),
    path(_DESK + "gatherings/new/", places.gathering_new, name="desk_memorial_gathering_new"),
    path(_DESK + "gatherings/<int:pk>/", places.gathering_detail, name="desk_memorial_gathering"),
    path(_DESK + "gatherings/<int:pk>/edit/", places.gathering_edit, name="desk_memorial_gathering_edit"),
    path(_DESK + "gatherings/<int:pk>/call-off/", places.gathering_call_off, name="desk_memorial_call_off"),
    path(_DESK + "bookings/", bookings.booking_list, name="desk_memorial_bookings"),
    path(_DESK + "bookings/<str:number>/", bookings.booking_detail, name="desk_memorial_booking"),
    path(_DESK + "bookings/<str:number>/cancel/", bookings.booking_cancel, name="desk_memorial_booking_cancel"),
    path(_DESK + "messages/", queue.message_queue, name="desk_memorial_messages"),
    path(_DESK + "messages/<str:code>/decide/", queue.message_decide, name="desk_memorial_decide"),
    path(_DESK + "pages/", pages.page_list, name="desk_memorial_pages"),
    path(_DESK + "pages/new/", pages.page_new, name="desk_memorial_page_new"),
    path(_DESK + "pages/find/", pages.page_find, name="desk_memorial_find"),
    path(_DESK + "consent.pdf", consent.consent_blank, name="desk_memorial_blank"),
    path(_PAGE, pages.page_detail, name="desk_memorial_page"),
    path(_PAGE + "edit/", pages.page_edit, name="desk_memorial_page_edit"),
    path(_PAGE + "take-down/", pages.page_take_down, name="desk_memorial_take_down"),
    path(_PAGE + "paper/", consent.consent_paper, name="desk_memorial_paper"),
    path(_PAGE + "narrow/", consent.consent_narrow, name="desk_memorial_narrow"),
    path(_PAGE + "kin-phone/", consent.kin_phone, name="desk_memorial_kin_phone"),
    path(_PAGE + "portrait/", pages.page_portrait, name="desk_memorial_portrait"),
    path(_PAGE + "steps/<str:step>/", pages.page_step, name="desk_memorial_page_step"),
]
