"""Both type checkers read every example of README and docs, and refuse only what the page itself says is refused."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.places import ROOT
from tests.proofs.docs.blocks import FILE

pytestmark = pytest.mark.slow

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "docs" / "examples").glob("*.py"))
FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# lines whose refusal is the point of the example, and classes that a page declares without a constructor
WRONG = (
    'instance.region == "us-east")',
    "volume.linode = instance",
    "import pytest",
    "Kettle(",
    "Cup(",
    ".join(Instance)",
    "Instance.lable",
)


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """Write the Python blocks of each page as a module, on the lines that they have in the page, and each example as one."""
    folder = tmp_path_factory.mktemp("pages")
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        kept = set()
        for block in FENCE.finditer(text):
            file = FILE.match(block[1])
            if file is not None:  # pages may name their own files, and import one from another
                (folder / file[1]).write_text(f"from __future__ import annotations\n\n{block[1]}", encoding="utf-8")
                continue
            first = text.count("\n", 0, block.start(1))
            kept |= set(range(first, first + block[1].count("\n")))
        lines = [line if at in kept else "" for at, line in enumerate(text.split("\n"))]
        # pages read as scripts do: annotations are not evaluated
        lines[0] = "from __future__ import annotations"
        (folder / f"{page.stem.replace('-', '_').lower()}.py").write_text("\n".join(lines), encoding="utf-8")
    for script in EXAMPLES:
        (folder / f"example_{script.stem.replace('-', '_')}.py").write_text(script.read_text(encoding="utf-8"))
    settings = {"pythonVersion": "3.11", "typeCheckingMode": "standard", "reportMissingModuleSource": False}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    return folder


def unexpected(folder, found):
    """Give the complaints about lines that are meant to be right."""
    text = {path.name: path.read_text(encoding="utf-8").split("\n") for path in folder.glob("*.py")}
    return [
        f"{name}:{line}: {said}: {text[name][line - 1].strip()}"
        for name, line, said in found
        if not any(each in text[name][line - 1] for each in WRONG)
    ]


def test_mypy(modules):
    """The strictest mypy accepts the examples."""
    pytest.importorskip("mypy", reason="a development tool")
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=", str(modules)]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    found = re.findall(r"([a-z_]+\.py):(\d+): error: (.+)", shown)
    assert unexpected(modules, [(name, int(line), said) for name, line, said in found]) == []


def test_pyright(modules):
    """Pyright accepts the examples."""
    pytest.importorskip("pyright", reason="a development tool")
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable]
    command += ["-p", str(modules / "pyrightconfig.json")]
    shown = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True).stdout
    found = [
        (Path(each["file"]).name, each["range"]["start"]["line"] + 1, each["message"])
        for each in json.loads(shown)["generalDiagnostics"]
        if each["severity"] == "error"
    ]
    assert unexpected(modules, found) == []
