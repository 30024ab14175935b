"""Makes fresh projects whose tests are run by a pytest of their own, with the plugin and without what this one loaded."""

from __future__ import annotations

import os
import re

import pytest

from tests.places import ROOT

PLUGIN = "linode_orm.testing.plugin"
OUTCOME = re.compile(r"^(PASSED|FAILED|ERROR|SKIPPED|XFAIL) (?:\S+::)?(\w+(?:\[\S+\])?)(?: - |$)", re.MULTILINE)


@pytest.fixture
def project(pytester, monkeypatch):
    """Give a function that runs the tests of a fresh project, and returns the run with the outcome of each test."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]))
    # which plugins this environment has must not decide
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("LINODE_TOKEN", "LINODE_CLI_TOKEN", "LINODE_API_URL", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments, **files):
        """Run pytest over files, given by their names without the suffix."""
        if files:
            pytester.makepyfile(**files)
        result = pytester.runpytest_subprocess("-p", PLUGIN, "-rA", *arguments)
        text = result.stdout.str() + result.stderr.str()
        result.text = text
        result.outcomes = {name: outcome for outcome, name in OUTCOME.findall(text[text.rfind("short test summary") :])}
        return result

    return run
