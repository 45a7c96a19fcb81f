"""A report's data package: the tables and what is needed to check them, in one ZIP (Frictionless Data Package 1).

The same files give the same bytes: order, dates and names come from the report alone. `sha256sum -c manifest.sha256`
checks all of it.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

MANIFEST, DESCRIPTOR, README = "manifest.sha256", "datapackage.json", "README.txt"
_CHUNK = 1 << 20
_TYPES = {".csv": ("csv", "text/csv"), ".json": ("json", "application/json"), ".txt": ("txt", "text/plain")}


@dataclass(frozen=True)
class PackageFile:
    """A file of the package: its name inside, what it is, and where its bytes lie."""

    name: str
    title: str
    path: Path


@dataclass(frozen=True)
class PackageHead:
    """What the package says of its report; `facts` are lines of name and value for people to read."""

    name: str
    title: str
    homepage: str
    as_of: datetime
    facts: Sequence[tuple[str, str]]


def field_meanings() -> dict[str, tuple[str, str]]:
    """The type (Table Schema) and the meaning of each column, by its heading; one heading means one thing."""
    return {
        _("序号"): ("integer", _("在本表中的次序，从 1 起")),
        _("分类"): ("string", _("本期、补报或更正；使用明细为支出、拨付、其他、补报、更正")),
        _("种类"): ("string", _("这一行是什么款项")),
        _("编号"): ("string", _("支出或拨付的编号，可在门户查询")),
        _("捐赠编号"): ("string", _("可在门户查询去向")),
        _("记账单号"): ("string", _("记入账册的单号")),
        _("收到日期"): ("date", _("款项到账的日期")),
        _("发生日期"): ("date", _("款项收付的日期")),
        _("入账日期"): ("date", _("审核入账的日期，北京时间")),
        _("捐赠人"): ("string", _("单位名称；自然人为“个人”或“爱心人士”，同意长期公开姓名的除外")),
        _("捐赠人类别"): ("string", _("单位、个人或匿名")),
        _("金额（元）"): ("number", _("人民币元，两位小数；更正为负数")),
        _("对结余的影响（元）"): ("number", _("人民币元，支出为负；系统内往来为 0")),
        _("用途"): ("string", _("捐赠意向或支出用途")),
        _("资金"): ("string", _("记入的资金池")),
        _("接受单位"): ("string", _("接受捐赠的红十字会")),
        _("单位"): ("string", _("记账的红十字会")),
        _("收款方或对方"): ("string", _("单位名称；受助人不写姓名")),
        _("使用地区"): ("string", _("到县一级")),
        _("受助人数"): ("string", _("人次；少于 5 人的不写人数")),
        _("状态"): ("string", _("报告截止时的状态")),
        _("更正说明"): ("string", _("为什么更正")),
        _("备注"): ("string", _("更正说明等")),
        _("表"): ("string", _("合计、抵销、资金或机构")),
        _("编码"): ("string", _("资金或机构的编码")),
        _("名称"): ("string", _("资金或机构的名称")),
        _("项目代码"): ("string", _("项目的英文代码")),
        _("项目"): ("string", _("收支项目")),
        _("笔数或个数"): ("integer", _("捐赠或支出的笔数，组织的个数；没有则为空")),
        _("数量"): ("number", _("物资的数量，单位见“计量单位”")),
        _("计量单位"): ("string", _("物资的计量单位")),
        **_training_meanings(),
        **_registries_meanings(),
    }


def _registries_meanings() -> dict[str, tuple[str, str]]:
    """The columns of a registries yearbook that no other has."""
    return {
        _("年度"): ("integer", _("按在本会办理登记的日期")),
        _("红十字会编码"): ("string", _("红十字会的编码")),
        _("红十字会"): ("string", _("红十字会的名称")),
        _("层级"): ("string", _("省、市或县")),
        _("指标代码"): ("string", _("指标的英文代码")),
        _("数（含所属各级）"): (
            "integer",
            _("登记按份、志愿者按人、采集按例；空着的不公开（不足 5，或为避免推算而不列）"),
        ),
        _("数（本级）"): ("integer", _("其中本级的；下面没有别的红十字会的为空，其他空着的不公开")),
        _("合计起始年度"): ("integer", _("几年合计时从哪一年起；只是一年的为空")),
    }


def _training_meanings() -> dict[str, tuple[str, str]]:
    """The columns of a training yearbook."""
    return {
        _("日志序号"): ("integer", _("记录在公开日志里的位置，可据此查证")),
        _("期别"): ("string", _("本期、补报（发生在以前年度）或更正")),
        _("证书编号"): ("string", _("发证单位、年份和顺序号")),
        _("证书种类"): ("string", _("证书证明的内容")),
        _("证书来源"): ("string", _("结业发证、历史导入或换发；换发不增加持证人")),
        _("发证单位编码"): ("string", _("红十字会的编码")),
        _("发证单位"): ("string", _("发证的红十字会")),
        _("发证日期"): ("date", _("证书上的发证日期")),
        _("有效期止（不含）"): ("date", _("从这一天起不再有效；长期有效的为空")),
        _("换发自"): ("string", _("被它换下的证书编号")),
        _("失效方式"): ("string", _("撤销或被换发")),
        _("失效原因"): ("string", _("撤销的原因")),
        _("失效日期"): ("date", _("从这一天起失效")),
        _("新证书编号"): ("string", _("换发的新证书")),
        _("普及培训编号"): ("string", _("可在门户的普及培训列表里查到")),
        _("举办日期"): ("date", _("普及培训举办的日期")),
        _("举办单位编码"): ("string", _("红十字会的编码")),
        _("举办单位"): ("string", _("举办的红十字会")),
        _("所在区划"): ("string", _("所在县（市、区）的区划代码")),
        _("培训内容"): ("string", _("普及培训讲什么")),
        _("场所"): ("string", _("在哪一类场所")),
        _("重点人群"): ("string", _("听课的人群")),
        _("时长（分钟）"): ("integer", _("一场的时长")),
        _("场次"): ("integer", _("1；因更正退回的为 -1")),
        _("人次"): ("integer", _("听课人次；因更正退回的为负数")),
        _("更正自"): ("string", _("被它更正的记录")),
        _("更正为"): ("string", _("更正它的记录")),
        _("统计表"): ("string", _("这个数字所在的表")),
        _("分组代码"): ("string", _("种类、月份、人群或机构的代码")),
        _("分组"): ("string", _("种类、月份、人群或机构的名称")),
        _("指标"): ("string", _("数的是什么")),
        _("数值"): ("number", _("空着的是 1 至 4 人，或为避免推算而不列")),
        _("统计口径"): ("string", _("公开日志：可由明细加出；某日统计：按那一天的登记")),
    }


def write_package(target: BinaryIO, head: PackageHead, files: Sequence[PackageFile]) -> None:
    """Write the ZIP; memory stays flat however long the tables are."""
    digests = {file.name: _digest(file.path) for file in files}
    texts = {
        DESCRIPTOR: json.dumps(_descriptor(head, files, digests), ensure_ascii=False, indent=1) + "\n",
        README: _readme(head, files),
    }
    lines = [*digests.items(), *((name, hashlib.sha256(text.encode()).hexdigest()) for name, text in texts.items())]
    texts[MANIFEST] = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(lines))
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name, text in sorted(texts.items()):
            archive.writestr(_entry(head, name), text)
        for file in sorted(files, key=lambda one: one.name):
            with file.path.open("rb") as source, archive.open(_entry(head, file.name), "w") as inside:
                while chunk := source.read(_CHUNK):
                    inside.write(chunk)


def _entry(head: PackageHead, name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, head.as_of.timetuple()[:6])
    info.compress_type, info.create_system, info.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
    return info


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _descriptor(head: PackageHead, files: Sequence[PackageFile], digests: dict[str, str]) -> dict[str, Any]:
    return {
        "profile": "data-package",
        "name": head.name.lower(),
        "title": head.title,
        "homepage": head.homepage,
        "created": head.as_of.isoformat(),
        "resources": [_resource(file, digests[file.name]) for file in sorted(files, key=lambda one: one.name)],
    }


def _resource(file: PackageFile, sha256: str) -> dict[str, Any]:
    form, media = _TYPES[Path(file.name).suffix]
    made: dict[str, Any] = {
        "name": Path(file.name).stem.lower(),
        "title": file.title,
        "path": file.name,
        "format": form,
        "mediatype": media,
        "encoding": "utf-8",
        "bytes": file.path.stat().st_size,
        "hash": f"sha256:{sha256}",
    }
    if form == "csv":
        made["profile"] = "tabular-data-resource"
        made["schema"] = {"fields": [_field(title) for title in _headings(file.path)]}
    return made


def _field(title: str) -> dict[str, str]:
    kind, meaning = field_meanings().get(title, ("string", ""))
    return {"name": title, "type": kind, **({"description": meaning} if meaning else {})}


def _headings(path: Path) -> list[str]:
    with path.open("rb") as file:
        return next(csv.reader(io.StringIO(file.readline().decode("utf-8-sig"))), [])


def _readme(head: PackageHead, files: Sequence[PackageFile]) -> str:
    return "\n".join([*_readme_lines(head, files), ""])


def _readme_lines(head: PackageHead, files: Sequence[PackageFile]) -> Iterator[str]:
    yield head.title
    yield ""
    yield from (_("%(name)s：%(value)s") % {"name": name, "value": value} for name, value in head.facts)
    yield ""
    yield _("文件")
    yield from (f"  {file.name}　{file.title}" for file in sorted(files, key=lambda one: one.name))
    yield f"  {DESCRIPTOR}　{_('数据包说明（Frictionless Data Package）')}"
    yield f"  {MANIFEST}　{_('各文件的 SHA-256，用 sha256sum -c 核对')}"
    yield ""
    yield _("字段")
    known = field_meanings()
    seen: set[str] = set()
    for file in files:
        for title in _headings(file.path) if file.name.endswith(".csv") else ():
            if title in known and title not in seen:
                seen.add(title)
                yield f"  {title}　{known[title][1]}"
