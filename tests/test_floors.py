"""The floors of the package: imports point down, no cycles, no work at import."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "segdemo"

# A module may import what stands lower, and its own room.
FLOORS = {
    "arithmetic": 0,
    "models": 0,
    "images": 1,
    "labels": 1,
    "metrics": 1,
    "latent": 1,
    "corruptions": 1,
    "exports": 1,
    "weights": 2,
    "ground_truth": 2,
    "inference": 3,
    "figures": 3,
    "inside": 4,
    "heatmap": 4,
    "generation": 4,
    "training": 4,
    "segment": 4,
    "ui": 5,
    "benchmark": 6,
    "app": 6,
}
# Pairs on one floor that may meet, in this direction.
BESIDE = {("labels", "images"), ("exports", "labels")}
FORBIDDEN = {  # room -> packages that it must not touch
    "arithmetic": {"torch", "gradio", "plotly", "matplotlib"},
    "models": {"gradio", "plotly", "matplotlib"},
    "figures": {"torch", "gradio"},
    "images": {"torch", "gradio"},
    "labels": {"torch", "gradio"},
    "metrics": {"torch", "gradio"},
    "corruptions": {"torch", "gradio", "plotly", "matplotlib"},
    "exports": {"torch", "gradio", "plotly", "matplotlib"},
    "ground_truth": {"torch", "gradio", "plotly", "matplotlib"},
    "inference": {"gradio"},
    "inside": {"gradio", "plotly", "matplotlib"},
    "heatmap": {"gradio", "plotly", "matplotlib"},
    "generation": {"gradio", "plotly", "matplotlib"},
}
SOURCES = [*sorted(PACKAGE.rglob("*.py")), ROOT / "app.py"]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "segdemo" and len(parts) > 1 else parts[0]


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, also inside functions; `from a import b` gives a.b too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}: relative imports hide where they point"
            found.add(str(node.module))
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_imports_point_down(path):
    here = room(module_name(path))
    if here == "segdemo":
        return
    for module in imports_of(path):
        there = room(module)
        if not module.startswith("segdemo.") or there in (here, "segdemo"):
            continue
        assert FLOORS[there] < FLOORS[here] or (here, there) in BESIDE, f"{here} imports {there}"


@pytest.mark.parametrize("path", SOURCES, ids=module_name)
def test_each_room_keeps_to_its_libraries(path):
    roots = {module.split(".")[0] for module in imports_of(path)}
    assert not roots & FORBIDDEN.get(room(module_name(path)), set())


def test_training_and_the_page_meet_only_in_the_manifest():
    for path in SOURCES:
        rooms = {room(module) for module in imports_of(path) if module.startswith("segdemo.")}
        if room(module_name(path)) in ("ui", "app"):
            assert "training" not in rooms
        if room(module_name(path)) == "training":
            assert "ui" not in rooms


def test_there_are_no_cycles():
    modules = {module_name(path): path for path in SOURCES}
    edges = {name: imports_of(path) & set(modules) - {name} for name, path in modules.items()}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join([*trail, name])
        if name not in done:
            for other in edges[name]:
                # A package's __init__ names its modules; what counts is who needs whom.
                if not name.startswith(f"{other}."):
                    visit(other, (*trail, name))
            done.add(name)

    for name in modules:
        visit(name, ())


def allowed_at_import(node: ast.stmt) -> bool:
    """Definitions, constants, and the guards of main and of type checking."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("__name__ == '__main__'", "TYPE_CHECKING")
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    functions = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return isinstance(node, ast.Import | ast.ImportFrom | functions | ast.Assign | ast.AnnAssign)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=module_name)
def test_no_work_is_done_at_import(path):
    for node in ast.parse(path.read_text()).body:
        assert allowed_at_import(node), f"line {node.lineno}: {ast.unparse(node)[:60]}"


def test_importing_the_decoders_and_the_maths_needs_neither_torch_nor_gradio():
    code = (
        "import sys, segdemo.images, segdemo.labels, segdemo.metrics, segdemo.weights\n"
        "import segdemo.arithmetic\n"
        "assert not {'torch', 'gradio', 'matplotlib', 'timm'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT)


def test_the_top_level_is_the_fixed_list():
    listing = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tops = {line.split("/")[0] for line in listing.stdout.splitlines()}
    fixed = {"app.py", "segdemo", "weights", "tests", "requirements.txt", "README.md", "LICENSE"}
    assert {top for top in tops if not top.startswith(".")} <= fixed
