"""Addresses of the branch network at the desk."""

from django.urls import path

from organizations.views import branches, grants, people, reshaping, retention, setup

urlpatterns = [
    path("desk/branches/", branches.branch_tree, name="desk_branches"),
    path("desk/branches/<str:code>/", branches.branch_detail, name="desk_branch"),
    path("desk/branches/<str:code>/new/", branches.branch_new, name="desk_branch_new"),
    path("desk/branches/<str:code>/edit/", branches.branch_edit, name="desk_branch_edit"),
    path("desk/branches/<str:code>/move/", reshaping.branch_reshape, {"what": "move"}, name="desk_branch_move"),
    path("desk/branches/<str:code>/close/", reshaping.branch_reshape, {"what": "close"}, name="desk_branch_close"),
    path("desk/branches/<str:code>/merge/", reshaping.branch_reshape, {"what": "merge"}, name="desk_branch_merge"),
    path("desk/people/", people.people_list, name="desk_people"),
    path("desk/new-person/", people.person_new, name="desk_person_new"),
    path("desk/people/<str:login>/", people.person_detail, name="desk_person"),
    path("desk/people/<str:login>/edit/", people.person_edit, name="desk_person_edit"),
    path("desk/people/<str:login>/disable/", people.person_disable, name="desk_person_disable"),
    path("desk/people/<str:login>/enable/", people.person_enable, name="desk_person_enable"),
    path("desk/people/<str:login>/unlock/", people.person_unlock, name="desk_person_unlock"),
    path("desk/people/<str:login>/password-link/", people.person_password_link, name="desk_person_password_link"),
    path("desk/people/<str:login>/reset-factor/", people.person_reset_factor, name="desk_person_reset_factor"),
    path("desk/people/<str:login>/grants/", grants.person_grants, name="desk_person_grants"),
    path("desk/people/<str:login>/grants/<int:pk>/end/", grants.grant_end, name="desk_grant_end"),
    path("desk/retention/", retention.retention, name="desk_retention"),
    path("desk/retention/holds/<int:pk>/lift/", retention.hold_lift, name="desk_hold_lift"),
    path("setup/", setup.set_up, name="setup"),
    path("desk/roles/", grants.roles_help, name="desk_roles"),
]
