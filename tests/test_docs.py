"""What is documented exists, what exists is documented, and no page tells on which machine it was written."""

import ast
import re
import subprocess
from pathlib import Path

from pydantic import BaseModel

from analysis.document.methods import METHODS
from analysis.params import base, model, sources, survey

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "analysis"
MACHINE_PATHS = re.compile(
    r"(?<![\w.])/(?:root|home|Users|work|workspace|private|mnt)/[\w.-]+|[A-Z]:\\\\?Users|file://"
)
HOSTS = re.compile(r"https?://[\w.-]*(?:pypi|pythonhosted|conda|mirror|artifactory|nexus)[\w.-]*", re.IGNORECASE)


def pages() -> list[Path]:
    """Return the pages that people read."""
    found = [path for path in (ROOT / "README.md", ROOT / "CHANGELOG.md") if path.is_file()]
    return found + sorted((ROOT / "docs").rglob("*.md"))


def shipped() -> list[Path]:
    """Return the texts that leave the house: pages, parameters, notebooks, source and what builds it."""
    folders = {"params": "*.yml", "notebooks": "*.ipynb", "src": "*", "benchmarks": "*"}
    found = pages() + [path for folder, pattern in folders.items() for path in sorted((ROOT / folder).rglob(pattern))]
    found += [ROOT / name for name in ("Makefile", "pyproject.toml", "requirements.lock", "environment.yml", ".ci/run")]
    suffixes = {
        ".md",
        ".yml",
        ".ipynb",
        ".py",
        ".json",
        ".typ",
        ".j2",
        ".html",
        ".css",
        ".js",
        ".po",
        ".toml",
        ".lock",
        "",
    }
    return [path for path in found if path.is_file() and path.suffix in suffixes and "__pycache__" not in path.parts]


def test_make_help_lists_every_target_that_says_what_it_does():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = dict(re.findall(r"^([\w-]+)[^:\n]*:[^=\n]*## (.+)$", makefile, flags=re.MULTILINE))
    assert {"help", "report", "test"} <= set(targets)
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for target, meaning in targets.items():
        assert re.search(rf"^ +{target} +{re.escape(meaning)}$", done.stdout, flags=re.MULTILINE), target


def test_every_make_target_that_a_page_names_exists():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z][\w-]*):", makefile, flags=re.MULTILINE))
    for page in [*pages(), ROOT / "Makefile"]:
        named = set(re.findall(r"`make ([a-z][\w-]*)", page.read_text(encoding="utf-8")))
        assert named <= targets, page.name


def test_every_field_of_every_model_says_what_it_means():
    models = {
        each
        for module in (base, model, sources, survey)
        for each in vars(module).values()
        if isinstance(each, type) and issubclass(each, BaseModel) and each.__module__.startswith("analysis.")
    }
    assert len(models) > 15
    silent = [
        f"{each.__name__}.{name}" for each in models for name, f in each.model_fields.items() if not f.description
    ]
    assert silent == []
    assert all(each.__doc__ for each in models)


def test_every_module_says_what_it_is_for():
    paths = sorted(PACKAGE.rglob("*.py"))
    assert len(paths) > 15
    docstrings = {path: ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) for path in paths}
    assert [path.name for path, text in docstrings.items() if not text or len(text) < 20] == []


def test_the_public_functions_of_the_architecture_exist():
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| `([a-z_.]+)\.([a-z_]+)\(", page, flags=re.MULTILINE)
    assert ("params.load", "load_params") in named
    there = 0
    for module, function in named:
        path = PACKAGE / f"{module.replace('.', '/')}.py"
        if path.is_file():
            there += 1
            defined = {node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if hasattr(node, "name")}
            assert function in defined, f"{module}.{function}"
    assert there >= 3


def test_every_relative_link_leads_somewhere():
    links = [
        (page, target)
        for page in pages()
        for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        if not re.match(r"[a-z]+:", target)
    ]
    assert links
    broken = []
    for page, target in links:
        file, _, anchor = target.partition("#")
        path = page.parent / file if file else page
        if not path.exists():
            broken.append(f"{page.name}: {target}")
        elif anchor and path.suffix == ".md":
            headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
            slugs = {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
            broken += [] if anchor in slugs else [f"{page.name}: {target}"]
    assert broken == []


def test_nothing_that_ships_names_a_machine_or_a_package_host():
    paths = shipped()
    assert len(paths) > 20
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert not MACHINE_PATHS.search(text), f"{path.relative_to(ROOT)}: {MACHINE_PATHS.search(text)}"
        assert not HOSTS.search(text), f"{path.relative_to(ROOT)}: {HOSTS.search(text)}"


def test_a_machine_path_would_be_found():
    assert MACHINE_PATHS.search("see /home/someone/reports")
    assert MACHINE_PATHS.search("C:\\Users\\someone")
    assert not MACHINE_PATHS.search("docs/work/plan.md and /srv/data")
    assert HOSTS.search("--index-url https://pypi.example.org/simple")


def test_every_interval_and_diagnostic_is_defined_and_every_defined_interval_exists():
    page = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    intervals = re.findall(r"^\| `([a-z0-9-]+)` \|", page.partition("\n## Indicators")[0], flags=re.MULTILINE)
    assert set(intervals) == set(METHODS)
    assert len(intervals) == len(set(intervals))
    checks = {
        key
        for path in (PACKAGE / "models").glob("*.py")
        for key in re.findall(r'Diagnostic\(\s*key="([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(checks) > 8
    assert {key for key in checks if f"`{key}`" not in page} == set()
