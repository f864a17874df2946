"""The three lists of what must be installed say the same: pyproject.toml, environment.yml, requirements.lock."""

import ast
import re
import sys
import tomllib
from collections import defaultdict
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DECLARED = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
COMPANIONS = {
    "ipython": "ipykernel",
    "jupyter-client": "nbclient",
    "lxml": "python-pptx",
    "markupsafe": "jinja2",
    "pydantic-core": "pydantic",
    "traitlets": "nbconvert",
}
"""Packages whose types are part of the interface of a declared one, which installs them."""
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def parsed(requirements):
    """Name -> (extras, version bounds), once each."""
    found = [Requirement(text) for text in requirements]
    names = [canonicalize_name(requirement.name) for requirement in found]
    assert len(set(names)) == len(names), "a package is named twice"
    return {name: (frozenset(each.extras), each.specifier) for name, each in zip(names, found, strict=True)}


def locked():
    """Name -> the versions pinned (several where they depend on the platform or on Python)."""
    pins = defaultdict(list)
    for line in LOCK.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            requirement = Requirement(line)
            (pin,) = requirement.specifier
            assert pin.operator == "==", f"{line} is not pinned"
            pins[canonicalize_name(requirement.name)].append(Version(pin.version))
    return pins


@pytest.fixture(scope="module")
def conda():
    return YAML(typ="safe").load((ROOT / "environment.yml").read_text(encoding="utf-8"))


def test_every_dependency_has_a_lower_bound_and_no_upper_one():
    assert len(DECLARED) > 30
    for text in DECLARED:
        assert [each.operator for each in Requirement(text).specifier] == [">="], text


def test_the_conda_environment_is_in_step_with_pyproject(conda):
    *plain, from_pip = conda["dependencies"]
    assert plain == [f"python{PROJECT['requires-python']}", "pip"]
    editable, *requirements = from_pip["pip"]
    assert editable == "--editable ."
    assert parsed(requirements) == parsed(DECLARED)


def test_the_conda_environment_takes_conda_forge_alone(conda):
    assert conda["channels"] == ["conda-forge", "nodefaults"]
    assert conda["name"] == PROJECT["name"]


def test_the_lock_pins_every_dependency_within_its_bounds():
    pins = locked()
    for name, (_, bounds) in parsed(DECLARED).items():
        assert pins[name], f"{name} is not in requirements.lock"
        for version in pins[name]:
            assert bounds.contains(version, prereleases=True), f"{name} {version} is outside {bounds}"


def test_the_lock_names_no_host_no_index_and_no_folder():
    assert not re.search(r"://|--|@|file:|index", LOCK)
    assert not re.search(r"(?<![\w.])/\w+/", LOCK)


def test_every_package_the_source_imports_is_declared():
    imported = set()
    for path in (ROOT / "src" / "analysis").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                imported.add(str(node.module).partition(".")[0])
    outside = imported - set(sys.stdlib_module_names) - {"analysis"}
    assert {"pydantic", "ruamel"} <= outside
    where = packages_distributions()
    extras = PROJECT["optional-dependencies"]
    declared = parsed(PROJECT["dependencies"]) | parsed(extras["cluster"]) | parsed(extras.get("spark", []))
    for package in outside:
        distributions = {canonicalize_name(name) for name in where.get(package, [package])}
        distributions |= {COMPANIONS[name] for name in distributions & set(COMPANIONS)}
        assert distributions & set(declared), f"{package} is imported and not declared"
