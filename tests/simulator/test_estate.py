"""Several accounts behind one front: whose a request is, and what its user may do."""

from __future__ import annotations

import json
import threading
import urllib.request
from urllib.error import HTTPError

import pytest

from linode_orm import ChildAccount, Domain, Forbidden, Instance, NotFound, Session, Unauthorized
from linode_orm.models import Event, User
from linode_orm.simulator import Estate, Simulator


def labels(session):
    return sorted(each.label for each in session.query(Instance))


def ask(place, method, path, body=None, token="owner"):
    """Send one request in process; give its status and its body."""
    reply = place.exchange(method, path, version="v4beta", body=body, token=token)
    return reply.status, json.loads(reply.content) if reply.content else None


@pytest.fixture
def estate():
    with Estate() as made:
        yield made


class TestAccounts:
    def test_each_token_has_an_account_of_its_own(self, estate):
        """What one account holds, another neither lists nor finds by its id, and no two objects have one id."""
        prod, test = estate.account("prod"), estate.account("test")
        web = prod.make.instance(label="web")
        other = test.make.instance(label="other")
        assert web.id != other.id
        assert labels(Session(client=estate.client("prod"))) == ["web"]
        session = Session(client=estate.client("test"))
        assert labels(session) == ["other"]
        with pytest.raises(NotFound):
            session.load(Instance, web.id)
        assert len(estate) == 2
        assert estate["prod"] is prod
        assert list(estate) == [prod, test]

    def test_a_token_that_no_account_has_is_refused(self, estate):
        """Nobody is taken for an owner, and what everybody may read needs no token."""
        estate.account("prod")
        with pytest.raises(Unauthorized):
            Session(client=estate.client("another")).query(Instance).all()
        assert ask(estate, "GET", "/regions", token=None)[0] == 200
        assert ask(estate, "GET", "/linode/instances", token=None)[0] == 401

    def test_tokens_and_parents_are_checked(self, estate):
        """A token is given once, and a parent has to be of this estate."""
        estate.account("prod")
        with pytest.raises(ValueError, match="no other account"):
            estate.account("prod")
        with pytest.raises(ValueError, match="no account of this estate"):
            estate.account("child", parent=Simulator())
        with pytest.raises(KeyError):
            estate["child"]

    def test_one_socket_serves_all(self, estate):
        """Two accounts are read and written at once over HTTP, and neither sees a row of the other."""
        for token in ("first", "second"):
            estate.account(token)
        with estate.serve() as server:

            def work(token):
                with Session(token, base_url=server.url) as session:
                    session.add_all(
                        Domain(domain=f"{token}-{n}.example.org", type="master", soa_email="a@example.org")
                        for n in range(8)
                    )
                    session.commit()

            threads = [threading.Thread(target=work, args=(token,)) for token in ("first", "second")]
            for each in threads:
                each.start()
            for each in threads:
                each.join()
            for token in ("first", "second"):
                with Session(token, base_url=server.url) as session:
                    found = [each.domain for each in session.query(Domain)]
                    assert len(found) == 8
                    assert all(each.startswith(token) for each in found)

    def test_a_file_goes_to_the_account_of_its_address(self, estate):
        """An upload reaches the account that asked for the address, which carries no token."""
        _, prod = estate.account("test"), estate.account("prod")
        with estate.serve() as server:
            _, made = ask(estate, "POST", "/images/upload", {"label": "i", "region": "us-east"}, token="prod")
            assert made["upload_to"].startswith(server.url)
            urllib.request.urlopen(urllib.request.Request(made["upload_to"], b"x", method="PUT")).close()
            assert [each.path for each in prod.requests.matching("PUT")] == [f"/uploads/{made['image']['id']}"]


class TestTokens:
    def test_a_token_ends(self, estate):
        """A token with an end is good until then."""
        estate.account("prod", expires_in=60)
        session = Session(client=estate.client("prod"))
        assert labels(session) == []
        estate.clock.advance(60)
        with pytest.raises(Unauthorized):
            session.query(Instance).all()

    def test_a_token_has_scopes(self, estate):
        """What the scopes do not hold is refused, and the scopes stand in the headers."""
        estate.account("prod", scopes="linodes:read_only domains:read_write")
        assert ask(estate, "GET", "/linode/instances", token="prod")[0] == 200
        zone = {"domain": "example.org", "type": "master", "soa_email": "a@example.org"}
        assert ask(estate, "POST", "/domains", zone, token="prod")[0] == 200
        assert ask(estate, "GET", "/volumes", token="prod")[0] == 401
        reply = estate.exchange("POST", "/linode/instances", body={}, token="prod")
        assert reply.status == 401
        assert reply.headers["x-oauth-scopes"] == "linodes:read_only domains:read_write"
        assert reply.headers["x-accepted-oauth-scopes"] == "linodes:read_write"

    def test_a_token_gives_no_more_than_it_has(self, estate):
        """A token that is made by another has at most its scopes."""
        estate.account("prod", scopes="account:read_write linodes:read_only")
        wanted = {"label": "t", "scopes": "linodes:read_write"}
        assert ask(estate, "POST", "/profile/tokens", wanted, token="prod")[0] == 400
        status, made = ask(estate, "POST", "/profile/tokens", {**wanted, "scopes": "linodes:read_only"}, token="prod")
        assert status == 200
        assert ask(estate, "GET", "/linode/instances", token=made["token"])[0] == 200
        assert ask(estate, "GET", "/account", token=made["token"])[0] == 401

    def test_a_revoked_token_is_refused(self, estate):
        """A token that is deleted is good no more."""
        estate.account("owner")
        made = ask(estate, "POST", "/profile/tokens", {"label": "t"})[1]
        assert ask(estate, "GET", "/account", token=made["token"])[0] == 200
        assert ask(estate, "DELETE", f"/profile/tokens/{made['id']}")[0] == 200
        assert ask(estate, "GET", "/account", token=made["token"])[0] == 401

    def test_rates_are_counted_by_token(self, estate):
        """One token that is over its limit leaves the others what they have."""
        prod = estate.account("prod")
        second = prod.token()
        prod.rate_limits.add("GET", "/volumes", requests=2, per=60)
        assert [ask(estate, "GET", "/volumes", token="prod")[0] for _ in range(3)] == [200, 200, 429]
        assert [ask(estate, "GET", "/volumes", token=second)[0] for _ in range(3)] == [200, 200, 429]
        estate.clock.advance(60)
        assert ask(estate, "GET", "/volumes", token="prod")[0] == 200


class TestFamily:
    @pytest.fixture
    def family(self, estate):
        parent = estate.account("parent", company="Parent")
        return parent, estate.account("child", parent=parent, company="Child")

    def test_a_parent_lists_its_children(self, estate, family):
        """A child account is shown as it shows itself, and only to its parent."""
        ask(estate, "PUT", "/account", {"city": "Delft"}, token="child")
        (child,) = Session(client=estate.client("parent")).query(ChildAccount)
        assert (child.company, child.city) == ("Child", "Delft")
        assert child.euuid == Session(client=estate.client("child")).account.euuid
        assert Session(client=estate.client("child")).query(ChildAccount).all() == []
        assert family[0].read("/profile")["user_type"] == "parent"

    def test_a_proxy_token_works_in_the_child_and_ends(self, estate, family):
        """A parent acts in a child as its proxy user, for 15 minutes, and makes no tokens there."""
        family[1].make.instance(label="of-the-child")
        (child,) = Session(client=estate.client("parent")).query(ChildAccount)
        token = child.token().token
        session = Session(client=estate.client(token))
        assert labels(session) == ["of-the-child"]
        assert (session.profile.user_type, session.profile.restricted) == ("proxy", False)
        assert ask(estate, "POST", "/profile/tokens", {"label": "t"}, token=token)[0] == 403
        estate.clock.advance(901)
        with pytest.raises(Unauthorized):
            session.query(Instance).all()

    def test_a_delegate_token_needs_a_delegation(self, estate, family):
        """A user of the parent acts in a child after the child was delegated to that user."""
        euuid = family[1].state.account.body["euuid"]
        place = f"/iam/delegation/profile/child-accounts/{euuid}/token"
        assert ask(estate, "POST", place, token="parent")[0] == 400
        family[0].make.user(username="ann")
        assert (
            ask(estate, "PUT", f"/iam/delegation/child-accounts/{euuid}/users", {"users": ["ann"]}, token="parent")[0]
            == 200
        )
        ann = family[0].token("ann")
        status, made = ask(estate, "POST", place, token=ann)
        assert status == 200
        shown = ask(estate, "GET", "/profile", token=made["token"])[1]
        assert shown["user_type"] == "delegate"
        assert shown["username"].startswith("ann_")
        estate.clock.advance(901)
        assert ask(estate, "GET", "/profile", token=made["token"])[0] == 401

    def test_a_child_does_not_pay(self, estate, family):
        """Payments are the parent's."""
        assert ask(estate, "POST", "/account/promo-codes", {"promo_code": "x" * 32}, token="child")[0] == 403


class TestRestricted:
    @pytest.fixture
    def account(self, estate):
        made = estate.account("owner")
        made.make.user(username="ann", restricted=True)
        made.token("ann", token="ann")
        return made

    def grant(self, estate, **grants):
        status, said = ask(estate, "PUT", "/account/users/ann/grants", grants)
        assert status == 200, said
        return said

    def test_a_user_without_grants_sees_and_makes_nothing(self, estate, account):
        """Lists are empty, objects refuse, and so do creates, the account and its users."""
        web = account.make.instance(label="web")
        assert ask(estate, "GET", "/linode/instances", token="ann")[1]["data"] == []
        for method, path, body in (
            ("GET", f"/linode/instances/{web.id}", None),
            ("GET", f"/linode/instances/{web.id}/disks", None),
            ("PUT", f"/linode/instances/{web.id}", {"label": "mine"}),
            ("POST", f"/linode/instances/{web.id}/reboot", None),
            ("DELETE", f"/linode/instances/{web.id}", None),
            ("POST", "/linode/instances", {"type": "g6-nanode-1", "region": "us-east"}),
            ("GET", "/account", None),
            ("GET", "/account/users", None),
            ("POST", "/account/cancel", {}),
        ):
            status, said = ask(estate, method, path, body, token="ann")
            assert (status, said) == (403, {"errors": [{"reason": "Unauthorized"}]}), f"{method} {path}"
        assert ask(estate, "GET", "/linode/instances/1", token="ann")[0] == 404
        assert ask(estate, "GET", "/regions", token="ann")[0] == 200
        with pytest.raises(Forbidden):
            _ = Session(client=estate.client("ann")).account.email

    def test_every_entity_is_in_the_grants(self, estate, account):
        """The grants of a restricted user list all entities of the account, each with what the user may do."""
        web, zone = account.make.instance(label="web"), account.make.domain(domain="example.org")
        said = self.grant(estate, domain=[{"id": zone.id, "permissions": "read_write"}])
        assert said["linode"] == [{"id": web.id, "label": "web", "permissions": None}]
        assert said["domain"] == [{"id": zone.id, "label": "example.org", "permissions": "read_write"}]
        assert ask(estate, "GET", "/account/users/ann/grants")[1] == said
        assert ask(estate, "GET", "/profile/grants", token="ann")[1] == said
        assert ask(estate, "GET", "/profile/grants") == (204, None)

    def test_read_only_reads(self, estate, account):
        """A grant to read shows the object and what is below it, and refuses every write."""
        web, hidden = account.make.instance(label="web"), account.make.instance(label="hidden")
        self.grant(estate, linode=[{"id": web.id, "permissions": "read_only"}])
        session = Session(client=estate.client("ann"))
        assert labels(session) == ["web"]
        assert session.load(Instance, web.id).disks.query().all() == []
        assert ask(estate, "DELETE", f"/linode/instances/{web.id}", token="ann")[0] == 403
        assert ask(estate, "GET", f"/linode/instances/{hidden.id}", token="ann")[0] == 403

    def test_read_write_writes(self, estate, account):
        """A grant to write lets the user change, act and delete; other levels and entities are refused."""
        web = account.make.instance(label="web")
        self.grant(estate, linode=[{"id": web.id, "permissions": "read_write"}])
        assert ask(estate, "PUT", f"/linode/instances/{web.id}", {"label": "changed"}, token="ann")[0] == 200
        for wrong in ({"id": web.id, "permissions": "all"}, {"id": 1, "permissions": "read_only"}):
            assert ask(estate, "PUT", "/account/users/ann/grants", {"linode": [wrong]})[0] == 400
        self.grant(estate, linode=[{"id": web.id, "permissions": None}])
        assert ask(estate, "GET", f"/linode/instances/{web.id}", token="ann")[0] == 403

    def test_who_may_create_owns_what_is_created(self, estate, account):
        """A global grant lets the user create, and what is made can be written by the user."""
        self.grant(estate, **{"global": {"add_domains": True}})
        zone = {"domain": "example.org", "type": "master", "soa_email": "a@example.org"}
        status, made = ask(estate, "POST", "/domains", zone, token="ann")
        assert status == 200
        assert ask(estate, "DELETE", f"/domains/{made['id']}", token="ann")[0] == 200
        assert ask(estate, "POST", "/volumes", {"label": "v", "size": 20, "region": "us-east"}, token="ann")[0] == 403

    def test_what_a_body_names_is_written_too(self, estate, account):
        """A volume is attached only to a Linode that the user may write."""
        web, data = account.make.instance(region="us-east"), account.make.volume(region="us-east")
        self.grant(estate, volume=[{"id": data.id, "permissions": "read_write"}])
        attach = f"/volumes/{data.id}/attach"
        assert ask(estate, "POST", attach, {"linode_id": web.id}, token="ann")[0] == 403
        self.grant(estate, linode=[{"id": web.id, "permissions": "read_write"}])
        assert ask(estate, "POST", attach, {"linode_id": web.id}, token="ann")[0] == 200

    def test_events_name_the_user_and_show_what_the_user_may_see(self, estate, account):
        """An event tells who did it; a restricted user sees those of granted entities."""
        web, other = account.make.instance(label="web"), account.make.instance(label="other")
        self.grant(estate, linode=[{"id": web.id, "permissions": "read_write"}])
        ask(estate, "PUT", f"/linode/instances/{web.id}", {"label": "changed"}, token="ann")
        ask(estate, "PUT", f"/linode/instances/{other.id}", {"label": "changed-too"})
        seen = Session(client=estate.client("ann")).query(Event).all()
        assert {(each.username, each.entity.id) for each in seen if each.action == "linode_update"} == {("ann", web.id)}

    def test_every_user_has_a_profile(self, estate, account):
        """Keys and tokens are those of the user whose token it is; the profile shows the user as the account does."""
        key = {
            "label": "k",
            "ssh_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f ann",
        }
        assert ask(estate, "POST", "/profile/sshkeys", key, token="ann")[0] == 200
        assert ask(estate, "GET", "/profile/sshkeys")[1]["results"] == 0
        assert ask(estate, "GET", "/profile/sshkeys", token="ann")[1]["results"] == 1
        profile = ask(estate, "GET", "/profile", token="ann")[1]
        assert (profile["username"], profile["restricted"]) == ("ann", True)

    def test_a_renamed_user_keeps_tokens_and_grants_and_a_deleted_one_loses_them(self, estate, account):
        """Tokens and grants follow the name of the user; they end with the user."""
        web = account.make.instance(label="web")
        self.grant(estate, linode=[{"id": web.id, "permissions": "read_only"}])
        assert ask(estate, "PUT", "/account/users/ann", {"username": "anna"})[0] == 200
        assert ask(estate, "GET", f"/linode/instances/{web.id}", token="ann")[0] == 200
        assert ask(estate, "DELETE", "/account/users/anna")[0] == 200
        assert ask(estate, "GET", "/regions", token="ann")[0] == 401

    def test_a_token_names_a_user_of_the_account(self, account):
        """No token is made for a user that there is not."""
        with pytest.raises(LookupError, match="no user 'bob'"):
            account.token("bob")


def test_one_account_knows_its_users_too():
    """A simulator that is no part of an estate takes any token for its owner's, and a user's for what it is."""
    with Simulator() as sim:
        sim.make.user(username="ann", restricted=True)
        sim.make.instance(label="web")
        assert labels(Session(client=sim.client("anything"))) == ["web"]
        assert labels(Session(client=sim.client(sim.token("ann")))) == []
        assert {each.username for each in Session(client=sim.client()).query(User)} == {"ann", "simulated"}


def test_real_time_is_that_of_the_machine():
    """The date is today's, a job takes as long as it says, and `advance` comes on top."""
    from datetime import UTC, datetime, timedelta

    with Simulator(real_time=True, job_seconds=0.05) as sim:
        assert abs(sim.clock.now() - datetime.now(UTC)) < timedelta(seconds=5)
        session = Session(client=sim.client())
        session.add(web := Instance(label="web", region="us-east", type="g6-nanode-1"))
        session.commit()
        web.wait_until(Instance.status == "offline", timeout=30)
        sim.clock.advance(3600)
        ahead = sim.clock.now() - datetime.now(UTC)
        assert timedelta(minutes=59) < ahead < timedelta(minutes=61)


def test_a_token_that_is_unknown_is_refused_over_http_too():
    """The answer is that of the API, with its headers."""
    estate = Estate()
    estate.account("prod")
    with estate.serve() as server:
        request = urllib.request.Request(f"{server.url}/v4/account", headers={"Authorization": "Bearer other"})
        with pytest.raises(HTTPError) as caught:
            urllib.request.urlopen(request)
    assert caught.value.code == 401
    assert caught.value.headers["X-OAuth-Scopes"] == "unknown"
    caught.value.close()
