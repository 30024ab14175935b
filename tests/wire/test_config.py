"""Configuration: where the token and the address come from, and what is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from linode_orm.errors import ConfigError
from linode_orm.wire.config import check_url, discover

if TYPE_CHECKING:
    from pathlib import Path

CLI = """\
[DEFAULT]
default-user = ann

[ann]
token = of-ann
region = us-east

[ben]
token = of-ben%20
"""


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """Give an environment whose home holds linode-cli's configuration."""
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config" / "linode-cli").write_text(CLI)
    return {"HOME": str(tmp_path)}


class TestToken:
    """The places in their order."""

    def test_order(self, home: dict[str, str]) -> None:
        """Argument, LINODE_TOKEN, LINODE_CLI_TOKEN, then the default user of linode-cli's file."""
        env = {**home, "LINODE_TOKEN": "of-env", "LINODE_CLI_TOKEN": "of-cli-env"}
        assert discover("given", environ=env).token == "given"
        assert discover(environ=env).token == "of-env"
        del env["LINODE_TOKEN"]
        assert discover(environ=env).token == "of-cli-env"
        assert discover(environ=home).token == "of-ann"

    def test_profile(self, home: dict[str, str]) -> None:
        """A profile is asked before the environment, and its signs are taken as they stand."""
        assert discover(profile="ben", environ={**home, "LINODE_TOKEN": "of-env"}).token == "of-ben%20"
        with pytest.raises(ConfigError, match=r"no token for the profile 'cid' .*linode-cli"):
            discover(profile="cid", environ=home)

    def test_other_places_of_the_file(self, tmp_path: Path) -> None:
        """The file may lie in the home itself, under XDG_CONFIG_HOME, or where LINODE_CLI_CONFIG says."""
        (tmp_path / ".linode-cli").write_text("[DEFAULT]\ndefault-user = x\n[x]\ntoken = old\n")
        assert discover(environ={"HOME": str(tmp_path)}).token == "old"
        (tmp_path / "xdg").mkdir()
        (tmp_path / "xdg" / "linode-cli").write_text("[DEFAULT]\ndefault-user = x\n[x]\ntoken = xdg\n")
        env = {"HOME": str(tmp_path / "nobody"), "XDG_CONFIG_HOME": str(tmp_path / "xdg")}
        assert discover(environ=env).token == "xdg"
        assert discover(environ={"LINODE_CLI_CONFIG": str(tmp_path / ".linode-cli")}).token == "old"

    def test_none(self, tmp_path: Path) -> None:
        """Without a token the error names every place."""
        with pytest.raises(ConfigError) as caught:
            discover(environ={"HOME": str(tmp_path)})
        for place in ("token=", "LINODE_TOKEN", "LINODE_CLI_TOKEN", "linode-cli configure", str(tmp_path)):
            assert place in str(caught.value)

    @pytest.mark.parametrize("token", ["", "two words", "line\nend", "tökén", 5])
    def test_no_token_at_all(self, token: str) -> None:
        """What cannot be a token is refused without being shown."""
        with pytest.raises(ConfigError) as caught:
            discover(token)
        assert not isinstance(token, str) or not token or token not in str(caught.value)

    @pytest.mark.parametrize(
        "text", ["token = naked-secret\n", "[x]\nnaked-secret\n", "[x]\ntoken=1\ntoken=naked-secret\n"]
    )
    def test_a_damaged_file(self, tmp_path: Path, text: str) -> None:
        """A file that is no configuration is named with its line, and none of its text is shown."""
        (tmp_path / ".linode-cli").write_text(text)
        with pytest.raises(ConfigError, match=r"\.linode-cli is no linode-cli configuration: \w+ at line \d") as caught:
            discover(environ={"HOME": str(tmp_path)})
        assert "naked-secret" not in str(caught.value)

    def test_settings_hide_the_token(self) -> None:
        """The repr of the settings has no token."""
        assert "given" not in repr(discover("given"))


class TestAddress:
    """The API's address."""

    @pytest.mark.parametrize("end", ["", "/", "/v4", "/v4/", "/v4beta", "/v4beta/"])
    def test_with_and_without_version(self, end: str) -> None:
        """The version at the end is the operation's business and taken off."""
        assert check_url(f"https://api.example.com{end}") == "https://api.example.com"

    def test_from_the_environment(self) -> None:
        """LINODE_API_URL stands where no argument does."""
        env = {"LINODE_API_URL": "https://other.example.com/v4"}
        assert discover("t", environ=env).base_url == "https://other.example.com"
        assert discover("t", "https://given.example.com", environ=env).base_url == "https://given.example.com"
        assert discover("t", environ={}).base_url == "https://api.linode.com"

    @pytest.mark.parametrize(
        "url", ["http://127.0.0.1:8080", "http://localhost", "http://[::1]:9", "http://a.localhost/v4"]
    )
    def test_plain_http_on_this_machine(self, url: str) -> None:
        """Plain http leads to this machine."""
        assert check_url(url).startswith("http://")

    @pytest.mark.parametrize(
        "url",
        ["http://api.linode.com", "http://10.0.0.1", "http://localhost.example.com", "http://127.0.0.1.example.com"],
    )
    def test_plain_http_elsewhere(self, url: str) -> None:
        """Plain http to anywhere else would show the token, and is refused."""
        with pytest.raises(ConfigError, match="in the clear"):
            check_url(url)

    @pytest.mark.parametrize("url", ["", "api.linode.com", "ftp://x", "https://", "https://a b", "https://[x", 5])
    def test_no_address(self, url: str) -> None:
        """What is no address is refused."""
        with pytest.raises(ConfigError, match="base_url"):
            check_url(url)

    @pytest.mark.parametrize(
        "url", ["https://me:pw@api.linode.com", "https://api.linode.com?x=1", "https://api.linode.com#x"]
    )
    def test_more_than_an_address(self, url: str) -> None:
        """User, password, query and fragment have no place in it, and are not shown."""
        with pytest.raises(ConfigError, match="no user, password, query or fragment") as caught:
            check_url(url)
        assert "pw" not in str(caught.value).replace("password", "")
