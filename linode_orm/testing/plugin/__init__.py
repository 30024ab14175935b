"""The pytest plugin, which pytest loads in every project: its fixtures and its hooks."""

from linode_orm.testing.plugin.fixtures import linode_cassette as linode_cassette
from linode_orm.testing.plugin.fixtures import linode_cassette_options as linode_cassette_options
from linode_orm.testing.plugin.fixtures import linode_client as linode_client
from linode_orm.testing.plugin.fixtures import linode_session as linode_session
from linode_orm.testing.plugin.fixtures import linode_simulator as linode_simulator
from linode_orm.testing.plugin.hooks import pytest_addoption as pytest_addoption
from linode_orm.testing.plugin.hooks import pytest_configure as pytest_configure
from linode_orm.testing.plugin.hooks import pytest_runtest_call as pytest_runtest_call
from linode_orm.testing.plugin.hooks import pytest_runtest_protocol as pytest_runtest_protocol
from linode_orm.testing.plugin.hooks import pytest_runtest_setup as pytest_runtest_setup
from linode_orm.testing.plugin.hooks import pytest_runtest_teardown as pytest_runtest_teardown
from linode_orm.testing.plugin.hooks import pytest_sessionfinish as pytest_sessionfinish
from linode_orm.testing.plugin.hooks import pytest_terminal_summary as pytest_terminal_summary
from linode_orm.testing.plugin.hooks import pytest_testnodedown as pytest_testnodedown
from linode_orm.testing.plugin.hooks import pytest_unconfigure as pytest_unconfigure
