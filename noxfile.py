"""The project's checks, each named by its purpose: `nox` runs the usual ones, `nox -s benchmarks` one of the others."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import nox
from nox.command import CommandFailed

if TYPE_CHECKING:
    from collections.abc import Iterator

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["lint", "types", "contracts", "tests", "build"]
nox.options.reuse_existing_virtualenvs = True

ROOT = Path(__file__).parent
BARE = """
import linode_orm
from linode_orm.simulator import Simulator
with Simulator() as sim, linode_orm.Session(client=sim.client()) as session:
    sim.populate(3)
    assert session.query(linode_orm.Instance).count() == 3
assert all(getattr(linode_orm, name) for name in linode_orm.__all__)
print(linode_orm.__version__, "imports bare")
"""
"""What is run where nothing but the wheel and its dependencies is installed."""
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""The versions of Python that the package is for."""
CLIENTS = (
    "linode_api4",
    "linode-cli",
    "apache-libcloud",
    "dns-lexicon",
    "certbot-dns-linode",
    "yesterdaypy",
)
"""Programs and libraries of others that speak to the API."""
CLIENT_TESTS = ("tests/simulator/test_official_library.py", "tests/simulator/test_command_line.py", "tests/clients")


def prepare(session: nox.Session) -> None:
    """Install the package with everything its checks need; with `--no-venv` the environment that runs nox has it."""
    if session.virtualenv.venv_backend != "none":
        session.install("-e", ".[dev]")


@nox.session
def lint(session: nox.Session) -> None:
    """Style: every rule of ruff but those that pyproject.toml leaves out, each with its reason."""
    prepare(session)
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Both type checkers over the package."""
    prepare(session)
    session.run("mypy")
    session.run("pyright")


@nox.session
def contracts(session: nox.Session) -> None:
    """Who may import whom."""
    prepare(session)
    session.run("lint-imports")


@nox.session
def tests(session: nox.Session) -> None:
    """Every test but the benchmarks."""
    prepare(session)
    session.run("pytest", *session.posargs)


@nox.session
def quick(session: nox.Session) -> None:
    """Every test that is not slow, in less than a minute."""
    prepare(session)
    session.run("pytest", "-m", "not slow", *session.posargs)


@nox.session
def pythons(session: nox.Session) -> None:
    """Every test that is not slow, under each other version of Python that this machine has."""
    for version in PYTHONS:
        found = interpreter(version)
        if found is None:
            session.log(f"Python {version} is not on this machine")
        elif sys.version_info[:2] != tuple(map(int, version.split("."))):
            place = Path(session.create_tmp()).resolve() / version
            python = str(place / "bin" / "python")
            session.run(found, "-m", "venv", "--clear", str(place), external=True)
            session.run(python, "-m", "pip", "install", "--quiet", "--editable", ".[tests]", external=True)
            session.run(python, "-m", "pytest", "-q", "-n", "auto", "-m", "not slow", *session.posargs, external=True)


@nox.session
def full(session: nox.Session) -> None:
    """Every test and benchmark, each matrix whole; print the tables, and keep them in the folder of the session."""
    prepare(session)
    page = Path(session.create_tmp(), "full.md").resolve()
    page.unlink(missing_ok=True)
    session.run("pytest", "--full", f"--figures={page}", *session.posargs)
    session.run("pytest", "tests/proofs/benchmarks", f"--figures={page}")
    session.log(f"the tables stand in {page}; what matters of them belongs into docs/figures.md")


@nox.session
def examples(session: nox.Session) -> None:
    """Every example of README and docs, against the simulator."""
    prepare(session)
    session.run("pytest", "tests/proofs/docs", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site into `site/`, print how long that took, and check links, weight and completeness."""
    prepare(session)
    started = time.monotonic()
    shutil.rmtree(ROOT / "site", ignore_errors=True)
    doctrees = str(Path(session.create_tmp()).resolve() / "doctrees")
    session.run("sphinx-build", "-n", "-W", "-E", "-q", "-j", "auto", "-d", doctrees, "docs", "site")
    session.log(f"the site was built in {time.monotonic() - started:.0f} s")
    session.run("pytest", "-q", "tests/proofs/site", *session.posargs, env={"LINODE_ORM_SITE": str(ROOT / "site")})


@nox.session
def browser(session: nox.Session) -> None:
    """Look at every page of `site/` in the machine's Chromium; screenshots go to `screenshots/`. Run `docs` first."""
    if session.virtualenv.venv_backend != "none":
        session.install("-e", ".[dev,browser]")
    session.run("pytest", "-q", "-n", "0", "tests/proofs/browser", *session.posargs)


@nox.session
def notebook(session: nox.Session) -> None:
    """Run the notebook of docs, and check what it shows; `-- --keep-outputs` writes that into the file."""
    prepare(session)
    session.run("pytest", "-q", "tests/proofs/notebook", *session.posargs)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Print the table of figures, beside linode_api4 and SQLAlchemy."""
    prepare(session)
    session.run("pytest", "tests/proofs/benchmarks", "-s", *session.posargs)


@nox.session
def cassettes(session: nox.Session) -> None:
    """Record the cassettes anew from the simulator; with `-- --real` from the API, with LINODE_TOKEN."""
    prepare(session)
    session.run("pytest", "tests/proofs/cassettes", "--record", *session.posargs)


@nox.session
def models(session: nox.Session) -> None:
    """Write the declarations anew; with `-- --check` only say whether they would differ."""
    prepare(session)
    session.run("python", "-m", "linode_orm._generate", *session.posargs)


@nox.session
def conformance(session: nox.Session) -> None:
    """Print what of the API is declared, called, recorded and simulated, with every exception."""
    prepare(session)
    session.run("pytest", "-m", "conformance", "-q", "-p", "no:cacheprovider", *session.posargs)


@nox.session
def clients(session: nox.Session) -> None:
    """Run the newest published clients of the API against a served simulator, and print a table by client."""
    if session.virtualenv.venv_backend != "none":
        session.install("-e", ".[tests]")
        for name in CLIENTS:
            try:
                session.install("--upgrade", name, silent=True)
            except CommandFailed:
                session.warn(f"{name} does not install here, and is left out")
    modules = Path(session.create_tmp()).resolve()
    if shutil.which("npm") is None:
        session.warn("npm is not on this machine: @linode/api-v4 is left out")
    else:
        try:
            fetch = ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(modules), "@linode/api-v4@latest"]
            session.run(*fetch, external=True, silent=True)
        except CommandFailed:
            session.warn("@linode/api-v4 does not install here, and is left out")
    page = modules / "clients.md"
    page.unlink(missing_ok=True)
    env = {"LINODE_ORM_NODE_MODULES": str(modules)}
    # one process, because each keeps a table of its own
    session.run(
        "python", "-m", "pytest", "-q", "-n", "0", f"--figures={page}", *CLIENT_TESTS, *session.posargs, env=env
    )


@nox.session
def drift(session: nox.Session) -> None:
    """Say what the newest published description has that the declarations do not; a report that never fails."""
    prepare(session)
    session.run("python", "-m", "linode_orm._generate.drift", *session.posargs)


@nox.session
def changelog(session: nox.Session) -> None:
    """Show what the next release adds to the changelog; `-- --version 0.2.0` writes it and removes the fragments."""
    prepare(session)
    session.run("towncrier", "build", *(session.posargs or ["--draft", "--version", "next"]))


@nox.session
def api(session: nox.Session) -> None:
    """Compare the public names with those of the last release, or of `-- REF`; fail where one went away."""
    prepare(session)
    session.run("python", ".ci/public_api.py", *session.posargs)


@nox.session
def build(session: nox.Session) -> None:
    """Build wheel and sdist, look at what is in them, install them elsewhere and run every command from there."""
    prepare(session)
    work = Path(session.create_tmp()).resolve()
    shutil.rmtree(work / "dist", ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(work / "dist"), silent=True)
    (wheel,), (sdist,) = (work / "dist").glob("*.whl"), (work / "dist").glob("*.tar.gz")
    session.run("twine", "check", "--strict", str(wheel), str(sdist))
    session.run("check-wheel-contents", str(wheel))
    strangers = contents(wheel) - {"linode_orm", wheel.name.split("-py3")[0] + ".dist-info"}
    if strangers:
        session.error(f"{wheel.name} holds more than the package: {sorted(strangers)}")
    session.run("python", "-m", "venv", "--clear", str(work / "empty"))
    python = str(work / "empty" / "bin" / "python")
    session.run(python, "-m", "pip", "install", "--quiet", f"{wheel}[cli,cassettes]", external=True)
    with session.chdir(work):
        session.run(str(work / "empty" / "bin" / "linode-orm"), "demo", external=True)
    for version in PYTHONS:
        bare(session, version, wheel, work)
    modules = ("fresh_process", "statuses", "terminals", "fleet")
    commands = [f"tests/cli/test_{module}.py" for module in modules]
    session.run("pytest", "-q", *commands, env={"LINODE_ORM_INSTALLED": python})


def bare(session: nox.Session, version: str, wheel: Path, work: Path) -> None:
    """Install a wheel without an extra under one version of Python, where the machine has it, and use it."""
    found = interpreter(version)
    if found is None:
        session.log(f"Python {version} is not on this machine")
        return
    place = work / f"bare-{version}"
    session.run(found, "-m", "venv", "--clear", str(place), external=True)
    python = str(place / "bin" / "python")
    session.run(python, "-m", "pip", "install", "--quiet", str(wheel), external=True)
    with session.chdir(work):
        session.run(python, "-c", BARE, external=True)


def interpreter(version: str) -> str | None:
    """Return an interpreter of a version, on the PATH or kept by pyenv or uv; None where there is none."""
    for path in candidates(version):
        told = "import sys; print('{}.{}'.format(*sys.version_info))"
        # one on the PATH may be a shim that leads to none
        if subprocess.run([path, "-c", told], capture_output=True, text=True, check=False).stdout.strip() == version:
            return path
    return None


def candidates(version: str) -> Iterator[str]:
    """Yield the paths at which an interpreter of a version may be."""
    on_path = shutil.which(f"python{version}")
    if on_path is not None:
        yield on_path
    pyenv = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser() / "versions"
    uv = Path(os.environ.get("UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python")).expanduser()
    for folder in (*pyenv.glob(f"{version}.*"), *uv.glob(f"cpython-{version}.*")):
        yield str(folder / "bin" / f"python{version}")


def contents(wheel: Path) -> set[str]:
    """Return the top-level names in a wheel.

    Raise `SystemExit` if the marker of its types is missing or if the generator of the declarations is in it.
    """
    with ZipFile(wheel) as archive:
        names = archive.namelist()
    if "linode_orm/py.typed" not in names:
        msg = f"{wheel.name} has no linode_orm/py.typed"
        raise SystemExit(msg)
    if any(name.startswith("linode_orm/_generate/") for name in names):
        msg = f"{wheel.name} holds linode_orm/_generate, which only a checkout needs"
        raise SystemExit(msg)
    return {name.split("/")[0] for name in names}
