"""The order of the rooms, which of them may import a library, and what importing the package loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

import process

PACKAGE = Path(process.__file__).parent
ROOMS = (
    "extras",
    "default_language",
    "model",
    "value_checks",
    "exceptions",
    "records",
    "persistence_errors",
    "json_vocabulary",
    "write_event_methods",
    "event_methods",
    "mutable_facts",
    "compiled_rows",
    "machine",
    "case_arguments",
    "final_refusals",
    "refusal_reasons",
    "snapshot",
    "case",
    "kept_cases",
    "eventfile",
    "exploration",
    "requirements",
    "mutation",
    "testing",
    "diagram",
    "gallery",
    "store",
    "temporal",
    "audit",
    "cli",
    "__main__",
)
"""Each room may import those before it; ``process/__init__.py`` puts them together and is imported for its public names."""
LIBRARIES = {
    # library: the only file or room that may import it
    "transitions": "process.machine",
    "graphviz": "process.diagram",
    "hypothesis": "process.testing",
    "sqlalchemy": "process.store",
    "temporalio": "process.temporal",
    "duckdb": "process.audit",
    "typer": "process.cli",
    "rich": "process.cli",
}


def modules() -> dict[str, Path]:
    """Return every file of the package by the name under which it is imported."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = ["process", *path.relative_to(PACKAGE).with_suffix("").parts]
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules()


@cache
def trees() -> dict[str, ast.Module]:
    """Return every file of the package, parsed."""
    return {name: ast.parse(path.read_text(encoding="utf-8")) for name, path in MODULES.items()}


def imported_by(tree: ast.AST) -> set[str]:
    """Return the modules that a file imports, wherever in it, those for its types included."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            source = node.module or ""
            inner = [f"{source}.{alias.name}" for alias in node.names]
            names.update(name if name in MODULES else source for name in inner)
    return names


@cache
def imports_of() -> dict[str, set[str]]:
    """Return for every file of the package the modules that it imports."""
    return {name: imported_by(tree) for name, tree in trees().items()}


def room(name: str) -> str:
    return name.split(".")[1]


def test_every_file_belongs_to_a_room_of_the_order() -> None:
    assert {room(name) for name in MODULES if name != "process"} <= set(ROOMS)


def test_each_room_imports_only_rooms_before_it() -> None:
    wrong = [
        f"{name} imports {other}"
        for name, imports in imports_of().items()
        for other in imports & set(MODULES) - {"process"}
        if name != "process" and ROOMS.index(room(other)) > ROOMS.index(room(name))
    ]
    assert wrong == []


def test_no_two_files_import_each_other_even_for_their_types() -> None:
    def reached(name: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        for other in imports_of()[name] & set(MODULES) - {"process"} - seen:
            seen = reached(other, seen | {other})
        return seen

    assert [name for name in MODULES if name != "process" and name in reached(name)] == []


def test_only_the_package_itself_imports_by_string() -> None:
    """An import by string would hide a circle."""
    by_string = {
        name
        for name, tree in trees().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name | ast.Attribute)
        and ast.unparse(node.func).rpartition(".")[2] in ("import_module", "__import__")
        and "process" in ast.unparse(node)
    }
    assert by_string <= {"process"}


def test_the_model_imports_the_standard_library_alone() -> None:
    for name in (name for name in MODULES if name.startswith("process.model")):
        others = {other.partition(".")[0] for other in imports_of()[name] if not other.startswith("process.model")}
        assert others <= sys.stdlib_module_names, name


@pytest.mark.parametrize("library", LIBRARIES)
def test_one_room_alone_imports_the_library(library: str) -> None:
    importing = [
        name for name, imports in imports_of().items() if library in {other.partition(".")[0] for other in imports}
    ]
    assert [name for name in importing if not f"{name}.".startswith(f"{LIBRARIES[library]}.")] == []
    if library in ("transitions", "graphviz"):
        assert len(importing) <= 1


def test_a_room_says_in_at_most_ten_lines_what_it_is_for() -> None:
    for name, path in MODULES.items():
        if path.name == "__init__.py" and name != "process":
            text = ast.get_docstring(trees()[name])
            assert text is not None, name
            assert text.count("\n") < 10, name


TWINS = {
    # name: why two modules define it
    "transact": "the same for async hosts",
    "deliver": "the same for async hosts",
    "check_conformance": "the fixture that calls it",
    "check_reference": "the same check for the store and for Temporal",
    "load": "the statement, and the function that makes a case of its rows",
}


def test_a_public_name_is_defined_in_one_module_and_none_is_that_of_its_own_module() -> None:
    homes: dict[str, list[str]] = {}
    for name, tree in trees().items():
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                homes.setdefault(node.name, []).append(name)
    twins = {name for name, modules in homes.items() if len(modules) > 1}
    monitors = {name for name in twins if "process.audit.monitors" in homes[name]}
    assert twins - monitors <= {*TWINS}
    namesakes = {home for name, modules in homes.items() for home in modules if home.rpartition(".")[2] == name}
    assert namesakes <= {"process.audit.page_data", "process.audit.repair"}


def in_a_fresh_interpreter(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_importing_the_package_loads_nothing_that_belongs_to_an_extra() -> None:
    heavy = (*LIBRARIES, "click", "psycopg", "pytest", "wasmtime", "sqlite3")
    code = f"import sys; from process import *; print([m for m in {heavy!r} if m in sys.modules and m != 'transitions'])"
    assert in_a_fresh_interpreter(code) == "[]"


def test_importing_the_package_leaves_the_warning_filters_as_they_were() -> None:
    code = (
        "import warnings; before = list(warnings.filters); from process import *; print(before == list(warnings.filters))"
    )
    assert in_a_fresh_interpreter(code) == "True"


def test_importing_the_package_configures_no_logging() -> None:
    code = "import logging; from process import *; print(logging.root.handlers, logging.root.level == logging.WARNING)"
    assert in_a_fresh_interpreter(code) == "[] True"


def test_the_package_itself_loads_nothing_of_its_own_before_a_name_is_used() -> None:
    ours = "sorted(m for m in sys.modules if m.startswith(('process', 'transitions')))"
    assert in_a_fresh_interpreter(f"import sys, process; print({ours})") == "['process']"
    assert "transitions" not in in_a_fresh_interpreter(f"import sys; from process import Goal; print({ours})")


def test_the_command_line_loads_the_rooms_of_other_commands_only_when_they_run() -> None:
    loaded = in_a_fresh_interpreter("import sys, process.cli; print(*(m for m in sys.modules if m.startswith('process.')))")
    later = {"requirements", "mutation", "testing", "gallery", "store", "temporal", "audit"}
    assert {room(name) for name in loaded.split()} & later == set()


def test_every_name_that_the_package_offers_is_there_and_no_other() -> None:
    found = in_a_fresh_interpreter("import process; print({*process.__all__} - {*dir(process)}); from process import *")
    assert found == "set()"
    with pytest.raises(AttributeError, match="module 'process' has no attribute 'Chase'"):
        process.Chase  # type: ignore[attr-defined]  # noqa: B018
    with pytest.raises(ImportError):
        from process import import_nothing  # type: ignore[attr-defined]  # noqa: F401
