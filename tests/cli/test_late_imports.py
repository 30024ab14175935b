"""What a plain read on the command line does not import, and that what is imported late is whole."""

from __future__ import annotations

import json
from importlib.util import find_spec

import pytest

from linode_orm.simulator import Simulator, serve
from tests.cli.fresh import python

READ = """
import json, sys
from linode_orm.cli import main
sys.argv = ["linode-orm", "query", "Instance", "--format", "jsonl"]
try:
    main()
finally:
    ours = [vars(module) for name, module in sys.modules.items() if name.startswith("linode_orm")]
    values = {value for module in ours for value in module.values() if isinstance(value, type)}
    attrs = [each.__qualname__ for each in values if "__attrs_attrs__" in vars(each)]
    print(json.dumps({"modules": sorted(sys.modules), "attrs": sorted(attrs)}), file=sys.stderr)
"""
ATTRS_CLASSES = 20
OWN_MODULES = 176

UNUSED = {
    "charset_normalizer.api",
    "bz2",
    "configparser",
    "difflib",
    "idna.core",
    "importlib.metadata",
    "linode_orm.cli.conditions",
    "linode_orm.mapping.options",
    "linode_orm.mapping.sync_result",
    "linode_orm.output.table",
    "linode_orm.session.commit.commit",
    "linode_orm.session.planning.planner",
    "linode_orm.simulator",
    "linode_orm.wire.ratelimit.snapshot",
    "rich",
    "sqlite3",
}
"""What a plain read has no use for."""

LATE = "from linode_orm.cli.late_imports import install; install(); install()\n"


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Read a list in a fresh process, and list what it had loaded at its end, and the attrs classes of ours."""
    with Simulator() as simulator:
        simulator.seed(instances=3)
        with serve(simulator, port=0) as server:
            ended = python(tmp_path_factory.mktemp("run"), READ, LINODE_API_URL=server.url, LINODE_TOKEN="any")
    assert (ended.returncode, len(ended.stdout.splitlines())) == (0, 3), ended.stderr
    return json.loads(ended.stderr)


def test_what_a_plain_read_does_not_load(loaded):
    """A query as JSON lines loads neither what plans, writes and draws, nor what libraries seldom use."""
    modules = set(loaded["modules"])
    assert UNUSED & modules == set()
    assert {"click", "requests", "linode_orm.models.linode.instance"} <= modules


def test_how_much_of_the_package_a_plain_read_loads(loaded):
    """It loads at most 176 modules of ours and builds at most 20 attrs classes, each for a third of a millisecond."""
    assert len([each for each in loaded["modules"] if each.startswith("linode_orm")]) <= OWN_MODULES
    assert 0 < len(loaded["attrs"]) <= ATTRS_CLASSES, loaded["attrs"]


@pytest.mark.parametrize(
    ("code", "module"),
    [
        ("import requests; a = requests.Response(); a._content = b'caf\\xe9'; print(a.apparent_encoding)", "requests"),
        ("import charset_normalizer as c; print(c.from_bytes(b'plain').best().encoding)", "charset_normalizer"),
        ("import charset_normalizer as c; print(c.VERSION, c.__all__, c.__version__)", "charset_normalizer"),
        ("from attrs import converters as c, filters as f; print(c.optional(int)('7'), f.include.__name__)", "attrs"),
        ("import shutil, zipfile; print(shutil.get_archive_formats(), zipfile.ZIP_BZIP2)", "zipfile"),
        ("from traceback import format_exc; import tokenize; print(format_exc(), tokenize.tok_name[1])", "traceback"),
        ("import mimetypes, textwrap; print(mimetypes.guess_type('a.png'), textwrap.wrap('a b', 1))", "textwrap"),
        ("import idna; print(idna.encode('b\\xfccher.example'), idna.IDNAError.__mro__)", "idna"),
        ("from urllib3 import http2; print(http2.__all__, http2.probe.__name__)", "urllib3.http2"),
        ("from attrs import validators as v; print(v.instance_of(int), v.in_([1]))", "attrs"),
        (
            "from attrs import validators as v; import attr; print(v.instance_of is attr.validators.instance_of)",
            "attrs",
        ),
    ],
)
def test_what_is_imported_late_is_whole(tmp_path, code, module):
    """A module that is imported late gives what it gives elsewhere."""
    if find_spec(module.partition(".")[0]) is None:
        pytest.skip(f"{module} is not installed")
    plain, late = python(tmp_path, code), python(tmp_path, LATE + code)
    assert (late.returncode, late.stdout) == (0, plain.stdout), late.stderr
    assert late.stdout.strip()


def test_its_code_runs_at_the_first_use(tmp_path):
    """It stands in `sys.modules` at once, and its code runs when one of its names is used."""
    code = "import idna, sys; print('idna.core' in sys.modules); idna.encode; print('idna.core' in sys.modules)"
    ended = python(tmp_path, f"{LATE}{code}; print(type(idna).__name__)")
    assert ended.stdout.split() == ["False", "True", "module"], ended.stderr


def test_a_name_that_there_is_not(tmp_path):
    """A name that the module does not have is an `AttributeError`, before its code has run and after."""
    code = "import idna\nfor _ in range(2):\n    try: idna.nothing\n    except AttributeError as e: print(e, e.name)"
    ended = python(tmp_path, LATE + code)
    assert ended.stdout.splitlines() == ["module 'idna' has no attribute 'nothing' nothing"] * 2, ended.stderr


def test_threads_that_use_it_at_once(tmp_path):
    """Threads that look at one moment wait until its code has run, and find the same."""
    code = (
        "import sys, idna\nfrom concurrent.futures import ThreadPoolExecutor\nfrom threading import Barrier\n"
        "sys.setswitchinterval(1e-6)\nready = Barrier(8)\n"
        "def look(_):\n    ready.wait()\n    return idna.encode\n"
        "with ThreadPoolExecutor(8) as pool:\n    print(len(set(pool.map(look, range(8)))), idna.encode('a'))\n"
    )
    ended = python(tmp_path, LATE + code)
    assert ended.stdout == "1 b'a'\n", ended.stderr


def test_code_that_fails_runs_again(tmp_path):
    """Where its code fails, the error comes out, and the next use runs it again."""
    (tmp_path / "socks.py").write_text(
        "import os\nif os.environ.pop('BROKEN', ''): raise ImportError('half')\nready = 1\n"
    )
    code = "import socks\ntry: socks.ready\nexcept ImportError as error: print(error)\nprint(socks.ready)"
    ended = python(tmp_path, LATE + code, BROKEN="yes")
    assert ended.stdout.split() == ["half", "1"], ended.stderr
