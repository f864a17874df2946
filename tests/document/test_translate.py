import re
import time
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from analysis.document import translate
from analysis.document.translate import Translator, catalog_path, extract_messages, placeholders, update_catalogs
from analysis.messages import N_, NP_


@pytest.fixture(scope="module")
def messages() -> frozenset[str | tuple[str, str]]:
    return extract_messages()


@pytest.fixture(scope="module")
def catalog():
    with catalog_path("zh").open("rb") as file:
        return read_po(file, locale="zh")


def test_numbers_in_a_sentence_are_written_in_its_language() -> None:
    message = N_(
        "{won:int} of {closed:int} opportunities closed in the last twelve months were won.", won=3, closed=1200
    )
    assert Translator("en")(message) == "3 of 1,200 opportunities closed in the last twelve months were won."
    assert Translator("zh")(message) == "过去十二个月结案的 1,200 个商机中，赢得 3 个。"


def test_a_count_chooses_its_form() -> None:
    def text(count: int, language: str) -> str:
        return Translator(language)(NP_("One opportunity is open.", "{count:int} opportunities are open.", count))  # type: ignore[arg-type]

    assert (text(1, "en"), text(2, "en")) == ("One opportunity is open.", "2 opportunities are open.")
    assert (text(1, "zh"), text(2, "zh")) == ("进行中的商机有 1 个。", "进行中的商机有 2 个。")


def test_messages_nest_and_lists_join() -> None:
    message = N_("Controls: {controls:list}.", controls=[N_("Tenure"), N_("Frequency"), "X & Y"])
    assert Translator("en")(message) == "Controls: Tenure, Frequency and X & Y."
    assert Translator("zh")(message) == "控制变量：合作年限、购买频率和X & Y。"


def test_text_of_a_client_is_never_read_as_a_template() -> None:
    hostile = "{0} {x:int} %(n)s {{"
    text = Translator("en")(N_("{name:message}: {size:text}", name=N_("Loyalty"), size=hostile))
    assert text == f"Loyalty: {hostile}"


def test_a_placeholder_without_a_value_is_named() -> None:
    with pytest.raises(KeyError, match="days"):
        Translator("en")(N_("{days:int} days"))


def test_a_tiny_p_value_reads_as_an_inequality() -> None:
    assert Translator("en")(N_("No bend shows (p = {p:pvalue}).", p=0.0001)) == "No bend shows (p\u00a0<\u00a00.001)."


def test_what_a_client_wrote_is_no_inequality() -> None:
    assert Translator("en")(N_("{best:text} = {worst:text}", best="a = <b>", worst="<i>")) == "a = <b> = <i>"


def test_every_message_of_the_code_is_translated(messages, catalog) -> None:
    known = {entry.id for entry in catalog if entry.id and all(entry.string or [""])}
    missing = sorted(messages - known, key=str)
    assert not missing, f"run update_catalogs() and translate {len(missing)}: {missing[:5]}"


def test_the_catalog_holds_nothing_else(messages, catalog) -> None:
    assert {entry.id for entry in catalog if entry.id} <= messages
    assert not catalog.obsolete
    assert not [entry.id for entry in catalog if entry.id and entry.fuzzy]


def test_a_translation_has_the_placeholders_of_its_message(catalog) -> None:
    for entry in catalog:
        if not entry.id:
            continue
        source = entry.id if isinstance(entry.id, str) else entry.id[1]
        target = entry.string if isinstance(entry.string, str) else entry.string[0]
        assert placeholders(target) == placeholders(source), entry.id


def test_no_translation_is_left_in_english(catalog) -> None:
    for entry in catalog:
        target = entry.string if isinstance(entry.string, str) else entry.string[0]
        if entry.id and len(target.split()) >= 3 and placeholders(target) == frozenset():
            assert any("一" <= character <= "鿿" for character in target), entry.id


def test_the_catalog_loads_fast_and_names_nobody() -> None:
    translate.load_translations.cache_clear()
    start = time.process_time()
    translate.load_translations("zh")
    assert time.process_time() - start < 1.0  # about 0.05 s on an idle machine
    assert "@" not in catalog_path("zh").read_text(encoding="utf-8")


def test_updating_adds_new_messages_drops_old_ones_and_keeps_translations(tmp_path: Path, monkeypatch) -> None:
    po = tmp_path / "audit.po"
    monkeypatch.setattr(translate, "catalog_path", lambda language: po)
    code = tmp_path / "code"
    code.mkdir()
    (code / "a.py").write_text('N_("Old sentence")\nNP_("One {x:int}", "{count:int} {x:int}", 2)\n')
    assert update_catalogs(code) == {"zh": 2}
    po.write_text(po.read_text().replace('msgid "Old sentence"\nmsgstr ""', 'msgid "Old sentence"\nmsgstr "旧句"'))
    (code / "a.py").write_text('N_("Old sentence")\nN_("New " "sentence")\n')
    assert update_catalogs(code) == {"zh": 1}
    first = po.read_bytes()
    assert "旧句" in first.decode()
    assert "New sentence" in first.decode()
    assert "{x:int}" not in first.decode()
    update_catalogs(code)
    assert po.read_bytes() == first
    translate.load_translations.cache_clear()


def test_key_accounts_have_one_name_in_chinese(catalog) -> None:
    texts = [text for entry in catalog if entry.id for text in (entry.string if entry.pluralizable else [entry.string])]
    other = [text for text in texts if re.search("(?<![最十])大客户", text)]  # the largest, the ten largest are others
    assert other == []
