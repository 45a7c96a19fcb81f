"""Literal tables of the exchange of files with the national library: columns, results, states, what can be wrong."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registries.choices.donors import DonorStatus

# The columns of a file that goes out, in their order.
OUT_COLUMNS: tuple[str, ...] = (
    "志愿者编号",
    "血袋号",
    "姓名",
    "证件类型",
    "证件号码",
    "性别",
    "出生日期",
    "手机号",
    "住址",
    "报名日期",
    "采样日期",
)
# The columns of a file that comes in, in any order; the last may be missing.
NUMBER_COLUMN, RESULT_COLUMN, DAY_COLUMN, REFERENCE_COLUMN = "志愿者编号", "结果", "日期", "查询编号"
IN_COLUMNS: tuple[str, ...] = (NUMBER_COLUMN, RESULT_COLUMN, DAY_COLUMN, REFERENCE_COLUMN)
NEEDED_COLUMNS: tuple[str, ...] = (NUMBER_COLUMN, RESULT_COLUMN, DAY_COLUMN)
# A column or a cell like this means typing values or somebody who receives: the whole file is refused.
TYPING = re.compile(
    r"HLA|分型|等位基因|高分辨结果|位点|DRB|DQ[AB]|DP[AB]|(?<![A-Z0-9])[ABC]\s*\*\s*[0-9]{2}", re.IGNORECASE
)
PATIENT = re.compile(r"患者|病人|受者|受体|接受人|移植|诊断|病种|patient|recipient", re.IGNORECASE)
MOST_ROWS = 200_000
MOST_BYTES = 64 * 1024 * 1024
LONGEST_CELL, LONGEST_REFERENCE = 200, 40
# The raw file is kept for questions; afterwards the log of what it changed speaks for itself.
RAW_FILE_DAYS = 180
# How long a file may be downloaded; afterwards it is destroyed and a new one is made.
OUT_FILE_DAYS = 7
# How often; as exports (choices/papers.py).
MOST_FILE_DOWNLOADS = 3


class Direction(models.TextChoices):
    """Which way a file goes."""

    OUT = "out", _("报送")
    IN = "in", _("接收")


class FileStatus(models.TextChoices):
    """States of a file."""

    ASKED = "asked", _("待批准")
    MAKING = "making", _("正在生成")
    READY = "ready", _("可下载")
    EMPTY = "empty", _("没有可报送的人")
    CHECKING = "checking", _("正在核对")
    REFUSED = "refused", _("整份不收")
    CHECKED = "checked", _("待确认")
    APPLYING = "applying", _("正在办理")
    APPLIED = "applied", _("已办理")
    DROPPED = "dropped", _("已作废")
    EXPIRED = "expired", _("已过期销毁")


FILE_TRANSITIONS: dict[str, frozenset[str]] = {
    FileStatus.ASKED: frozenset({FileStatus.MAKING, FileStatus.DROPPED}),
    FileStatus.MAKING: frozenset({FileStatus.READY, FileStatus.EMPTY}),
    # Given up while nobody has fetched it (services/exchange/files.py).
    FileStatus.READY: frozenset({FileStatus.EXPIRED, FileStatus.DROPPED}),
    FileStatus.EMPTY: frozenset(),
    FileStatus.CHECKING: frozenset({FileStatus.CHECKED, FileStatus.REFUSED, FileStatus.DROPPED}),
    FileStatus.REFUSED: frozenset(),
    FileStatus.CHECKED: frozenset({FileStatus.APPLYING, FileStatus.DROPPED}),
    FileStatus.APPLYING: frozenset({FileStatus.APPLIED}),
    FileStatus.APPLIED: frozenset(),
    FileStatus.DROPPED: frozenset(),
    FileStatus.EXPIRED: frozenset(),
}
# A file that somebody or a job still has to do something with, but for what is being made.
UNFINISHED: frozenset[str] = frozenset({FileStatus.ASKED, FileStatus.CHECKING, FileStatus.CHECKED, FileStatus.APPLYING})
# The same bytes count once while one of these is their state.
COUNTS_ONCE: tuple[str, ...] = (FileStatus.CHECKING, FileStatus.CHECKED, FileStatus.APPLYING, FileStatus.APPLIED)


class Result(models.TextChoices):
    """What the library says of a donor; never a value, never for whom."""

    TYPED = "typed", _("入库")
    INSUFFICIENT = "insufficient", _("样本不足")
    MATCHED = "matched", _("初配相合")
    HIGH_RES_YES = "high_res_yes", _("高分辨相合")
    HIGH_RES_NO = "high_res_no", _("高分辨不相合")
    AGED = "aged", _("年龄退库")
    HEALTH = "health", _("健康退库")
    WISH = "wish", _("自愿退库")


# Where each leads, and from where it is taken; the exits from wherever the table of steps has them.
LEADS_TO: dict[str, str] = {
    Result.TYPED: DonorStatus.TYPED,
    Result.INSUFFICIENT: DonorStatus.ENROLLED,
    Result.MATCHED: DonorStatus.MATCHED,
    Result.HIGH_RES_YES: DonorStatus.MEDICAL,
    Result.HIGH_RES_NO: DonorStatus.TYPED,
    Result.AGED: DonorStatus.AGED,
    Result.HEALTH: DonorStatus.HEALTH,
    Result.WISH: DonorStatus.WISH,
}
TAKEN_FROM: dict[str, frozenset[str]] = {
    Result.TYPED: frozenset({DonorStatus.SENT}),
    Result.INSUFFICIENT: frozenset({DonorStatus.SENT}),
    # Also of who is lost, who is looked for first then, and of who has given before.
    Result.MATCHED: frozenset({DonorStatus.TYPED, DonorStatus.LOST, DonorStatus.FOLLOW_UP}),
    Result.HIGH_RES_YES: frozenset({DonorStatus.HIGH_RES}),
    Result.HIGH_RES_NO: frozenset({DonorStatus.HIGH_RES}),
}
# Of these a file holds thousands: they are moved together. The rest goes through its own service, one by one.
TOGETHER: frozenset[str] = frozenset({Result.TYPED, Result.INSUFFICIENT})


class Outcome(models.TextChoices):
    """What became of a row of a file that came in."""

    GOOD = "good", _("可以办理")
    BAD = "bad", _("有问题，不办")
    DONE = "done", _("已办理")
    LATE = "late", _("核对以后情况变了，没有办")
    DROPPED = "dropped", _("文件作废，没有办")


@dataclass(frozen=True)
class Fault:
    """What is wrong with a row: in which field, what, and what to do."""

    field: str
    wrong: str | Promise
    do: str | Promise


FAULTS: dict[str, Fault] = {
    "number_missing": Fault(NUMBER_COLUMN, _("没有编号"), _("请补上志愿者编号后重新上传。")),
    "number_unknown": Fault(NUMBER_COLUMN, _("本会没有这个编号"), _("请核对编号；别的红十字会的人请交给那里办理。")),
    "result_unknown": Fault(RESULT_COLUMN, _("不认识的结果"), _("请改为页面上列出的写法。")),
    "day_wrong": Fault(DAY_COLUMN, _("不是日期"), _("请写成 2026-01-31 的样子。")),
    "day_ahead": Fault(DAY_COLUMN, _("日期晚于今天"), _("请核对日期。")),
    "day_early": Fault(DAY_COLUMN, _("日期早于此人上一步办理的日期，或早于一年前"), _("请核对日期和此人的办理经过。")),
    "reference_missing": Fault(REFERENCE_COLUMN, _("初配相合没有查询编号"), _("请补上全国资料库的查询编号。")),
    "reference_wrong": Fault(REFERENCE_COLUMN, _("查询编号太长"), _("请只写编号，40 字以内，不要写别的内容。")),
    "state_wrong": Fault(RESULT_COLUMN, _("此人现在的状态办不了这一步"), _("请打开此人的页面核对，先补办前一步。")),
    "left": Fault(
        RESULT_COLUMN,
        _("此人已退库"),
        _("不再办理；请告知全国资料库删除。对方说的就是退库的，打开此人的页面记“已删除”。"),
    ),
    "no_more": Fault(RESULT_COLUMN, _("此人不再捐献，只做随访"), _("请告知全国资料库此人不再捐献。")),
    "deferred": Fault(RESULT_COLUMN, _("此人在暂缓期内"), _("到期以后再办，或先核对暂缓日期。")),
    "aged": Fault(RESULT_COLUMN, _("此人已超过可捐献的年龄"), _("请办理“年龄退库”。")),
    "not_aged": Fault(RESULT_COLUMN, _("这一天此人还没有到退库的年龄"), _("请与全国资料库核对。")),
    "twice": Fault(NUMBER_COLUMN, _("同一个人在这份文件里出现不止一次"), _("请只留一行，其余的下次再办。")),
    "formula": Fault("", _("格子里是公式"), _("请改为文字后重新上传。")),
    "cells": Fault("", _("这一行的格数和表头不一样"), _("请检查有没有多出或缺少的逗号。")),
    "too_long": Fault("", _("格子里的内容太长"), _("请只写这一列要的内容。")),
}
