#!/usr/bin/env python3
"""核对救护证书的二维码，不需要连接网站：只用 Python 标准库，不用安装任何东西。

  python verify_certificate.py 内容 --keys keys.json [--name 姓名] [--number 编号] [--on 2026-11-27]

内容是二维码里的网址（# 后面的一段是签名内容），或那一段本身，或存有它的文件。keys.json 是以前从
/certificates/keys.json 存下的公钥。--name 和 --number 与纸上的姓名、编号对照；--on 问某一天是否在有效期内，不写就不问。
签名只说明证书是这把公钥的主人签发的、没有改过；是否已撤销或换发，要上网查验。
退出码：0 相符；1 不符，并说明哪里不符；2 没法核对。

Ed25519 by RFC 8032 section 5.1.7, written out here apart from the portal's own code and library, so that a fault of one
shows in the other. A check takes some hundredths of a second.
"""

from __future__ import annotations

import argparse
import base64
import datetime
import hashlib
import json
import sys
import unicodedata
from pathlib import Path
from urllib.parse import unquote

DOMAIN = b"redcross-certificate/1\n"
PARTS = 9
NAME_BYTES = 12
KINDS = {
    "cpr_aed": "心肺复苏（CPR+AED）证",
    "first_aider": "红十字救护员证",
    "instructor": "红十字救护师资证",
    "special": "专项培训证",
}


class Differs(Exception):
    """Something does not agree: the answer that the program is for."""


class Unreadable(Exception):
    """Something needed is not there, or not in its form."""


# Ed25519 --------------------------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT = pow(2, (P - 1) // 4, P)
# A point in extended coordinates: X, Y, Z, T with x = X/Z, y = Y/Z, x·y = T/Z.
Point = tuple[int, int, int, int]


def add(one: Point, other: Point) -> Point:
    """The sum of two points."""
    a = (one[1] - one[0]) * (other[1] - other[0]) % P
    b = (one[1] + one[0]) * (other[1] + other[0]) % P
    c, d = 2 * one[3] * other[3] * D % P, 2 * one[2] * other[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def times(count: int, point: Point) -> Point:
    """A point added to itself so many times."""
    found: Point = (0, 1, 1, 0)
    while count:
        if count & 1:
            found = add(found, point)
        point, count = add(point, point), count >> 1
    return found


def is_same(one: Point, other: Point) -> bool:
    """Whether two points are one."""
    return (one[0] * other[2] - other[0] * one[2]) % P == 0 and (one[1] * other[2] - other[1] * one[2]) % P == 0


def across(y: int, sign: int) -> int | None:
    """The x that goes with a y; None where there is none."""
    if y >= P:
        return None
    square = (y * y - 1) * pow(D * y * y + 1, P - 2, P)
    if square % P == 0:
        return None if sign else 0
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * ROOT % P
    if (x * x - square) % P:
        return None
    return P - x if x & 1 != sign else x


def point_of(raw: bytes) -> Point | None:
    """A point from its 32 bytes."""
    number = int.from_bytes(raw, "little")
    y = number & ((1 << 255) - 1)
    x = across(y, number >> 255)
    return None if x is None else (x, y, 1, x * y % P)


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE_X = across(BASE_Y, 0) or 0
BASE: Point = (BASE_X, BASE_Y, 1, BASE_X * BASE_Y % P)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a signature of 64 bytes over a message belongs to a public key of 32 bytes."""
    if len(key) != 32 or len(signature) != 64:
        return False
    public, first = point_of(key), point_of(signature[:32])
    second = int.from_bytes(signature[32:], "little")
    if public is None or first is None or second >= ORDER:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % ORDER
    return is_same(times(second, BASE), add(first, times(challenge, public)))


# What is asked --------------------------------------------------------------------------------------------------------


def decoded(text: str) -> bytes:
    """The bytes of base64url without padding."""
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4), validate=True)
    except ValueError:
        raise Differs("签名不是 base64url：内容被截断或改过") from None


def read_keys(path: Path) -> dict[str, bytes]:
    """Public keys by id."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        keys = {name: base64.b64decode(one["base64"], validate=True) for name, one in said["keys"].items()}
    except OSError:
        raise Unreadable(f"{path} 读不出来") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Unreadable(f"{path} 不是 /certificates/keys.json 的内容") from None
    if not keys or any(len(key) != 32 for key in keys.values()):
        raise Unreadable(f"{path} 里的公钥不完整：每把应有 32 字节")
    return keys


def read_payload(text: str) -> str:
    """What was signed and its signature, from an address, from itself, or from a file."""
    path = Path(text)
    if len(text) < 200 and path.is_file():
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise Unreadable(f"{path} 读不出来") from None
    payload = unquote(text.strip().rpartition("#")[2])
    if payload.count(".") != PARTS - 1:
        raise Unreadable("这不是证书二维码的内容：# 后面应是用点隔开的九段")
    return payload


def day_of(text: str) -> datetime.date:
    """A day as YYYYMMDD."""
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise Differs(f"日期“{text}”不对") from None


def name_digest(code: str, name: str) -> str:
    """What stands for a name in the signed text."""
    plain = "".join(one for one in unicodedata.normalize("NFKC", name).casefold() if one.isalnum())
    raw = hashlib.sha256(f"{code}|{plain}".encode()).digest()[:NAME_BYTES]
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def check(payload: str, keys: dict[str, bytes], *, name: str, number: str, on: str) -> str:
    """What a payload says, once its signature holds and it is what stands on the paper."""
    said, _dot, signature = payload.rpartition(".")
    form, code, its_number, kind, issued, expires, its_name, key_id = said.split(".")
    if form != "1":
        raise Unreadable(f"内容是第 {form} 版，这个程序只认第 1 版，请换用较新的程序")
    if key_id not in keys:
        raise Unreadable(f"保存的公钥里没有 {key_id}，请重新从 /certificates/keys.json 取一份（并核对来源）")
    if not is_signed(keys[key_id], DOMAIN + said.encode(), decoded(signature)):
        raise Differs("签名不对：内容被改过，或不是这把公钥签的")
    if number and number.strip() != its_number:
        raise Differs(f"纸上的编号 {number.strip()} 与签名的编号 {its_number} 不同：二维码不是这张证书的")
    if name and name_digest(code, name) != its_name:
        raise Differs("姓名与签名时的不同：二维码不是这个人的，或姓名写法不同")
    issued_on, expires_on = day_of(issued), day_of(expires) if expires else None
    if on:
        check_day(on, issued_on, expires_on)
    last = f"有效期至 {expires_on - datetime.timedelta(days=1)}" if expires_on else "长期有效"
    words = "，姓名相符" if name else ""
    title = f"{KINDS.get(kind, kind)} {its_number}"
    return f"相符：{title}，{issued_on} 发证，{last}{words}（公钥 {key_id}）\n是否已撤销或换发，请上网查验。"


def check_day(on: str, issued_on: datetime.date, expires_on: datetime.date | None) -> None:
    """That a day lies in the time for which it was issued."""
    try:
        day = datetime.date.fromisoformat(on)
    except ValueError:
        raise Unreadable(f"--on 的日期“{on}”不对，应为 2026-11-27 这样") from None
    if day < issued_on:
        raise Differs(f"{day} 还没有发证（{issued_on} 发证）")
    if expires_on is not None and day >= expires_on:
        raise Differs(f"{day} 已过期（{expires_on - datetime.timedelta(days=1)} 到期）")


def main(arguments: list[str]) -> int:
    """Do what is asked, say the result, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("payload", help="二维码的内容，或存有它的文件")
    parser.add_argument("--keys", required=True, type=Path, help="存下的 keys.json")
    parser.add_argument("--name", default="", help="纸上的姓名")
    parser.add_argument("--number", default="", help="纸上的编号")
    parser.add_argument("--on", default="", help="问这一天是否在有效期内")
    asked = parser.parse_args(arguments)
    try:
        keys = read_keys(asked.keys)
        found = check(read_payload(asked.payload), keys, name=asked.name, number=asked.number, on=asked.on)
    except Differs as difference:
        sys.stdout.write(f"不符：{difference}\n")
        return 1
    except (Unreadable, OSError) as problem:
        sys.stderr.write(f"没法核对：{problem}\n")
        return 2
    sys.stdout.write(f"{found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
