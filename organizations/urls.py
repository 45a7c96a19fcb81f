"""Addresses of the branch network at the desk."""

from django.urls import path

from organizations.views import branches, grants, reshaping

urlpatterns = [
    path("desk/branches/", branches.branch_tree, name="desk_branches"),
    path("desk/branches/<str:code>/", branches.branch_detail, name="desk_branch"),
    path("desk/branches/<str:code>/new/", branches.branch_new, name="desk_branch_new"),
    path("desk/branches/<str:code>/edit/", branches.branch_edit, name="desk_branch_edit"),
    path("desk/branches/<str:code>/move/", reshaping.branch_reshape, {"what": "move"}, name="desk_branch_move"),
    path("desk/branches/<str:code>/close/", reshaping.branch_reshape, {"what": "close"}, name="desk_branch_close"),
    path("desk/branches/<str:code>/merge/", reshaping.branch_reshape, {"what": "merge"}, name="desk_branch_merge"),
    path("desk/people/<str:login>/grants/", grants.person_grants, name="desk_person_grants"),
    path("desk/people/<str:login>/grants/<int:pk>/end/", grants.grant_end, name="desk_grant_end"),
    path("desk/roles/", grants.roles_help, name="desk_roles"),
]
