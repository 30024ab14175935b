"""Lexicon and certbot's plugin as clients: records of a zone, and the answer to a challenge."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tests.clients.calls import Calls
from tests.clients.redirected import redirected

pytestmark = [pytest.mark.slow, pytest.mark.conformance]

ZONE = "names-example.org"


@pytest.fixture
def zone(account):
    """Give a zone to work in."""
    return account.make.domain(domain=ZONE, type="master", soa_email="a@example.org")


def test_lexicon_makes_changes_and_removes_records(account, served, zone):
    """Each kind of record is made once, found by name and content, changed and removed."""
    pytest.importorskip("lexicon", reason="dns-lexicon is not installed")
    from lexicon.client import Client
    from lexicon.config import ConfigResolver

    calls = Calls("dns-lexicon")

    def run(action, kind, name=None, content=None):
        options = {"provider_name": "linode", "domain": ZONE, "linode": {"auth_token": "a-token"}}
        with Client(ConfigResolver().with_dict(options)) as operations:
            given = {"rtype": kind, "name": name, "content": content}
            return getattr(operations, f"{action}_records" if action == "list" else f"{action}_record")(**given)

    with redirected(served.url):
        for kind, name, content in (
            ("A", f"www.{ZONE}", "192.0.2.1"),
            ("AAAA", "six", "2001:db8::1"),
            ("CNAME", "docs", "docs.example.com"),
            ("TXT", f"_acme-challenge.{ZONE}.", "challenge"),
            ("MX", "mail", "mx.example.com"),
        ):
            for _ in range(2):  # the second is the first, found again
                calls.attempt(f"create {kind}", lambda k=kind, n=name, c=content: run("create", k, name=n, content=c))
            found = calls.attempt(f"list {kind}", lambda k=kind, n=name: run("list", k, name=n)) or []
            if [each["content"] for each in found] != [content]:
                calls.failed(f"list {kind}", found)
        calls.attempt("update A", lambda: run("update", "A", name=f"www.{ZONE}", content="192.0.2.2"))
        if [each["target"] for each in records(account, zone) if each["type"] == "A"] != ["192.0.2.2"]:
            calls.failed("update A", records(account, zone))
        for kind in ("A", "AAAA", "CNAME", "TXT", "MX"):
            calls.attempt(f"delete {kind}", lambda k=kind: run("delete", k))
    assert calls.report() == []
    assert records(account, zone) == []


def records(account, zone):
    """Give the records of a zone as they stand now."""
    return [row.body for row in account.state.rows("DomainRecord") if row.parents == (str(zone.id),)]


def test_certbot_answers_a_challenge_and_cleans_up(account, served, zone, tmp_path):
    """The TXT record of a challenge is there until the plugin takes it away; a zone that is not there is an error."""
    pytest.importorskip("certbot_dns_linode", reason="certbot-dns-linode is not installed")
    from certbot.errors import PluginError
    from certbot_dns_linode._internal.dns_linode import Authenticator

    credentials = tmp_path / "linode.ini"
    credentials.write_text("dns_linode_key = a-token\n", encoding="utf-8")
    credentials.chmod(0o600)
    options = {"dns_linode_credentials": str(credentials), "dns_linode_propagation_seconds": 0}
    plugin = Authenticator(SimpleNamespace(**options, config_dir=str(tmp_path)), "dns-linode")
    calls, challenge = Calls("certbot-dns-linode"), f"_acme-challenge.www.{ZONE}"
    with redirected(served.url):
        calls.attempt("set up", plugin._setup_credentials)
        calls.attempt("perform", lambda: plugin._perform(f"www.{ZONE}", challenge, "answer"))
        found = [(each["type"], each["name"], each["target"]) for each in records(account, zone)]
        if found != [("TXT", "_acme-challenge.www", "answer")]:
            calls.failed("perform", found)
        calls.attempt("clean up", lambda: plugin._cleanup(f"www.{ZONE}", challenge, "answer"))
        with pytest.raises(PluginError):
            plugin._perform("www.elsewhere.example.com", "_acme-challenge.www.elsewhere.example.com", "answer")
    assert calls.report() == []
    assert records(account, zone) == []
