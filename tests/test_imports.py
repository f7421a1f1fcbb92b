"""What an import loads, who imports whom, and which file alone knows a library."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import process

PACKAGE = Path(process.__file__).parent
# The lower files, from the bottom up; what is not named here stands above them all.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("model",),
    ("rehearsal", "contradictions", "payload", "exceptions"),
    ("machine",),
    ("step", "migrations", "hindsight", "snapshot", "refusal", "methods", "write_methods"),
    ("case",),
)
LAYER = {f"process.{name}": height for height, layer in enumerate(LAYERS) for name in layer}
ABOVE_ALL = len(LAYERS)


def modules() -> dict[str, Path]:
    """Every file of the package, by the name under which it is imported."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ["process", *path.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


def imported_by(path: Path, *, for_types: bool) -> set[str]:
    """The modules that a file imports, wherever in it; *for_types*: also those that it imports for its types alone."""
    names: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not for_types:
            continue
        waiting.extend(ast.iter_child_nodes(node))
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports by a relative name"
            source = node.module or ""
            inner = [f"{source}.{alias.name}" for alias in node.names]
            names.update(name if name in MODULES else source for name in inner)
    return names


IMPORTS = {name: imported_by(path, for_types=True) for name, path in MODULES.items()}


def test_the_lower_files_are_all_there() -> None:
    assert set(LAYER) <= set(MODULES)


def test_no_lower_file_imports_one_above_it() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, height in LAYER.items()
        for other in IMPORTS[name] & set(MODULES)
        if LAYER.get(other, ABOVE_ALL) > height
    ]
    assert wrong == []


def test_no_two_files_import_each_other() -> None:
    run = {name: imported_by(path, for_types=False) for name, path in MODULES.items()}

    def reached(name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        for other in run[name] & set(MODULES) - seen:
            seen = reached(other, seen | {other})
        return seen

    assert [name for name in MODULES if name in reached(name)] == []


def test_the_model_imports_the_standard_library_alone() -> None:
    roots = {name.partition(".")[0] for name in IMPORTS["process.model"]}
    assert roots <= sys.stdlib_module_names


def knowing(library: str) -> list[str]:
    return [name for name, imports in IMPORTS.items() if library in {other.partition(".")[0] for other in imports}]


@pytest.mark.parametrize("library", ["transitions", "graphviz", "hypothesis"])
def test_one_file_at_most_knows_the_library(library: str) -> None:
    assert len(knowing(library)) <= 1
    if library == "transitions":
        assert knowing(library) == ["process.machine"]


def test_the_tables_the_engines_and_the_statements_alone_know_the_database() -> None:
    assert knowing("sqlalchemy") == [f"process.store.{name}" for name in ("engines", "sql", "tables")]


def in_a_fresh_interpreter(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_that_belongs_to_an_extra() -> None:
    heavy = ("graphviz", "hypothesis", "sqlalchemy", "typer", "rich", "click", "psycopg", "pytest", "wasmtime", "sqlite3")
    loaded = in_a_fresh_interpreter(f"import sys; from process import *; print([m for m in {heavy!r} if m in sys.modules])")
    assert loaded == "[]"


def test_importing_the_package_leaves_the_warning_filters_as_they_were() -> None:
    code = (
        "import warnings; before = list(warnings.filters); from process import *; print(before == list(warnings.filters))"
    )
    assert in_a_fresh_interpreter(code) == "True"


def test_importing_the_package_configures_no_logging() -> None:
    code = "import logging; from process import *; print(logging.root.handlers, logging.root.level == logging.WARNING)"
    assert in_a_fresh_interpreter(code) == "[] True"


def test_the_package_itself_loads_nothing_of_its_own_before_a_name_is_asked_for() -> None:
    """Every run of pytest loads the plugin, and with it the package."""
    ours = "sorted(m for m in sys.modules if m.startswith(('process', 'transitions')))"
    assert in_a_fresh_interpreter(f"import sys, process; print({ours})") == "['process']"
    loaded = in_a_fresh_interpreter(f"import sys, process.testing.pytest_plugin; print({ours})")
    assert loaded == "['process', 'process.testing.pytest_plugin']"
    assert "transitions" not in in_a_fresh_interpreter(f"import sys; from process import Goal; print({ours})")


def test_every_name_that_the_package_offers_is_there_and_no_other() -> None:
    found = in_a_fresh_interpreter("import process; print({*process.__all__} - {*dir(process)}); from process import *")
    assert found == "set()"
    with pytest.raises(AttributeError, match="module 'process' has no attribute 'Chase'"):
        process.Chase  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ImportError):
        from process import import_nothing  # type: ignore[attr-defined]  # noqa: F401
