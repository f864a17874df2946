"""Names of persons in texts, found by what stands around them and by jieba's tag for names."""

import re
from collections.abc import Callable
from functools import lru_cache

from analysis.text.resources import load_yaml
from analysis.text.segmentation import HAN

# of persons; surnames that are everyday words (和, 都, 能 ...) are left aside: an honorific finds them hardly ever
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方俞任袁柳"
    "酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于傅皮卞齐康伍余卜顾孟黄穆萧尹姚邵湛汪祁毛禹狄米贝臧计伏戴谈宋茅庞熊纪舒屈项祝"
    "董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万柯昝卢莫裘缪干应宗丁宣邓郁杭洪包诸左石崔吉钮龚程"
    "嵇邢裴陆荣翁荀羊惠甄曲封芮储靳汲邴糜松井段富巫乌焦巴弓牧隗山谷车侯宓蓬郗仰秋仲伊宫宁仇栾甘厉戎祖武符刘景詹束龙叶幸韶郜黎"
    "蓟薄印白怀蒲邰鄂索咸籍赖卓蔺屠蒙池乔阴胥苍闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍却璩桑桂濮牛寿边扈燕冀浦尚农温庄晏柴瞿阎慕茹宦"
    "艾鱼古易戈廖庾终暨居衡耿弘匡国文寇禄阙欧殳沃蔚夔隆师巩厍聂晁勾敖融訾阚简饶曾毋沙乜鞠须丰关蒯荆游竺权逯益桓肖闫覃佟"
)
_DOUBLE = "欧阳|上官|司马|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|夏侯|长孙|宇文"
_TITLES = (
    "先生|女士|小姐|太太|夫人|师傅|经理|总监|主任|主管|老师|老板|店长|医生|律师|博士|教授|书记|处长|局长|科长|部长|厂长|所长|院长"
    "|董事长|董事|总工|工程师|会计|秘书|助理|专员|顾问|同学|阿姨|叔叔|大哥|大姐|哥|姐|帅哥|美女"
)
_HAN_NAME = rf"(?:(?:{_DOUBLE})[{HAN}]{{1,2}}|[{SURNAMES}][{HAN}]{{1,2}})"
_ZH_TITLED = re.compile(
    rf"(?:{_DOUBLE}|(?!安装|谢谢|康师傅)[{SURNAMES}])[{HAN}]{{0,2}}?(?:{_TITLES})"
    # 总 and 工 are titles after a bare surname only, where no word goes on from them
    rf"|(?<![{HAN}])(?!施工|车工)[{SURNAMES}](?:总|工|董)(?![作程厂业具资体是共之结计价量部监务人])"
    rf"|(?<=[和与跟向找请给叫问])(?!施工|车工)[{SURNAMES}](?:总|工|董)(?![作程厂业具资体是共之结计价量部监务人])"
)
_ZH_DOUBLE = re.compile(
    rf"(?<![{HAN}])(?:欧阳|司马|诸葛|皇甫|尉迟|公孙|慕容|令狐|司徒|端木|夏侯|长孙)(?!(?:的|很|太|真|来|服务|态度))[{HAN}]{{1,2}}?"
    rf"(?=$|[^{HAN}]|服务|态度|处理|接|帮|给|说|来|的|很|太|非常|真|是|也|在|都|把|对|就|热情|耐心|送|打|答应|迟到)"
)
_ZH_CALLED = re.compile(
    rf"(?:小(?![时费米车包花山白段鱼巴])|老(?![路])|阿)[{SURNAMES}](?=[，。！!、,：:的说来也]|\s|$|帮|给|态度|服务|处理|接|很|非常)"
)
_ZH_INTRODUCED = re.compile(
    rf"(?P<keep>(?:我叫|我是|本人叫|本人姓名|名叫|叫做|姓名|联系人|收货人|收件人|业务员|客服|销售|快递员|骑手|对接人|负责人"
    rf"|签收人|经办人|工号|署名|落款|此致)(?:是|为|叫|名叫|[:：])?\s?)(?P<name>{_HAN_NAME})(?![{HAN}]{{0,1}}(?:公司|集团|厂|店|部|们))"
)
_ZH_STATED = re.compile(
    rf"(?P<keep>(?:我叫|本人叫|名叫|姓名|联系人|收货人|收件人|经办人|签收人|署名|落款)(?:是|为|叫|[:：])?\s?)(?![了你他她的也过在有没不外])"
    rf"(?P<name>[{HAN}]{{2,4}}?)(?=[，。,.;；！!、\s（(]|$|电话|手机|住|的|是|在)"
)
_ZH_SURNAMED = re.compile(rf"(?P<keep>(?:我|免贵|本人|他|她)姓)(?P<name>[{SURNAMES}])")
_EN_NAME = r"[A-Z][\w'’\-]+(?:\s+(?:van|von|de|der|den|la|le|bin|al|[A-Z]\.|[A-Z][\w'’\-]+)){0,3}"
_EN_TITLED = re.compile(
    r"\b(?:(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Herr|Frau|Sir|Madam|MR|MRS|MS|DR)\.?|(?:mr|mrs|ms)\.?)\s+"
    rf"(?:{_EN_NAME}|[a-z]{{2,}})"
)
_EN_INTRODUCED = re.compile(
    r"(?P<keep>\b(?:(?i:my name is|i am called|this is|contact person is|contact person|contact is|contact|speak to|"
    r"spoke to|spoke with|talked to|talk to|talked with|ask for|asked for|met with|met|called|colleague|technician|"
    r"engineer|driver|agent|representative|rep|salesman|manager|signed by|signed|dear|hi|hello|thanks to|thank you,?|"
    r"thanks,?|regards,?|best wishes,?|sincerely,?|cheers,?|yours,?|attn\.?:?|attention:?|name:?|from))[:,]?\s+)"
    rf"(?P<name>{_EN_NAME})"
)
_EN_INITIALS = re.compile(r"(?P<keep>)(?P<name>\b(?:[A-Z]\.[\s\-]?){1,2}[A-Z][a-z'’]+\b)")
_EN_SIGNED = re.compile(rf"(?P<keep>[\-–—~]\s?)(?P<name>{_EN_NAME})\s*$")
_EN_FULL = re.compile(r"(?P<keep>)(?P<name>\b[A-Z][a-z'’]+(?:\s+[A-Z]\.)?(?:[\s\-]+[A-Z][a-z'’]+){1,2})\b")
"""Two words with capitals in a row: in a sentence hardly ever anything but a name, of a person more often than not."""
_ZH_PERSON_LENGTH = (2, 4)


def mask_names(text: str, language: str, mark: str, marks: tuple[str, ...]) -> tuple[str, int]:
    """Return `text` with `mark` in the place of names of persons, and how many there were.

    Parameters
    ----------
    language
        ``zh`` or ``en``; rules of both are applied to Chinese texts, which may hold English names.
    marks
        All marks, which are no names themselves.
    """
    count = 0

    def hide(found: re.Match[str]) -> str:
        nonlocal count
        count += 1
        return (found.group("keep") if "keep" in found.re.groupindex else "") + mark

    text = _EN_TITLED.sub(hide, text)
    for pattern in (_EN_INTRODUCED, _EN_INITIALS, _EN_SIGNED, _EN_FULL):
        text = pattern.sub(_unless_a_word(hide), text)
    if language == "zh":
        for pattern in (_ZH_STATED, _ZH_INTRODUCED, _ZH_SURNAMED, _ZH_TITLED, _ZH_DOUBLE, _ZH_CALLED):
            text = pattern.sub(hide, text)
        text, tagged = _mask_tagged(text, mark, marks)
        count += tagged
    return text, count


@lru_cache(maxsize=2)
def _listed(name: str) -> frozenset[str]:
    return frozenset(str(load_yaml("names.yml")[name]).split())


def _unless_a_word(hide: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
    def replaced(found: re.Match[str]) -> str:
        first = found.group("name").split()[0]
        return found.group(0) if first in _listed("english_words") else hide(found)

    return replaced


def _mask_tagged(text: str, mark: str, marks: tuple[str, ...]) -> tuple[str, int]:
    """Hide what jieba tags as the name of a person and begins as one: two to four characters after a surname."""
    import rjieba  # loads its dictionary

    least, most = _ZH_PERSON_LENGTH
    pieces, count = [], 0
    for part in re.split("(" + "|".join(map(re.escape, marks)) + ")", text):
        if part in marks:
            pieces.append(part)
            continue
        for word, tag in rjieba.tag(part):
            named = tag.startswith("nr") and word[:1] in SURNAMES and least <= len(word) <= most
            hidden = named and word not in _listed("not_names")
            pieces.append(mark if hidden else word)
            count += hidden
    return "".join(pieces), count
