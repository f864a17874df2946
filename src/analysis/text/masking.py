"""Taking out of a text whatever could identify somebody, with a mark where it stood.

What remains is verbatim. Rules err on the side of hiding: a word too many under a mark costs a reader little, a name
too few costs a person much. Known names come from the client's data; unknown ones are found by the words around them
(honorifics, introductions, greetings) and by jieba's tag for names of persons.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from analysis.text.names import mask_names
from analysis.text.segmentation import HAN

MARKS: dict[str, dict[str, str]] = {
    "zh": {
        "name": "【姓名】",
        "phone": "【电话】",
        "mail": "【邮箱】",
        "link": "【网址】",
        "id": "【编号】",
        "address": "【地址】",
    },
    "en": {
        "name": "[name]",
        "phone": "[phone]",
        "mail": "[mail]",
        "link": "[link]",
        "id": "[number]",
        "address": "[address]",
    },
}
"""Language of the text -> kind of what is hidden -> the mark in its place."""
HIDDEN_SHARE = 0.3
"""A text of which marks make up more than this share is not worth quoting."""

_DIGIT = r"[0-9\uff10-\uff19]"
_GAP = r"[\s\-\u2010-\u2015.·,、/()（）_*+]{0,3}"
_NUMERAL = "[零〇一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖]"
_MAIL = re.compile(
    r"[\w.+\-\uff0e]{1,64}\s?(?:@|＠|\[at\]|\(at\)|（at）|#at#|\s+at\s+(?=[\w\-]+\s?(?:\.|\[dot\]|\(dot\)|\s+dot\s+)\s?[a-z]{2,}))"
    r"\s?[\w\-]+(?:\s?(?:[.．。]|\[dot\]|\(dot\)|\s+dot\s+)\s?[a-z]{2,}){0,3}",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:[a-z]{2,8}://|www[.．])[^\s，。；！？、）)】\]]+"
    r"|\b[a-z0-9][a-z0-9\-]{0,62}(?:\.[a-z0-9\-]{1,62})*\.(?:com|cn|net|org|io|de|eu|uk|fr|info|biz|top|shop|me|co)"
    r"(?:\.[a-z]{2})?\b(?:/[^\s，。；！？、）)】\]]*)?",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    rf"(?P<keep>(?<![a-z])(?:(?:微信|威信|薇信|扣扣|抖音|微博)(?:号|群|id)?|(?:vx|wx|qq|wechat|whatsapp|telegram|skype)(?:号|群|id)?(?![a-z]))"
    rf"\s?(?:是|为|is|[:：=])?\s?)(?P<hide>[a-z0-9_\-]{{4,}}|(?:{_DIGIT}{_GAP}){{5,}})",
    re.IGNORECASE,
)
_PHONE = re.compile(
    rf"(?<![A-Za-z0-9])(?:[+＋]|00)?(?:{_DIGIT}{_GAP}){{6,}}{_DIGIT}|{_NUMERAL}(?:{_GAP}{_NUMERAL}){{6,}}"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][·\s]?[A-Za-z0-9]{5,6}(?![A-Za-z0-9])"
)
_CODE = re.compile(
    r"(?<![A-Za-z0-9])(?=[A-Za-z0-9\-_/#]*[0-9])(?:[A-Za-z]{1,6}[\-_/#]?[0-9]{4,}[A-Za-z0-9\-_/]*|[0-9]{3,}[\-_/][A-Za-z0-9\-_/]+|[0-9]{3,}[A-Za-z]{2,}[0-9][A-Za-z0-9]*)"
)
_MIXED = re.compile(r"(?<![A-Za-z0-9])(?=[A-Z0-9]*[A-Z])(?=(?:[A-Z]*[0-9]){3})[A-Z0-9]{6,}(?![A-Za-z0-9])")
"""Capitals and digits in one word, as in a passport's number."""
_IBAN = re.compile(
    r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?:[ \-]?[A-Za-z0-9]{4}){2,7}(?:[ \-]?[A-Za-z0-9]{1,3})?(?![A-Za-z0-9])"
)
_PLATE_EU = re.compile(r"(?<![A-Za-z0-9])[A-ZÄÖÜ]{1,3}[\- ·][A-ZÄÖÜ]{1,2}[\- ]?[0-9]{1,4}[EH]?(?![A-Za-z0-9])")
_STAFF = re.compile(
    rf"(?P<keep>(?:工号|员工号|职工号|胸牌号?|编号|单号|卡号|会员号|客户号|房号)\s?(?:是|为|[:：])?\s?)[A-Za-z]{{0,4}}[\-]?{_DIGIT}{{2,}}"
    r"|(?P<keep_en>\b(?i:badge|employee|staff|id|account|customer|order|invoice|ticket|case)\s(?i:no\.?|number|nr\.?|id|#)\s?[:#]?\s?)[A-Za-z0-9][A-Za-z0-9\-]*[0-9][A-Za-z0-9\-]*"
)
_IDENTITY = re.compile(rf"(?<!{_DIGIT}){_DIGIT}{{17}}[0-9\uff10-\uff19Xx]")
_DIGITS = re.compile(rf"{_DIGIT}{{5,}}")
_HOUSE = r"(?:[0-9\uff10-\uff19一二三四五六七八九十百]+\s?(?:号楼|号院|号|弄|栋|幢|座|单元|层|楼|室|房))"
_ADDRESS_ZH = re.compile(
    rf"(?:[{HAN}]{{2,8}}?(?:省|自治区|市|区|县|镇|乡|街道))*[{HAN}0-9]{{1,10}}?(?:路|街|大道|巷|胡同|村|小区|花园|公寓|大厦|苑|里)"
    rf"[{HAN}]{{0,4}}?{_HOUSE}+(?:[{HAN}A-Za-z0-9]{{0,3}}{_HOUSE})*"
)
_STREET = "(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|square|sq|court|ct|way|place|pl|terrace)"
_ADDRESS_EN = re.compile(
    rf"\b\d{{1,5}}[a-z]?,?\s+(?:[A-Z][\w'.-]*\s+){{1,4}}(?:{_STREET})\b\.?(?:,?\s+(?:apt|apartment|flat|unit|suite|room)\.?\s*#?\w+)?"
    r"|\b(?:apt|apartment|flat|suite)\.?\s*#?\d+\w*|\b[A-Z][\w-]*(?:stra(?:ss|ß)e|str\.|weg|gasse|platz|allee)\s+\d+\w?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Masked:
    """A text with marks: the text, and how many things are hidden."""

    text: str
    hidden: int


class Masker:
    """Hides what identifies somebody.

    Parameters
    ----------
    names
        Names known from the client's data (contacts, account managers, customers) that are hidden wherever they stand.
    ids
        Ids known from the client's data.
    """

    def __init__(self, names: Iterable[str] = (), ids: Iterable[str] = ()) -> None:
        self._known = _known_pattern(names, shortest=2)
        self._ids = _known_pattern(ids, shortest=3)

    def mask(self, text: str, language: str) -> Masked:
        """Return `text` with a mark for whatever identifies somebody; `language` is ``zh`` or ``en``.

        Examples
        --------
        >>> Masker().mask("请联系王经理13812345678，送餐慢", "zh").text
        '请联系【姓名】【电话】，送餐慢'
        """
        marks = MARKS["zh" if language == "zh" else "en"]
        shown, hidden = plain_characters(text), 0

        def hide(kind: str) -> Callable[[re.Match[str]], str]:
            def replaced(found: re.Match[str]) -> str:
                nonlocal hidden
                hidden += 1
                kept = [found.group(group) or "" for group in found.re.groupindex if group.startswith("keep")]
                return "".join(kept) + marks[kind]

            return replaced

        if self._known is not None:
            shown = self._known.sub(hide("name"), shown)
        for pattern, kind in (
            (_MAIL, "mail"), (_LINK, "link"), (_ACCOUNT, "id"), (_STAFF, "id"), (_IBAN, "id"), (_PLATE, "id"),
            (_PLATE_EU, "id"), (_MIXED, "id"), (_ADDRESS_ZH, "address"),
            (_ADDRESS_EN, "address"), (_IDENTITY, "id"), (_PHONE, "phone"), (_CODE, "id"), (_DIGITS, "id"),
        ):  # fmt: skip
            shown = pattern.sub(hide(kind), shown)
        if self._ids is not None:
            shown = self._ids.sub(hide("id"), shown)
        shown, found = mask_names(shown, language, marks["name"], tuple(marks.values()))
        return Masked(text=shown, hidden=hidden + found)


def plain_characters(text: str) -> str:
    """Return `text` on one line without characters that nobody sees, behind which a number could be hidden."""
    seen = "".join(character for character in text if unicodedata.category(character) not in ("Cf", "Cc", "Cs", "Co")
                   or character in "\n\t\r")  # fmt: skip
    return " ".join(seen.split())


def is_mostly_marks(masked: Masked, language: str) -> bool:
    """Return whether so much of a text is hidden that the rest says little."""
    marks = MARKS["zh" if language == "zh" else "en"]
    length = sum(masked.text.count(mark) * len(mark) for mark in set(marks.values()))
    return length > HIDDEN_SHARE * max(len(masked.text), 1)


def _known_pattern(words: Iterable[str], *, shortest: int) -> re.Pattern[str] | None:
    """Return a pattern of known words, longest first; Latin ones only as whole words, in any case."""
    kept = sorted({word.strip() for word in words if len(word.strip()) >= shortest}, key=lambda w: (-len(w), w))
    latin = "|".join(re.escape(word) for word in kept if word[0].isascii())
    others = "|".join(re.escape(word) for word in kept if not word[0].isascii())
    # The boundaries stand once around all Latin words: around each of thousands they would take seconds to compile.
    parts = [rf"(?<![A-Za-z0-9])(?:{latin})(?![A-Za-z0-9])"] * bool(latin) + [others] * bool(others)
    if not parts:
        return None
    return re.compile("|".join(parts), re.IGNORECASE)
