"""Quotes identify nobody: hostile texts in both languages, and ordinary words that stay."""

import re

import pytest

from analysis.text.masking import MARKS, Masker, is_mostly_marks, plain_characters

KNOWN = Masker(names=["Anna Svensson", "赵敏", "Falkenberg Pumps GmbH", "恒川流体"], ids=["C0012", "K-77"])


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("我叫张三丰，送餐慢", "张三丰"),
        ("联系人：成龙，电话不通", "成龙"),
        ("请联系王经理", "王"),
        ("和李总说过两次", "李"),
        ("张工来修过", "张"),
        ("欧阳女士说赔钱", "欧阳"),
        ("小王服务态度很好", "王"),
        ("我姓陈", "陈"),
        ("客服刘晓明答应赔钱", "刘晓明"),
        ("赵敏态度好", "赵敏"),
        ("上次是诸葛建国先生接待的", "诸葛建国"),
        ("电话138 1234 5678没人接", "1234"),
        ("电话１３８１２３４５６７８没人接", "１２３４"),
        ("打1-3-8-1-2-3-4-5-6-7-8", "8-1-2"),
        ("打1\u200b3\u200b8\u200b12345678", "12345678"),
        ("打一三八一二三四五六七八", "三八一"),
        ("固话010-82345678", "82345678"),
        ("加我微信号abc_12345", "abc_12345"),
        ("微信：zhangsan", "zhangsan"),
        ("加我qq：1 2 3 4 5 6 7", "4 5 6"),
        ("身份证11010519491231002X", "1949"),
        ("车牌京A·12345乱停", "12345"),
        ("订单号DD20240512998没发货", "20240512998"),
        ("住在北京市海淀区中关村大街27号3单元501室", "中关村大街27号"),
        ("地址是幸福路8弄12号", "幸福路8弄12号"),
        ("邮箱 wang.wei＠corp.com.cn", "wang.wei"),
        ("看 www.foo.cn/abc?x=1", "foo.cn"),
        ("供应商恒川流体发错货", "恒川流体"),
    ],
)
def test_chinese_texts_lose_what_identifies(text, secret):
    masked = KNOWN.mask(text, "zh")
    assert secret not in masked.text
    assert masked.hidden >= 1
    assert any(mark in masked.text for mark in MARKS["zh"].values())


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("Call Mr Smith again", "Smith"),
        ("Mrs. O'Neill was rude", "Neill"),
        ("ask mr jones", "jones"),
        ("My name is John Baker and the pump leaks", "Baker"),
        ("I spoke with Maria Lopez twice", "Lopez"),
        ("the technician Pavel came late", "Pavel"),
        ("John Smith never called back", "Smith"),
        ("Thanks, Peter", "Peter"),
        ("Great service! - Julia", "Julia"),
        ("anna svensson was helpful", "svensson"),
        ("ANNA SVENSSON was helpful", "SVENSSON"),
        ("Falkenberg Pumps GmbH is slow", "Falkenberg"),
        ("Write to j.smith@acme.com", "acme"),
        ("john [at] acme [dot] com", "acme"),
        ("john at acme dot com is me", "acme"),
        ("Call +49 (0) 30 1234-5678", "1234"),
        ("Call 020.7946.0958 now", "7946"),
        ("see https://x.example/y?id=77", "x.example"),
        ("order AB-123456 is missing", "123456"),
        ("invoice 9981234 is wrong", "9981234"),
        ("we are C0012", "C0012"),
        ("ask k-77", "k-77"),
        ("Deliver to 12 Baker Street, Apt 5", "Baker"),
        ("Deliver to Hauptstraße 12", "Hauptstraße"),
        ("my whatsapp: peter_77x", "peter_77x"),
    ],
)
def test_english_texts_lose_what_identifies(text, secret):
    masked = KNOWN.mask(text, "en")
    assert secret not in masked.text
    assert masked.hidden >= 1


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("送餐师傅很好，总的来说不错", "zh"),
        ("周一下单，马上就到，包装很好，谢谢", "zh"),
        ("工程师第一次上门就把问题解决了", "zh"),
        ("等了2个小时，高压泵坏了，方案不行", "zh"),
        ("温度不够，米饭是凉的，服务员在忙", "zh"),
        ("The ball valve DN50 leaked after 3 days and 2 calls.", "en"),
        ("Deliveries have been on time for months, which keeps our line running.", "en"),
        ("The hotline is hard to reach; thank you for nothing.", "en"),
    ],
)
def test_ordinary_words_stay_verbatim(text, language):
    masked = KNOWN.mask(text, language)
    assert masked.text == text
    assert masked.hidden == 0


def test_no_run_of_digits_is_left_whatever_stands_around_it():
    for digits in range(5, 20):
        for around in ("x{}y", "号{}号", "({})", "#{}", "{}", "tel{}fax"):
            shown = KNOWN.mask(around.format("7" * digits), "zh").text
            assert not re.search(r"\d{5}", shown), (digits, around, shown)


def test_masking_again_changes_nothing():
    once = KNOWN.mask("我叫张三，电话13812345678，住幸福路8号", "zh").text
    assert KNOWN.mask(once, "zh").text == once


def test_a_text_of_little_but_marks_is_recognised():
    assert is_mostly_marks(KNOWN.mask("王经理13812345678", "zh"), "zh")
    assert not is_mostly_marks(
        KNOWN.mask("王经理的服务态度一直很好，回复也非常及时，安装的时候帮了我们大忙", "zh"), "zh"
    )


def test_unseen_characters_go():
    assert plain_characters("a\u202eb\u200bc\x00d\ne") == "abcd e"
