"""Addresses of the desk for statements and reconciliation."""

from django.urls import path

from reconciliation.views import lines, sheets, statements, steps

_DESK = "desk/reconciliation/"
_STATEMENT = _DESK + "statements/<str:number>/"
_LINE = _STATEMENT + "lines/<int:seq>/"
_SHEET = _DESK + "sheets/<str:code>/<str:month>/"

urlpatterns = [
    path(_DESK, statements.statement_list, name="desk_statements"),
    path(_DESK + "accounts/new/", statements.account_new, name="desk_deposit_new"),
    path(_DESK + "statements/new/", statements.statement_new, name="desk_statement_new"),
    path(_STATEMENT, statements.statement_detail, name="desk_statement"),
    path(_STATEMENT + "progress/", statements.statement_progress, name="desk_statement_progress"),
    path(_STATEMENT + "columns/", statements.statement_columns, name="desk_statement_columns"),
    path(_STATEMENT + "balances/", statements.statement_balances, name="desk_statement_balances"),
    path(_STATEMENT + "file/", statements.statement_file, name="desk_statement_file"),
    path(_STATEMENT + "batch/", steps.statement_batch, name="desk_statement_batch"),
    path(_STATEMENT + "alike/", steps.statement_alike, name="desk_statement_alike"),
    path(_STATEMENT + "chosen/", steps.statement_chosen, name="desk_statement_chosen"),
    path(_STATEMENT + "match/", steps.statement_match, name="desk_statement_match"),
    path(_STATEMENT + "pool/", steps.statement_pool, name="desk_statement_pool"),
    path(_STATEMENT + "resume/", steps.statement_resume, name="desk_statement_resume"),
    path(_STATEMENT + "steps/<str:step>/", steps.statement_step, name="desk_statement_step"),
    path(_LINE, lines.line_detail, name="desk_statement_line"),
    path(_LINE + "read/", lines.line_read, name="desk_statement_line_read"),
    path(_LINE + "<str:act>/", lines.line_act, name="desk_statement_line_act"),
    path(_SHEET, sheets.sheet_detail, name="desk_month_sheet"),
    path(_SHEET + "print/", sheets.sheet_print, name="desk_month_sheet_print"),
    path(_SHEET + "file.<str:ending>", sheets.sheet_file, name="desk_month_sheet_file"),
    path(_SHEET + "<str:step>/", sheets.sheet_step, name="desk_month_sheet_step"),
]
