"""Other sources: the official clients are read and never run, held against the declarations, and kept as facts."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import zipfile

import pytest

from linode_orm import models
from linode_orm._generate import drift, notes
from linode_orm._generate.facts import Facts
from linode_orm._generate.sources import files, npm_client, python_client
from linode_orm._generate.sources.compare import Comparison, Finding, compare
from linode_orm._generate.sources.typescript import declarations
from linode_orm._generate.sources.value import Asked, Source

TYPES = """
/** A volume; its label may hold "}" and 'quotes'. */
export interface Base { readonly id: number; 'odd-key'?: string; }
export type Status = 'active' | 'creating';
export interface Volume extends Base {
    label: string | null;  // never empty
    status: Status;
    owner: Owner;
    tags: string[];
    places: { region: string; zone: null | { id: number } }[];
}
type Owner = Named & { euuid: string } | null;
interface Named { name: string }
export type VolumePayload = Partial<Omit<Volume, 'status' | 'owner'>>;
export type Small = Pick<Volume, 'label'>;
"""
FUNCTIONS = """
import type { ResourcePage as Page } from '../types';
export declare const getVolumes: (params?: Params, filter?: Filter) => Promise<Page<Volume>>;
export declare const updateVolume: (id: number, data: VolumePayload) => Promise<Volume>;
export declare const moveVolume: ({ id, place, }: MovePayload) => Promise<{}>;
"""
BUNDLE = """
var API_ROOT = "https://api.linode.com/v4";
var BETA_API_ROOT = API_ROOT + "beta";

// src/volumes/volumes.ts
var getVolumes = (params, filter) => request_default(
  setURL(`${API_ROOT}/volumes`),
  setParams(params)
);
var updateVolume = (id, data) => request_default(
  setURL(`${API_ROOT}/volumes/${encodeURIComponent(id)}`),
  setMethod("PUT"),
  setData(data, schema)
);
var moveVolume = ({ id, place }) => request_default(
  setURL(
    `${BETA_API_ROOT}/volumes/${encodeURIComponent(
      id
    )}/move?now=true`
  ),
  setMethod("POST"),
  setData({ place })
);
"""
OBJECTS = """
raise SystemExit("client is read and never run")

class Place(JSONObject):
    region: str = ""
    zone: Optional[Zone] = field(default=None, metadata={"json_key": "zone.id"})

class Zone(JSONObject):
    number: int = 0

class Volume(Base):
    api_endpoint = "/volumes/{id}"
    properties = {
        "id": Property(identifier=True),
        "label": Property(mutable=True),
        "volume_class": Property(alias_of="class"),
        "places": Property(json_object=Place),
        "children": Property(derived_class=Child),
    }

class Child(DerivedBase):
    api_endpoint = "/volumes/{volume_id}/children/{id}"
    properties = {"id": Property(identifier=True), "volume_id": Property(identifier=True), "size": Property()}
"""


@pytest.fixture
def package(tmp_path):
    """Make an npm package of three files."""
    file = tmp_path / "linode-api-v4-9.9.9.tgz"
    texts = {
        "package.json": json.dumps({"version": "9.9.9"}),
        "lib/volumes/types.d.ts": TYPES,
        "lib/volumes/volumes.d.ts": FUNCTIONS,
        "lib/index.js": BUNDLE,
    }
    with tarfile.open(file, "w:gz") as archive:
        for name, text in texts.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return file


@pytest.fixture
def wheel(tmp_path):
    """Make a wheel of one module."""
    file = tmp_path / "linode_api4-7.0.0-py3-none-any.whl"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("linode_api4/objects/volume.py", OBJECTS)
    return file


def test_declarations_of_typescript():
    """Interfaces, types, unions and arrays are read; comments and texts with brackets are passed over."""
    found = declarations(TYPES)
    assert list(found) == ["Base", "Status", "Volume", "Owner", "Named", "VolumePayload", "Small"]
    base, own = found["Volume"].parts
    assert (base.name, list(own.properties)) == ("Base", ["label", "status", "owner", "tags", "places"])
    assert [each.name for each in own.properties["label"].type.parts] == ["string", "null"]
    assert own.properties["tags"].type.kind == "array"
    assert found["Base"].properties["odd-key"].optional


def test_the_front_ends_client_is_read(package):
    """Operations come from the bundle, keys and null from the types of what is answered and sent."""
    source = npm_client.read(package)
    assert (source.version, sorted(source.operations)) == (
        "9.9.9",
        ["GET /volumes", "POST /volumes/{}/move", "PUT /volumes/{}"],
    )
    answer = source.operations["GET /volumes"].answer
    assert {path for path, null in answer.items() if null} == {("label",), ("owner",), ("places", "zone")}
    assert {("id",), ("odd-key",), ("owner", "name"), ("owner", "euuid"), ("places", "zone", "id")} <= answer.keys()
    sent = source.operations["PUT /volumes/{}"].request
    assert {path[0] for path in sent} == {"id", "odd-key", "label", "tags", "places"}
    assert source.operations["POST /volumes/{}/move"].request == {("place",): False}
    assert source.where["PUT /volumes/{}"] == "updateVolume"


def test_the_python_client_is_read(wheel):
    """Properties are keys of a GET, mutable ones of a PUT; relations and ids of parents are none."""
    source = python_client.read(wheel)
    assert source.version == "7.0.0"
    assert set(source.operations["GET /volumes/{}"].answer) == {
        ("id",), ("label",), ("class",), ("places",), ("places", "region"), ("places", "zone.id"),
        ("places", "zone.id", "number"),
    }  # fmt: skip
    assert set(source.operations["PUT /volumes/{}"].request) == {("label",)}
    assert set(source.operations["GET /volumes/{}/children/{}"].answer) == {("id",), ("size",)}


def test_a_source_is_held_against_the_declarations():
    """What no declaration has is named by class and path, what may be null too; a parameter may stand for a word."""
    asked = Asked(
        request={("label",): False, ("size",): False},
        answer={("label",): True, ("nothing", "inside"): False, ("nothing",): False, ("tags",): True},
    )
    routes = {"PUT /volumes/{}": asked, "GET /databases/{}/instances": Asked(), "GET /sky": Asked()}
    found = compare(Source("client", "1", routes, {"PUT /volumes/{}": "f"}, exact_requests=True))
    assert found.operations == ["GET /sky"]
    assert found.keys == [Finding("Volume", "nothing", "f"), Finding("Volume", "size", "f")]
    assert found.nullable == [Finding("Volume", "label", "f"), Finding("Volume", "tags", "f")]
    whole = compare(Source("client", "1", routes, {}))
    assert [each.name for each in whole.keys] == ["Volume.nothing"]


def test_what_sources_say_is_kept(tmp_path):
    """Both files are read as they were written; what other sources say is null stays, what this one no longer says goes."""
    (tmp_path / "_nullable.toml").write_text('[Volume]\nsize = "TestVolume#1"\nlabel = "client old"\n')
    source = Source("client", "1", {})
    found = Comparison(
        ["GET /sky"],
        [Finding("Volume", "nothing", "f")],
        [Finding("Volume", "a\\.b.c", "f"), Finding("Stranger", "x", "f")],
    )
    files.write([(source, found)], ["Volume"], tmp_path)
    assert files.nullable(tmp_path) == {"Volume": {"size": "TestVolume#1", "a\\.b.c": "client f"}}
    kept = {"version": "1", "operations": ["GET /sky"], "keys": ["Volume.nothing"]}
    assert files.elsewhere(tmp_path) == {"client": kept}
    before = [(tmp_path / name).read_text() for name in ("_nullable.toml", "_elsewhere.toml")]
    files.write([(source, found)], ["Volume"], tmp_path)
    assert [(tmp_path / name).read_text() for name in ("_nullable.toml", "_elsewhere.toml")] == before


def test_the_report_names_what_is_neither_declared_nor_listed(tmp_path):
    """News of client, what is listed in vain, and null where the declaration has none."""
    source = Source("client", "2", {"GET /sky": Asked()})
    listed = Comparison(["GET /sea"], [Finding("Volume", "old", "f")], [])
    files.write([(source, listed)], models.INDEX, tmp_path)
    now = Comparison(["GET /sky"], [Finding("Volume", "new", "f")], [Finding("Volume", "label", "f")])
    assert list(drift.news(source, now, tmp_path)) == [
        "client 2: 1 operations",
        "client has GET /sky, which is neither declared nor listed",
        "client: GET /sea is listed, and declared or gone",
        "client has Volume.new, which is neither declared nor listed",
        "client: Volume.old is listed, and declared or gone",
        "client says that Volume.label may be null (f), and it is declared as never null",
    ]


def test_without_npm_or_a_network_the_report_says_so(monkeypatch, tmp_path):
    """A client that cannot be had is a line of the report, and the others are compared."""

    def unreachable(place):
        raise subprocess.CalledProcessError(1, ["pip", "download"])

    monkeypatch.setattr(npm_client.shutil, "which", lambda name: None)
    monkeypatch.setattr(python_client, "fetch", unreachable)
    assert list(drift.clients(tmp_path)) == [
        "drift: there is no npm here, so that @linode/api-v4 was not compared",
        "drift: linode_api4 cannot be fetched, so that it was not compared",
    ]


def test_the_notes_list_what_clients_alone_name():
    """The page is what the facts say: each operation and key with the clients that name it, and none that is declared."""
    assert not notes.differs(Facts()), "python -m linode_orm._generate writes it"
    known = files.elsewhere()
    assert known.keys() == {"@linode/api-v4", "linode_api4"}
    for name, own in known.items():
        routes = {route: Asked() for route in own["operations"]}
        assert compare(Source(name, own["version"], routes)).operations == own["operations"]
    rows = notes.clients({"one": {"version": "1", "operations": ["GET /b"], "keys": ["A.x"]},
                          "two": {"version": "2", "operations": ["GET /b"], "keys": ["A.y.z"]}})  # fmt: skip
    assert rows == "| `GET /b` | one 1, two 2 |\n| A: `x` | one 1 |\n| A: `y.z` | two 2 |\n"
