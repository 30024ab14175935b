"""vcrpy reads what the recorder writes, and the recorder reads what vcrpy writes."""

from __future__ import annotations

import pytest

from linode_orm import Client, Image, Instance, Session
from linode_orm.testing import recorder
from tests.cli.fresh import python
from tests.proofs.cassettes.playing import NOWHERE, recorded, served

pytestmark = pytest.mark.slow

FILE = b"\x1f\x8b\x08\x00 a disk, packed" * 10
VCRPY = """
import sys, vcr
from linode_orm import Client
from tests.proofs.cassettes.test_vcrpy import program

url, cassette, mode = sys.argv[1:]
player = vcr.VCR(record_mode=mode, match_on=["method", "path", "query"])
with player.use_cassette(cassette) as played, Client("any-token-at-all", base_url=url, workers=1) as client:
    print(program(client), played.all_played)
"""


def program(client):
    """Edit each Linode, and upload an image."""
    with Session(client=client) as session:
        for each in session.query(Instance):
            each.tags.add("edge")
        session.commit()
        image = Image.upload(session, FILE, label="golden", region="us-east")
        return [each.label for each in session.query(Instance)], image.id


def test_vcrpy_replays_ours(tmp_path):
    """A cassette of the recorder, made with 8 workers, is replayed by vcrpy with one, by the API's own address."""
    with served() as (sim, url):
        sim.seed(instances=3)
        want, _ = recorded(tmp_path, program, url)
    ended = python(tmp_path, VCRPY, "https://api.linode.com", tmp_path / "x.yaml", "none")
    assert ended.stdout == f"{want} True\n", ended.stderr


def test_ours_replays_vcrpy_s(tmp_path):
    """A cassette of vcrpy, made with one worker, is replayed with 8, uploads included."""
    with served() as (sim, url):
        sim.seed(instances=3)
        ended = python(tmp_path, VCRPY, url, tmp_path / "x.yaml", "all")
    assert ended.returncode == 0, ended.stderr
    with recorder(tmp_path).use_cassette("x") as cassette, Client("x", base_url=NOWHERE) as client:
        assert f"{program(client)} False\n" == ended.stdout
        assert cassette.all_played
