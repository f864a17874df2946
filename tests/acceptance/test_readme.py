"""The README's own example, as a newcomer would follow it."""

import json
import random
import re

import pytest
from shipped import ROOT, run_audit_command

README = (ROOT / "README.md").read_text(encoding="utf-8")


def example(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


@pytest.fixture
def acme(tmp_path):
    """Two CSV files that begin as the README's do, grown to the size of a small company, and its parameter file."""
    orders, survey = example("csv")
    draw = random.Random(1)
    customers = [f"C{number:03d}" for number in range(3, 120)]
    order_lines = [
        f"{customer},{draw.randint(1, 28):02d}/{month:02d}/2025,{draw.uniform(50, 900):.2f},{draw.choice(['Pumps', 'Valves'])}"
        for customer in customers
        for month in draw.sample(range(1, 13), k=draw.randint(1, 6))
    ]
    answers = [
        f"{customer},{draw.randint(1, 28):02d}/{draw.randint(1, 12):02d}/2025,{draw.randint(4, 10)},{draw.randint(3, 10)}"
        for customer in customers
    ]
    folder = tmp_path / "data" / "acme"
    folder.mkdir(parents=True)
    (tmp_path / "params").mkdir()
    (folder / "orders.csv").write_text(orders + "\n".join(order_lines) + "\n", encoding="utf-8")
    (folder / "survey.csv").write_text(survey + "\n".join(answers) + "\n", encoding="utf-8")
    (tmp_path / "params" / "acme.yml").write_text(example("yaml")[0], encoding="utf-8")
    return tmp_path


def test_two_csv_files_and_the_parameters_of_the_readme_make_an_audit(acme):
    checked = run_audit_command("validate", "acme", "--params", acme / "params")
    assert checked.returncode == 0, checked.stderr
    built = run_audit_command("report", "acme", "--params", acme / "params", "--out", acme / "reports")
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = acme.glob("reports/acme/*/audit.json")
    audit = json.loads(path.read_text(encoding="utf-8"))
    satisfied = audit["indicators"]["results"]["satisfaction_index"]["overall"]
    assert satisfied["estimable"]
    assert audit["currency"] == "GBP"


def test_an_undeclared_code_is_named_and_nothing_is_published(acme):
    params = acme / "params" / "acme.yml"
    params.write_text(re.sub(r"\n *missing: \[99\].*", "", params.read_text(encoding="utf-8")), encoding="utf-8")
    folders = ("--params", acme / "params", "--out", acme / "reports")
    built = run_audit_command("report", "acme", *folders, COLUMNS="300")  # wide enough for the folder's long name
    assert built.returncode == 2
    assert "99" in built.stderr
    assert "satisfied" in built.stderr
    assert not list(acme.glob("reports/acme/*/audit.pdf"))


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(
        re.findall(r"(?<![\w-])make ([a-z][a-z-]+)\b", " ".join(re.findall(r"`[^`]+`|```.*?```", README, re.DOTALL)))
    )
    assert named
    assert named <= targets
