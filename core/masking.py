"""What may be shown of a person: the masked forms of names, phones, ID numbers and accounts.

Masking happens in selectors and serializers, before a value reaches a template. A natural person's name is shown
as surname and two stars whatever its length, so that the length tells nothing.
"""

import re
import unicodedata

STARS = "**"

# Kept whole. Only such as are hardly ever a one-character surname and a given name: to keep one character too few
# tells less, to keep one too many shows a part of the given name (so 贺兰, 纳兰, 谷梁, 段干 are not here).
_COMPOUND = (
    "欧阳 歐陽 司马 司馬 司徒 司空 司寇 上官 诸葛 諸葛 夏侯 皇甫 尉迟 尉遲 "  # smell-ok: 11 surnames
    "公孙 公孫 公冶 公羊 公输 公西 慕容 令狐 长孙 長孫 宇文 轩辕 軒轅 端木 "  # smell-ok: 11 surnames
    "独孤 獨孤 南宫 南宮 东方 東方 东郭 東郭 西门 西門 澹台 澹臺 濮阳 濮陽 "  # smell-ok: 11 surnames
    "淳于 申屠 呼延 赫连 赫連 拓跋 闻人 聞人 钟离 鍾離 鲜于 鮮于 闾丘 閭丘 "  # smell-ok: 11 surnames
    "亓官 万俟 仲孙 仲孫 颛孙 顓孫 宰父 穀梁 漆雕 乐正 樂正 壤驷 壤駟 巫马 "  # smell-ok: 11 surnames
    "巫馬 百里 第五 单于 單于 太叔 太史 完颜 完顏 耶律 羊舌 叱干 "  # smell-ok: 11 surnames
)
COMPOUND_SURNAMES = frozenset(_COMPOUND.split())

# Between the parts of a transliterated or ethnic name, in the forms that are found in lists.
_NAME_DOTS = frozenset("·•‧∙⋅・.●")

# Letters, and C: to Python's tables a character of a newer Unicode or of the private area is not a letter yet.
_LETTERS = frozenset("LC")
# Spaces, controls, zero-width and combining characters, opening brackets and quotation marks.
_PASSED_OVER = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Mn", "Me", "Ps", "Pi"})

_MOBILE = re.compile(r"1[0-9]{10}", re.ASCII)
_ID_NUMBER = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)


def mask_name(name: str) -> str:
    """Return the masked display of a natural person's name: 张**, 欧阳**, J**.

    A compound surname is kept whole where more follows it; of a foreign name, and of one with a dot between its
    parts, the first letter or character is kept. Where the name does not begin with a letter (a number, or a ? or □
    for a character that some program could not write) only the stars are shown: what follows is no surname.
    """
    visible = [each for each in unicodedata.normalize("NFKC", name) if unicodedata.category(each) not in _PASSED_OVER]
    if not visible or unicodedata.category(visible[0])[0] not in _LETTERS:
        return STARS
    surname = "".join(visible[:2])
    if len(visible) > 2 and surname in COMPOUND_SURNAMES and not _NAME_DOTS.intersection(visible):
        return surname + STARS
    upper = visible[0].upper()
    return (upper if len(upper) == 1 else visible[0]) + STARS


def mask_phone(phone: str) -> str:
    """Return the masked display of a phone number: 138****1234 for a mobile, else four stars and the last four.

    A country prefix, spaces and hyphens are left out; of fewer than eight digits nothing is shown.
    """
    digits = "".join(character for character in unicodedata.normalize("NFKC", phone) if character in "0123456789")
    mobile = re.sub(r"^(?:00)?86(?=1[0-9]{10}$)", "", digits)
    if _MOBILE.fullmatch(mobile):
        return f"{mobile[:3]}****{mobile[-4:]}"
    return _last_four(digits)


def mask_id(number: str) -> str:
    """Return the masked display of an identity document's number: 330***********123X (three and four).

    For the person concerned only, after a check; documents of another form show their last four characters.
    """
    written = unicodedata.normalize("NFKC", number).upper()
    plain = "".join(character for character in written if character.isascii() and character.isalnum())
    if _ID_NUMBER.fullmatch(plain):
        return f"{plain[:3]}{'*' * 11}{plain[-4:]}"
    return _last_four(plain)


def mask_account(account: str) -> str:
    """Return the masked display of a bank or payment account: four stars and the last four digits of a number.

    An account that is a word or an address (as with payment platforms) shows nothing.
    """
    plain = "".join(unicodedata.normalize("NFKC", account).split()).replace("-", "")
    return _last_four(plain) if plain.isascii() and plain.isdigit() else "****"


def _last_four(text: str) -> str:
    return "****" + (text[-4:] if len(text) >= 8 else "")
