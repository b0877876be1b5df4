"""The house: which room may know which, what the tree may not hold, and how large a file may grow."""

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROOMS = ("model", "intake", "network", "analysis", "output", "synthetic")
TOP_LEVEL = {
    "app.py", "geo", "data", "pages", "tests", "pyproject.toml", "README.md", "Makefile", "locale", "docs",
    ".streamlit", ".ci", "CHANGELOG.md", "LICENSE", ".gitignore",
}  # fmt: skip
OUTSIDE = {"socket", "urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3", "ftplib", "smtplib"}


def tracked() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def imports(path: Path) -> set[str]:
    """Every module a file imports, wherever in the file, in full dotted names."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found |= {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def under(names: set[str], *packages: str) -> set[str]:
    return {n for n in names for p in packages if n == p or n.startswith(f"{p}.")}


def forbidden_in(file: Path) -> tuple[str, ...]:
    """The packages a file may not import, by where it stands."""
    where = file.relative_to(ROOT).parts
    if where[0] == "pages":
        others = tuple(f"pages.{p.stem}" for p in (ROOT / "pages").glob("*.py") if p != file)
        return ("app", *others)
    if where[0] != "geo":
        return ()
    never = ["streamlit", "streamlit_folium", "pages", "app"]
    room = where[1] if len(where) > 2 else Path(where[1]).stem
    if room == "model":
        never += [f"geo.{other}" for other in (*ROOMS, "store", "study", "cli", "batch") if other != "model"]
    if room == "analysis":
        never += ["geo.network", "geo.intake", "geo.store", "geo.output"]
    if room == "network":
        never += ["geo.analysis"]
    if room not in ("batch", "cli", "study"):
        never += ["geo.study"]
    if room not in ("batch", "cli", "output"):
        never += ["geo.output"]
    return tuple(never)


PYTHON = [ROOT / name for name in tracked() if name.endswith(".py")]


@pytest.mark.parametrize("file", PYTHON, ids=lambda p: str(p.relative_to(ROOT)))
def test_no_arrow_that_must_never_be(file):
    assert not under(imports(file), *forbidden_in(file))


@pytest.mark.parametrize("file", [p for p in PYTHON if "tests" not in p.parts], ids=lambda p: p.name)
def test_the_program_opens_no_outside_connection(file):
    assert not under(imports(file), *OUTSIDE)


def test_a_forbidden_arrow_would_be_seen(tmp_path):
    sample = tmp_path / "sample.py"
    sample.write_text("def f():\n    from geo import study\n    import geo.output.maps\n")
    assert under(imports(sample), "geo.study") and under(imports(sample), "geo.output")


def test_the_top_level_is_the_one_agreed():
    assert {Path(name).parts[0] for name in tracked()} <= TOP_LEVEL


def test_no_module_has_a_name_that_says_nothing():
    empty = {"utils", "util", "helpers", "helper", "common", "misc"}
    assert not [name for name in tracked() if {Path(p).stem for p in Path(name).parts} & empty]


def test_no_file_of_ours_grows_past_one_idea():
    long = {str(p.relative_to(ROOT)): len(p.read_text(encoding="utf-8").splitlines()) for p in PYTHON}
    assert not {name: lines for name, lines in long.items() if lines > (650 if name.startswith("tests") else 400)}


def test_the_tree_names_no_registry_no_cdn_and_no_machine():
    registries = [
        ("py", "pi"), ("python", "hosted"), ("npm", "js"), ("deb.deb", "ian"), ("npm", "mirror"), ("ali", "yun"),
        ("tuna.tsing", "hua.edu"), ("mirrors.us", "tc.edu"), ("repo.hua", "weicloud"),
    ]  # fmt: skip
    hosts = "|".join(re.escape("".join(parts)) for parts in registries)
    patterns = re.compile(
        rf"({hosts})\.(org|com|net|cn)|cdn\.|unpkg\.com|jsdelivr|cdnjs|googleapis|[A-Z]:\\\\(Users|Windows)"
        r"|(?<![\w.!])/(work|root|farm|home|Users|opt|usr|mnt|srv|var)/\w"
    )
    found = []
    for name in tracked():
        path = ROOT / name
        if path.suffix in {".pbf", ".png", ".jpg", ".xlsx", ".gpkg"} or path == Path(__file__):
            continue
        text = path.read_text(encoding="utf-8")
        found += [f"{name}: {hit.group()}" for hit in patterns.finditer(text)]
    assert not found


def test_the_lock_file_pins_every_line_and_names_no_index():
    text = (ROOT / ".ci" / "requirements.lock").read_text(encoding="utf-8")
    requirements = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    assert requirements and all("==" in line for line in requirements)
    assert "index-url" not in text and "://" not in text
