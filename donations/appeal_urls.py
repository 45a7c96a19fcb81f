"""Addresses of the desk for campaigns, ways to give, agreements and changes of use."""

from django.urls import path

from donations.views.appeals import agreements, campaigns, changes, channels

_CAMPAIGN = "desk/campaigns/<slug:slug>/"
_CHANNEL = "desk/giving/<int:pk>/"
_AGREEMENT = "desk/agreements/<str:number>/"
_CHANGE = "desk/changes/<str:number>/"

urlpatterns = [
    path("desk/campaigns/", campaigns.campaign_list, name="desk_campaigns"),
    path("desk/campaigns/new/", campaigns.campaign_new, name="desk_campaign_new"),
    path(_CAMPAIGN, campaigns.campaign_detail, name="desk_campaign"),
    path(_CAMPAIGN + "edit/", campaigns.campaign_edit, name="desk_campaign_edit"),
    path(_CAMPAIGN + "files/", campaigns.campaign_file_new, name="desk_campaign_file_new"),
    path(_CAMPAIGN + "files/<int:file_id>/", campaigns.campaign_file, name="desk_campaign_file"),
    path(
        _CAMPAIGN + "files/<int:file_id>/release/", campaigns.campaign_file_release, name="desk_campaign_file_release"
    ),
    path(_CAMPAIGN + "steps/<str:step>/", campaigns.campaign_step, name="desk_campaign_step"),
    path("desk/giving/", channels.channel_list, name="desk_channels"),
    path("desk/giving/new/", channels.channel_new, name="desk_channel_new"),
    path(_CHANNEL, channels.channel_detail, name="desk_channel"),
    path(_CHANNEL + "edit/", channels.channel_edit, name="desk_channel_edit"),
    path(_CHANNEL + "steps/<str:step>/", channels.channel_step, name="desk_channel_step"),
    path("desk/agreements/", agreements.agreement_list, name="desk_agreements"),
    path("desk/agreements/new/", agreements.agreement_new, name="desk_agreement_new"),
    path(_AGREEMENT, agreements.agreement_detail, name="desk_agreement"),
    path(_AGREEMENT + "edit/", agreements.agreement_edit, name="desk_agreement_edit"),
    path(_AGREEMENT + "paper/", agreements.agreement_paper, name="desk_agreement_paper"),
    path(_AGREEMENT + "steps/<str:step>/", agreements.agreement_step, name="desk_agreement_step"),
    path("desk/changes/", changes.change_list, name="desk_changes"),
    path("desk/changes/new/", changes.change_new, name="desk_change_new"),
    path(_CHANGE, changes.change_detail, name="desk_change"),
    path(_CHANGE + "edit/", changes.change_edit, name="desk_change_edit"),
    path(_CHANGE + "paper/", changes.change_paper, name="desk_change_paper"),
    path(_CHANGE + "objections/", changes.objection_new, name="desk_objection_new"),
    path(_CHANGE + "objections/<int:objection_id>/", changes.objection_answer, name="desk_objection_answer"),
    path(_CHANGE + "steps/<str:step>/", changes.change_step, name="desk_change_step"),
]
