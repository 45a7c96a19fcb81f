"""Addresses of a session while it is held: roster, roll call, scores, signature, issuing."""

from django.urls import URLPattern, URLResolver, path

from training.views import finishing, marks, roll, roster

_SESSION = "desk/training/sessions/<str:number>/"
_PLACE = _SESSION + "roster/<int:enrolment_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/training/roster.xlsx", roster.template, name="desk_roster_template"),
    path(_SESSION + "roster/", roster.roster, name="desk_session_roster"),
    path(_SESSION + "roster/new/", roster.person_new, name="desk_session_person_new"),
    path(_SESSION + "roster/import/", roster.roster_import, name="desk_session_roster_import"),
    path(_SESSION + "roster/problems/<uuid:file_id>/", roster.problems, name="desk_session_roster_problems"),
    path(_PLACE + "cancel/", roster.place_cancel, name="desk_session_place_cancel"),
    path(_PLACE + "document/", roster.place_document, name="desk_session_place_document"),
    path(_SESSION + "sheet/", roll.sheet, name="desk_session_sheet"),
    path(_SESSION + "roll/", roll.roll, name="desk_session_roll"),
    path(_SESSION + "marks/", marks.marks, name="desk_session_marks"),
    path(_SESSION + "sign/", finishing.sign, name="desk_session_sign"),
    path(_SESSION + "return/", finishing.send_back, name="desk_session_return"),
    path(_SESSION + "issue/", finishing.issue, name="desk_session_issue"),
    path(_SESSION + "issued/", finishing.issued, name="desk_session_issued"),
    path(_SESSION + "finish/", finishing.finish, name="desk_session_finish"),
]
