"""What visitors and families write: made plain, and looked through by rule before a person reads it."""

from __future__ import annotations

import re
import unicodedata

from core.personal_numbers import find_personal_numbers
from registries.choices.memorial import Flag

# Kept of the invisible characters: joiners and selectors without which emoji fall apart.
_KEPT = frozenset("\u200d\ufe0e\ufe0f")
_DIGIT_WORDS = str.maketrans("零〇一二三四五六七八九幺壹贰叁肆伍陆柒捌玖", "001234567891123456789")
_SEPARATORS = re.compile(r"[\s\-_.,、，。·*/()（）]+")
# Seven digits in a row, however they are set apart: telephones, QQ, accounts. Days as 2024年4月4日 do not come to it.
_NUMBER = re.compile(r"[0-9]{7,}")
_DOCUMENT = re.compile(r"[1-9][0-9]{16}[0-9xX]")
_LINK = re.compile(
    r"https?:|www\.|[a-z0-9-]\.(?:com|cn|net|org|top|xyz|vip|cc|shop|site|info)(?![a-z])|@|微信|威信|薇信|加v|扣扣|qq"
    r"|二维码|公众号|扫码|链接|淘宝|抖音|私聊|加我",
    re.IGNORECASE,
)
_HOSPITAL = re.compile(r"医院|卫生院|诊所|浙[一二]|邵逸夫|移植中心|移植科|重症监护|icu", re.IGNORECASE)
# Whoever received, and where what was given went: neither side may learn of the other (人体器官捐献和移植条例 Art. 45).
_RECIPIENT = re.compile(
    r"受者|受体|受捐|受赠|接受者|受益人|受助者|患者|病人|被救"
    r"|移植(?:给|到|了|在)|接受(?:了)?[^。！？\n]{0,6}移植|换(?:了|上|的)?[^。！？\n]{0,3}(?:心|肝|肺|肾|角膜|眼角膜)"
    r"|捐(?:献)?给[^。！？\n]{0,8}(?:先生|女士|小朋友|孩子|男孩|女孩|姑娘|小伙|大叔|阿姨|老人)"
    r"|(?:活|跳动|延续)在[^。！？\n]{0,10}(?:身上|身体|体内|胸膛)"
    r"|(?:我|他|她|孩子)(?:的|用的)?(?:新)?(?:肝|肾|心脏|肺|角膜|眼角膜|眼睛)(?:是|来自|来源)"
    r"|(?:得到|收到|获得|用上)[^。！？\n]{0,8}(?:心脏|肝|肾|肺|角膜|器官)"
    r"|recipient|transplant",
    re.IGNORECASE,
)


def plain_text(written: str) -> str:
    """A text as it is kept: composed, without invisible and direction-turning characters, on lines without gaps."""
    composed = unicodedata.normalize("NFC", written.replace("\r\n", "\n").replace("\r", "\n"))
    visible = "".join(
        each
        for each in composed
        if each == "\n" or each in _KEPT or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
    )
    lines = [" ".join(line.split()) for line in visible.split("\n")]
    return "\n".join(line for line in lines if line)


def flags_of(text: str, *, hidden_name: str = "") -> list[str]:
    """What the rules find in a text that was made plain; `hidden_name` is a name that may not be written out."""
    wide = unicodedata.normalize("NFKC", text)
    # People set signs between what would be found.
    close = _SEPARATORS.sub("", wide)
    digits = close.translate(_DIGIT_WORDS)
    name = "".join(unicodedata.normalize("NFKC", hidden_name).split())
    kinds = {one.kind for one in find_personal_numbers(text)}
    found = {
        Flag.PHONE: "mobile" in kinds or bool(_NUMBER.search(digits)),
        Flag.DOCUMENT: "id" in kinds or bool(_DOCUMENT.search(digits)),
        Flag.LINK: bool(_LINK.search(wide) or _LINK.search("".join(wide.split()))),
        Flag.HOSPITAL: bool(_HOSPITAL.search(close)),
        Flag.RECIPIENT: bool(_RECIPIENT.search(close)),
        Flag.NAME: bool(name) and name in close,
    }
    return [str(flag) for flag in Flag if found[flag]]
