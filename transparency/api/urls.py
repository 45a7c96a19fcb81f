"""Addresses of the API, version 1."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from transparency.api import campaigns, funds, log, spending, verify, views

urlpatterns = [
    path("branches/", views.BranchListView.as_view(), name="api_branches"),
    path("donations/", views.GiftListView.as_view(), name="api_donations"),
    path("donations/<str:number>/", views.GiftView.as_view(), name="api_donation"),
    path("campaigns/", campaigns.CampaignListView.as_view(), name="api_campaigns"),
    path("campaigns/<slug:slug>/", campaigns.CampaignView.as_view(), name="api_campaign"),
    path("funds/", funds.FundListView.as_view(), name="api_funds"),
    path("funds/<str:code>/", funds.FundView.as_view(), name="api_fund"),
    path("funds/<str:code>/statement/", funds.FundStatementView.as_view(), name="api_fund_statement"),
    path("spending/", spending.SpendingListView.as_view(), name="api_spending"),
    path("spending/<str:number>/", spending.SpendingView.as_view(), name="api_payment"),
    path("reports/", views.ReportListView.as_view(), name="api_reports"),
    path("reports/<str:number>/", views.ReportView.as_view(), name="api_report"),
    path("log/", log.LogView.as_view(), name="api_log"),
    path("log/records/<int:index>/", log.LogRecordView.as_view(), name="api_log_record"),
    path("log/consistency/", log.LogConsistencyView.as_view(), name="api_log_consistency"),
    path("verify/<str:sha256>/", verify.VerifyView.as_view(), name="api_verify"),
    path("schema/", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs/", views.docs, name="api_docs"),
]
