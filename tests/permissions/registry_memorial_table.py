"""The part of the table for remembrance: what each address asks of a person."""

from tests.permissions.rules import Route, everybody, holds, seen

MEMORIAL_PLACE, GATHERING = {"pk": "memorial_place"}, {"pk": "memorial_gathering"}
MEMORIAL_PAGE, DRAFT = {"number": "memorial_page_number"}, {"number": "memorial_draft"}
CODE, BOOKING = {"code": "memorial_page"}, {"number": "memorial_booking"}
KEEPS, READS = seen("keep_memorial"), seen("keep_memorial", "read_registrants")
# One's own bookings: whoever has not shown a telephone is sent to do so. A candle that is looked at leads to its page.
PROVES = frozenset({302})

MEMORIAL: dict[str, Route] = {
    "memorial": Route(everybody()),
    "memorial_stories": Route(everybody()),
    "memorial_place": Route(everybody(), None, MEMORIAL_PLACE),
    "memorial_place_book": Route(everybody(), everybody(), MEMORIAL_PLACE),
    "memorial_gathering": Route(everybody(), None, GATHERING),
    "memorial_gathering_book": Route(everybody(), everybody(), GATHERING),
    "memorial_bookings": Route(everybody(), everybody()),
    "memorial_booking_cancel": Route(everybody(), everybody(), BOOKING, gives=PROVES),
    "memorial_page": Route(everybody(), None, CODE),
    "memorial_candle": Route(everybody(), everybody(), CODE, gives=PROVES),
    "memorial_message": Route(everybody(), everybody(), CODE),
    "memorial_portrait": Route(everybody(), None, CODE),
    "memorial_report": Route(everybody(), everybody(), {**CODE, "message": "memorial_shown"}),
    "desk_memorial": Route(holds("keep_memorial"), holds("keep_memorial")),
    "desk_memorial_places": Route(holds("keep_memorial")),
    "desk_memorial_place_new": Route(holds("keep_memorial"), holds("keep_memorial")),
    "desk_memorial_place_edit": Route(KEEPS, KEEPS, MEMORIAL_PLACE),
    "desk_memorial_place_close": Route(KEEPS, KEEPS, MEMORIAL_PLACE),
    "desk_memorial_place_reopen": Route(KEEPS, KEEPS, MEMORIAL_PLACE),
    "desk_memorial_half_days": Route(KEEPS, KEEPS, MEMORIAL_PLACE),
    "desk_memorial_half_day_reopen": Route(KEEPS, KEEPS, {"pk": "memorial_half_day"}),
    "desk_memorial_gatherings": Route(holds("keep_memorial")),
    "desk_memorial_gathering_new": Route(holds("keep_memorial"), holds("keep_memorial")),
    "desk_memorial_gathering": Route(KEEPS, None, GATHERING),
    "desk_memorial_gathering_edit": Route(KEEPS, KEEPS, GATHERING),
    "desk_memorial_call_off": Route(KEEPS, KEEPS, GATHERING),
    "desk_memorial_bookings": Route(holds("keep_memorial")),
    "desk_memorial_booking": Route(KEEPS, KEEPS, BOOKING),
    "desk_memorial_booking_cancel": Route(KEEPS, KEEPS, BOOKING),
    "desk_memorial_messages": Route(holds("keep_memorial")),
    "desk_memorial_decide": Route(None, KEEPS, {"code": "memorial_waiting"}),
    "desk_memorial_pages": Route(holds("keep_memorial")),
    "desk_memorial_page_new": Route(holds("keep_memorial"), holds("keep_memorial")),
    "desk_memorial_find": Route(holds("keep_memorial"), holds("keep_memorial")),
    "desk_memorial_page": Route(KEEPS, KEEPS, MEMORIAL_PAGE),
    "desk_memorial_page_edit": Route(KEEPS, KEEPS, DRAFT),
    "desk_memorial_take_down": Route(KEEPS, KEEPS, MEMORIAL_PAGE),
    "desk_memorial_paper": Route(None, READS, MEMORIAL_PAGE),
    "desk_memorial_narrow": Route(KEEPS, KEEPS, MEMORIAL_PAGE),
    "desk_memorial_kin_phone": Route(READS, READS, MEMORIAL_PAGE),
    "desk_memorial_blank": Route(holds("keep_memorial")),
    "desk_memorial_portrait": Route(KEEPS, None, MEMORIAL_PAGE),
    "desk_memorial_page_step": Route(KEEPS, KEEPS, {**DRAFT, "step": "step_submit"}),
}
