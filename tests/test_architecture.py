"""The house stays in order: who may import whom, who reads and writes files, where pieces of the outside may appear.

The table of layers in docs/architecture.md is read, not copied: the page and the proof cannot disagree.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "analysis"
LONGEST_MODULE = 350
"""Lines of code, without docstrings, comments and blank lines; most modules stay far below."""
LONGEST_FUNCTION = 65
"""Lines, docstring included."""

FILE_HANDLERS = (
    "data", "report", "synthetic", "params.load", "params.logo", "params.catalogue", "calibration",
    "forking", "batch", "kernel", "storage",
)  # fmt: skip
"""Rooms that may read or write files; the rest is pure."""
FILE_HANDLING_FUNCTIONS = {("params.schema", "write_parameters_doc")}
"""Single functions that may, in modules that otherwise may not."""
RESOURCE_READERS = ("actions.catalogue", "document.translate", "text.resources")
"""Modules that read what the project itself installs: the catalogs, and the word lists of the texts."""
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
CALLS = """
    open read_text read_bytes write_text write_bytes mkdir unlink rmtree rmdir urlopen create_engine
    read_csv read_excel read_parquet read_json read_sql read_table read_fwf read_feather read_pickle
    to_csv to_excel to_parquet to_feather to_pickle loadtxt genfromtxt savetxt fromfile tofile
"""
FILE_CALLS = frozenset(CALLS.split())
"""Names of calls that touch a disk, a database or a network."""


@dataclass(frozen=True)
class Module:
    """One module of the package."""

    path: Path

    @cached_property
    def name(self) -> str:
        """Dotted name without the package: `data.load`, `data` for its __init__, "" for the package's own."""
        parts = self.path.relative_to(PACKAGE).with_suffix("").parts
        return ".".join(part for part in parts if part != "__init__")

    @cached_property
    def room(self) -> str:
        return self.name.partition(".")[0]

    @cached_property
    def source(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, filename=str(self.path))

    def within(self, *rooms: str) -> bool:
        return any(self.name == room or self.name.startswith(f"{room}.") for room in rooms)

    @cached_property
    def imports(self) -> frozenset[str]:
        """Dotted names of everything imported anywhere in the module, inside functions and type checks included."""
        found: set[str] = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name} has a relative import on line {node.lineno}"
                # `from analysis.params import load` names a module, `from analysis.errors import Fault` a class.
                found |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Call) and called(node) in ("import_module", "__import__"):
                found |= {
                    arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
                }
        return frozenset(found)


def called(node: ast.Call) -> str:
    """Return the last part of what is called: `read_csv` of `pd.read_csv(...)`."""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def modules() -> list[Module]:
    """Return every module of the package."""
    found = [Module(path) for path in sorted(PACKAGE.rglob("*.py"))]
    assert len(found) > 15
    return found


MODULES = modules()


def layers() -> dict[str, int]:
    """Return room -> layer, as the table in docs/architecture.md has them."""
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d+) \| ([^|]+) \|", page, flags=re.MULTILINE)
    return {room: int(layer) for layer, rooms in rows for room in re.findall(r"`(\w+)`", rooms)}


LAYERS = layers()


def test_the_table_of_layers_is_read():
    assert LAYERS["errors"] == 1
    assert LAYERS["indicators"] < LAYERS["models"] < LAYERS["scale"]
    assert LAYERS["params"] < LAYERS["data"] < LAYERS["audit"] < LAYERS["document"] < LAYERS["report"] < LAYERS["cli"]


def test_every_room_has_its_layer():
    assert {module.room for module in MODULES if module.room} <= set(LAYERS)


def broken_imports(module: Module) -> Iterator[str]:
    """Yield what a module imports against the direction of the layers."""
    for imported in sorted(module.imports):
        inner = imported.removeprefix("analysis.")
        room = inner.partition(".")[0]
        if not imported.startswith("analysis.") or room == module.room or room not in LAYERS:
            continue
        if LAYERS[room] >= LAYERS[module.room]:
            yield imported


def test_imports_point_upwards():
    broken = {module.name: list(broken_imports(module)) for module in MODULES if module.room}
    assert {name: imports for name, imports in broken.items() if imports} == {}


def test_the_package_itself_imports_nothing_of_its_own():
    (top,) = [module for module in MODULES if not module.name]
    assert not any(name.startswith("analysis") for name in top.imports)


def test_a_wrong_import_would_be_found():
    wrong = Module(PACKAGE / "params" / "load.py")
    vars(wrong)["tree"] = ast.parse("def f():\n    from analysis.report.build import build_report\n")
    assert list(broken_imports(wrong)) == ["analysis.report.build.build_report"]
    twin = Module(PACKAGE / "indicators" / "x.py")
    vars(twin)["tree"] = ast.parse("import analysis.models.terms\n")
    assert list(broken_imports(twin)) == ["analysis.models.terms"]


def test_statsmodels_is_wrapped_in_models_and_indicators():
    users = {
        module.name for module in MODULES if any(name.partition(".")[0] == "statsmodels" for name in module.imports)
    }
    assert {name.partition(".")[0] for name in users} <= {"models", "indicators"}


def file_calls(module: Module) -> list[tuple[int, str]]:
    """Return line and name of every call that reads or writes files, outside the functions that may."""
    allowed = {
        id(inner)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef) and (module.name, node.name) in FILE_HANDLING_FUNCTIONS
        for inner in ast.walk(node)
    }
    return [
        (node.lineno, called(node))
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) in FILE_CALLS and id(node) not in allowed
    ]


def test_only_the_edges_touch_files():
    inner = [module for module in MODULES if not module.within(*FILE_HANDLERS, *RESOURCE_READERS)]
    assert len(inner) > 10
    assert {module.name: calls for module in inner if (calls := file_calls(module))} == {}
    assert file_calls(Module(PACKAGE / "params" / "load.py"))


def test_tables_are_read_in_data_alone():
    tables = FILE_CALLS - {"read_text", "read_bytes"}
    readers = {m.room for m in MODULES for _, name in file_calls(m) if name in tables and name.startswith("read_")}
    assert readers <= {"data"}


def test_only_the_command_prints():
    printing = {
        module.name
        for module in MODULES
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "print"
    }
    assert printing <= {"cli"}


def test_every_folder_of_modules_is_a_package_that_says_what_lives_there():
    folders = {module.path.parent for module in MODULES}
    assert PACKAGE / "params" in folders
    for folder in folders:
        docstring = ast.get_docstring(Module(folder / "__init__.py").tree)
        assert docstring, f"{folder.name} does not say what lives there"


def lines_of_code(module: Module) -> int:
    """Return the lines that are neither blank nor comment nor docstring."""
    prose = {
        line
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(module.source.splitlines(), 1)
    return sum(
        bool(line.strip()) and not line.lstrip().startswith("#") for number, line in lines if number not in prose
    )


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Yield every function and method of a module."""
    return (node for node in ast.walk(module.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def test_modules_and_functions_stay_short():
    assert {m.name: lines_of_code(m) for m in MODULES if lines_of_code(m) > LONGEST_MODULE} == {}
    lengths = {(m.name, f.name): (f.end_lineno or 0) - f.lineno + 1 for m in MODULES for f in functions(m)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


def test_nothing_is_done_at_import():
    plain = (ast.Import, ast.ImportFrom, ast.Assign, ast.AnnAssign, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    working = []
    for module in MODULES:
        for node in module.tree.body:
            docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
            guarded = isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
            if not (isinstance(node, plain) or docstring or guarded):
                working.append(f"{module.name}, line {node.lineno}")
    assert working == []


def test_nothing_is_left_for_later():
    for module in MODULES:
        assert not re.search(r"\bTODO\b|\bFIXME\b|\bXXX\b", module.source), module.name
        names = {node.id for node in ast.walk(module.tree) if isinstance(node, ast.Name)}
        assert "NotImplementedError" not in names, module.name


def test_notebooks_are_thin_and_without_outputs():
    paths = [path for path in (ROOT / "notebooks").rglob("*.ipynb") if "replications" not in path.parts]
    assert paths
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert [cell.execution_count for cell in cells if cell.outputs or cell.execution_count] == [], path.name
        assert sum("parameters" in cell.metadata.get("tags", []) for cell in cells) == 1, path.name
        nodes = [node for cell in cells for node in ast.walk(ast.parse(cell.source))]
        assert not any(isinstance(node, DEFINITIONS) for node in nodes), f"{path.name} defines something"
        imports = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
        assert imports, path.name
        assert not any("pandas" in ast.unparse(node) for node in imports), f"{path.name} imports pandas"
