"""The house: imports go one way, the checking core stays small, and everything written agrees with the code."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from build import COLLECTION, FORM, clean, workbook
from shell import MSPOF, ROOT, environment

from mspof_cli.rules import catalogue

PACKAGE = ROOT / "src" / "mspof_cli"
RULES = catalogue([COLLECTION])

# The sentence, module by module: each may import those above it and none below it.
ORDER = [
    *("", "errors", "cells", "periods", "intervals", "findings", "explanations", "lines", "schemas"),
    *("disclosure", "sac"),
    *("layout", "questions", "register", "coherence", "loading"),
    *("workbook.container", "workbook.parts", "workbook.sheet", "workbook.notes", "workbook"),
    *("identify", "feedback", "returns", "reconcile"),
    *("rules.files", "rules.answers", "rules.alone", "rules.standing", "rules.together", "rules.tried"),
    *("rules.published", "rules.beside", "rules.explained", "rules"),
    *("inbox", "reading", "since", "pipeline", "select", "progress", "sent", "taking", "sampling"),
    *("publications.rows", "publications.tables", "publications.long", "publications.opendocument", "publications"),
    *(
        "decisions",
        "participation",
        "measures",
        "worlds",
        "nearby",
        "attack",
        "insiders",
        "sums",
        "written",
        "earlier",
        "collation",
        "protection",
        "trends",
        "revisions",
        "lineage",
        "audit",
        "comparison",
        "returned",
        "published",
    ),
    *("outputs", "outputs.safe", "outputs.files", "outputs.system", "outputs.whole"),
    *("outputs.report", "outputs.machine", "outputs.text"),
    *("outputs.terminal", "outputs.deliver", "outputs.rulebook", "outputs.published"),
    *(
        "outputs.shapes",
        "outputs.columns",
        "outputs.csvw",
        "outputs.quality",
        "outputs.manifest",
        "outputs.tables",
        "outputs.book",
        "outputs.spreadsheet",
        "outputs.summary",
    ),
    *("outputs.form.style", "outputs.form.page", "outputs.form.file", "outputs.form.formulas"),
    *("outputs.form.answer", "outputs.form.typed", "outputs.form.readings", "outputs.form.entry"),
    *("outputs.form.stated", "outputs.form.checks", "outputs.form.cover", "outputs.form.live"),
    *("outputs.form.values",),
    *("outputs.form.guidance", "outputs.form.maker", "outputs.form"),
    *(
        "outputs.letter",
        "outputs.explained",
        "outputs.sampling",
        "outputs.lineage",
        "outputs.participation",
        "outputs.form.marked",
        "outputs.feedback",
        "blank",
    ),
    *(
        "cli.shared",
        "cli.validate",
        "cli.explain",
        "cli.sample_size",
        "cli.participation",
        "cli.collate",
        "cli.audit",
        "cli.trace",
        "cli.verify",
        "cli.sac",
        "cli.template",
        "cli.rules",
        "cli",
        "__main__",
    ),
]

HEAVY = {"polars", "openpyxl", "typer", "rich", "xlsxwriter", "odfdo", "highspy"}

LONGEST_MODULE, LONGEST_FUNCTION = 320, 45

WITHOUT_SAMPLE = {
    "FIG113": "no question of this collection offers choices; tests/test_second_collection.py has it",
    "FIG202": "no question of this collection is a list; tests/test_second_collection.py has it",
    "FILE111": "a link that leads nowhere, or a file without permission, can't be kept in a repository",
}


def name_of(path: Path) -> str:
    """A module's name without the package's."""
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def imported(module: str) -> set[str]:
    """Every module that a module imports, wherever in it, by full name."""
    names: set[str] = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} has a relative import"
            assert node.module
            names.add(node.module)
    return names


def ours(module: str) -> set[str]:
    """The package's own modules that a module imports, by name without the package's."""
    return {
        name.removeprefix("mspof_cli").removeprefix(".") for name in imported(module) if name.startswith("mspof_cli")
    }


def test_every_module_has_its_place() -> None:
    assert sorted(ORDER) == sorted(MODULES)
    assert len(set(ORDER)) == len(ORDER)


@pytest.mark.parametrize("module", ORDER)
def test_imports_go_one_way(module: str) -> None:
    above = set(ORDER[: ORDER.index(module)])
    later = {name for name in ours(module) if name not in above}
    assert not later, f"{module} imports {later}, which come after it"


def core() -> set[str]:
    """Every module of the package that the pipeline reaches."""
    reached, ahead = set(), {"pipeline"}
    while ahead:
        module = ahead.pop()
        reached.add(module)
        parents = {module.rpartition(".")[0]}
        ahead |= (ours(module) | parents) - reached
    return reached


def test_the_core_is_what_it_should_be() -> None:
    assert core() == set(ORDER[: ORDER.index("pipeline") + 1])


def test_the_core_imports_the_standard_library_and_pydantic_only() -> None:
    foreign = {
        name.partition(".")[0] for module in core() for name in imported(module) if not name.startswith("mspof_cli")
    }
    assert foreign - set(sys.stdlib_module_names) == {"pydantic", "pydantic_core"}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, arguments)], env=environment(), cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_the_core_loads_none_of_the_heavy_libraries() -> None:
    done = run("-c", "import sys, mspof_cli.pipeline; print(*sys.modules)")
    loaded = {name.partition(".")[0] for name in done.stdout.split()}
    assert "mspof_cli" in loaded
    assert not loaded & HEAVY


def loaded_by(*arguments: str | Path) -> set[str]:
    """What a command imports, by -X importtime."""
    done = run("-X", "importtime", "-m", "mspof_cli", *arguments)
    assert done.returncode == 0, done.stderr
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines() if "|" in line}


def test_commands_start_lazily(tmp_path: Path) -> None:
    form = tmp_path / "one.xlsx"
    form.write_bytes(workbook(FORM, clean()))
    everything = loaded_by("template", "--council", "Kent", "--period", "2018-19-Q3", "-o", tmp_path / "out.xlsx")
    assert {"typer", "openpyxl"} <= everything
    assert "polars" not in everything
    assert not loaded_by("--help") & {"polars", "openpyxl", "xlsxwriter", "pydantic"}
    assert not loaded_by("--version") & {"polars", "openpyxl", "xlsxwriter", "pydantic"}
    for options in ([], ["--format", "json"], ["--format", "csv"], ["--format", "junit"], ["--format", "sarif"]):
        assert not loaded_by("validate", form, *options) & {"polars", "openpyxl", "xlsxwriter", "rich"}
    samples = ROOT / "sample_proformas" / "sac"
    assert not loaded_by("validate", form, "--sac", samples / "2018-19.xlsx") & {*HEAVY, "lxml"} - {"typer"}
    assert "odfdo" in loaded_by("validate", form, "--sac", samples / "2018-19.ods")
    assert not loaded_by("sample-size", "--enquiries", "50") & {"polars", "openpyxl", "xlsxwriter", "rich"}
    assert not loaded_by("participation", form) & {"polars", "openpyxl", "xlsxwriter", "rich"}
    assert not loaded_by("rules") & {"polars", "openpyxl", "xlsxwriter", "rich"}


@pytest.mark.parametrize("code", RULES)
def test_every_rule_is_documented(code: str) -> None:
    rule = RULES[code]
    assert re.fullmatch(r"[A-Z]{3,5}[0-9]{3}", code)
    for words in (rule.title, rule.message, rule.fix, rule.because, rule.found, rule.expected):
        assert words.strip() == words != ""
    assert rule.example or (rule.line and rule.breaks), "nothing says what breaks it"
    for sentence in (rule.message, rule.fix, rule.because):
        assert sentence.endswith((".", "}", "?")), sentence
        assert not re.search(r"\b(please|sorry|invalid)\b", sentence, re.IGNORECASE), sentence


def test_every_rule_has_a_faulty_sample() -> None:
    texts = (path.read_text(encoding="utf-8") for path in (ROOT / "sample_proformas" / "faults").glob("*.txt"))
    shown = {code for text in texts for code in re.findall(r"\b[A-Z]{3,5}[0-9]{3}\b", text)}
    assert sorted(set(RULES) - shown) == sorted(WITHOUT_SAMPLE)
    assert not shown - set(RULES)


@pytest.mark.parametrize("name", ["README.md", "CHANGELOG.md", "schemas/README.md", "sample_proformas/README.md"])
def test_codes_in_documents_exist(name: str) -> None:
    path = ROOT / name
    if not path.exists():
        pytest.skip("not written yet")
    codes = set(
        re.findall(r"\b(?:FILE|FORM|COVER|EXP|FIG|MSP|PCT|SAC|SET)[0-9]{3}\b", path.read_text(encoding="utf-8"))
    )
    assert not codes - set(RULES)


@pytest.mark.parametrize("module", MODULES)
def test_modules_and_functions_fit_in_the_eye(module: str) -> None:
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_MODULE, f"{module} has {lines} lines"
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.FunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= LONGEST_FUNCTION, f"{module}.{node.name} has {length} lines"


@pytest.mark.parametrize("module", MODULES)
def test_every_module_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(tree(module))


def tracked() -> list[Path]:
    """The files of the repository; all but hidden ones where it is not under version control."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    names = done.stdout.decode().split("\0")[:-1] if done.returncode == 0 else []
    return [ROOT / name for name in names if (ROOT / name).is_file()] or [PACKAGE / path for path in MODULES.values()]


def test_nothing_speaks_of_the_computer_it_was_written_on() -> None:
    places = re.compile(rb"(?<![\w.])/(?:" + b"|".join([b"work", b"tmp/v", b"root"]) + rb")(?![\w-])")
    for path in tracked():
        data = path.read_bytes()
        if path.suffix not in (".xlsx", ".xlsm") and path != Path(__file__).resolve():
            assert not places.search(data), path


@pytest.mark.parametrize(
    "command", [["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]], ids=["ruff check", "ruff format", "mypy"]
)
def test_the_tools_have_nothing_to_say(command: list[str]) -> None:
    done = run("-m", *command)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_is_what_the_package_installs() -> None:
    assert 'mspof = "mspof_cli.__main__:start"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert "start" in {node.name for node in tree("__main__").body if isinstance(node, ast.FunctionDef)}
    assert MSPOF[1:] == ["-m", "mspof_cli"]


def test_the_map_in_the_readme_is_the_order_of_imports() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    entries = re.findall(r"^  (\w+)(?:\.py|/)  ", readme, re.MULTILINE)
    tops = list(dict.fromkeys(module.partition(".")[0] for module in ORDER if module))
    assert entries == tops
