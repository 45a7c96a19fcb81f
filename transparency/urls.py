"""Public addresses of disclosure."""

from django.urls import include, path
from django.views.decorators.http import require_safe

from transparency.views.public import (
    branches,
    disclosure,
    donations,
    funds,
    home,
    my,
    receipts,
    reports,
    search,
    spending,
    texts,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("search/", search.search, name="search"),
    path("search/receipt/", receipts.receipt_search, name="receipt_search"),
    path("donations/", donations.donation_list, name="donations"),
    path("donations.csv", donations.donations_csv, name="donations_csv"),
    path("donations.json", donations.donations_json, name="donations_json"),
    path("donations/<str:number>/", donations.donation_detail, name="donation"),
    path("my/", my.my, name="my"),
    path("my/code/", my.my_code, name="my_code"),
    path("my/leave/", my.my_leave, name="my_leave"),
    path("my/<str:number>/", my.my_gift, name="my_gift"),
    path("my/<str:number>/name/", my.my_name, name="my_name"),
    path("my/<str:number>/ask/", my.my_ask, name="my_ask"),
    path("my/<str:number>/requests/<int:request_id>/withdraw/", my.my_withdraw, name="my_withdraw"),
    path("funds/", funds.fund_list, name="funds"),
    path("funds/<str:code>/", funds.fund_detail, name="fund"),
    path("funds/<str:code>.csv", funds.fund_csv, name="fund_csv"),
    path("funds/<str:code>.json", funds.fund_json, name="fund_json"),
    path("spending/", spending.spending_list, name="spending"),
    path("spending.csv", spending.spending_csv, name="spending_csv"),
    path("spending.json", spending.spending_json, name="spending_json"),
    path("spending/<str:number>/", spending.spending_detail, name="spending_detail"),
    path("spending/<str:number>/documents/<int:document_id>/", spending.spending_document, name="spending_document"),
    path("branches/", branches.branch_list, name="branches"),
    path("branches/<str:code>/", branches.branch_detail, name="branch"),
    path("disclosure/", disclosure.disclosure_list, name="disclosure"),
    path("feed/disclosure.xml", require_safe(disclosure.DisclosureFeed()), name="disclosure_feed"),
    path("reports/", reports.report_list, name="reports"),
    path("reports/<str:number>/", reports.report_detail, name="report"),
    path("reports/<str:number>.pdf", reports.report_download, {"role": "pdf"}, name="report_pdf"),
    path("reports/<str:number>.html", reports.report_download, {"role": "html"}, name="report_html"),
    path("reports/<str:number>.csv", reports.report_download, {"role": "csv"}, name="report_csv"),
    path("reports/<str:number>.json", reports.report_download, {"role": "json"}, name="report_json"),
    path(
        "reports/<str:number>/volumes/<int:part>.pdf", reports.report_download, {"role": "volume"}, name="report_volume"
    ),
    path("about/", texts.about, name="about"),
    path("privacy/", texts.privacy, name="privacy"),
    path("accessibility/", texts.accessibility, name="accessibility"),
    path("report-error/", texts.report_error, name="report_error"),
    path("robots.txt", texts.robots, name="robots"),
    path("sitemap.xml", texts.sitemap, name="sitemap"),
    path("api/v1/", include("transparency.api.urls")),
]
