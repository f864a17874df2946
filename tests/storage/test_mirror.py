"""Only what an audit reads is fetched, and it comes to lie where the parameters say."""

from functools import partial

import pytest
from stored_project import folder_files, put

from analysis.data.paths import data_folder, matching_files
from analysis.params.load import load_params
from analysis.storage.address import Address
from analysis.storage.errors import StoppedError, StorageError
from analysis.storage.mirror import Mirror
from analysis.storage.store import Store

pytestmark = pytest.mark.cluster
URL = "memory://bucket/clients/params"
HEAD = "name: Acme\nsources:\n  feedback:\n    files: "


def go_on():
    pass


@pytest.fixture
def bring(memory, tmp_path):
    """Return a function that mirrors a client and returns the data that were fetched, by path relative to its folder."""

    def brought(text, client="acme", check=go_on):
        memory.pipe_file(f"/bucket/clients/params/{client}.yml", text.encode())
        mirror = Mirror(address=Address.parse(URL), root=tmp_path / "root")
        mirror.bring_parameters(client)
        params = load_params(client, mirror.folder)
        mirror.bring_named(params)
        mirror.bring_data(params, check)
        folder = data_folder(params).path
        return params, {name: content for name, content in folder_files(folder).items() if not name.endswith(".yml")}

    return brought


def fill(memory, *names, place="/bucket/clients/data/acme"):
    for name in names:
        memory.pipe_file(f"{place}/{name}", f"content of {name}".encode())


NAMES = (
    "a.csv",
    "b.csv",
    "b.xlsx",
    "~$a.csv",
    ".c.csv",
    "more/d.csv",
    "more/deep/e.csv",
    "[x].csv",
    "x.csv",
    "2026 Q1/f.csv",
)


@pytest.mark.parametrize(
    "pattern",
    [
        "a.csv",
        "'*.csv'",
        "'[ab].csv'",
        "'[x].csv'",
        "more/*.csv",
        "'**/*.csv'",
        "'*/*.csv'",
        "more/../a.csv",
        "[a.csv, more/d.csv]",
        "'2026*/f.csv'",
        "nothing.csv",
        "more",
        "./a.csv",
    ],
)
def test_patterns_mean_what_they_mean_in_a_folder(bring, memory, tmp_path, pattern):
    fill(memory, *NAMES)
    local = tmp_path / "local" / "clients"
    for name in NAMES:
        path = local / "data" / "acme" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"content of {name}")
    (local / "params").mkdir()
    (local / "params" / "acme.yml").write_text(HEAD + pattern)
    params, fetched = bring(HEAD + pattern)
    wanted = {}
    own = load_params("acme", local / "params")
    files = own.sources["feedback"].files
    for each in [files] if isinstance(files, str) else files:
        wanted |= {file.name: file.path.read_bytes() for file in matching_files(each, data_folder(own))}
    assert {name.replace("more/../", "").removeprefix("./"): content for name, content in wanted.items()} == fetched
    found = [
        each
        for each in ([files] if isinstance(files, str) else files)
        for each in matching_files(each, data_folder(params))
    ]
    assert {file.name for file in found} == wanted.keys()


def test_several_tables_bring_their_files_once(bring, memory):
    fill(memory, "a.csv", "b.csv", "c.csv")
    text = (
        HEAD
        + "'[ab].csv'\n  transactions:\n    - files: b.csv\n    - query: select 1\n      inputs: {t: {files: c.csv}}\n"
    )
    assert set(bring(text)[1]) == {"a.csv", "b.csv", "c.csv"}


@pytest.mark.parametrize(
    "folder", ["memory://elsewhere/far", "memory://elsewhere/far/", "memory://elsewhere/${CLIENT}/../far"]
)
def test_the_data_folder_may_be_a_url_of_its_own(bring, memory, folder):
    fill(memory, "a.csv", "b.csv", place="/elsewhere/far")
    params, fetched = bring(f"data_folder: {folder}\n{HEAD}a.csv")
    assert fetched == {"a.csv": b"content of a.csv"}
    (file,) = matching_files("a.csv", data_folder(params))
    assert file.name == "a.csv"


def test_a_file_may_be_a_url_of_its_own(bring, memory):
    fill(memory, "a.csv")
    fill(memory, "far1.csv", "far2.csv", "near.csv", place="/elsewhere")
    params, _ = bring(HEAD + "[a.csv, 'memory://elsewhere/far*.csv']")
    found = matching_files("memory://elsewhere/far*.csv", data_folder(params))
    assert [file.path.read_bytes() for file in found] == [b"content of far1.csv", b"content of far2.csv"]


def test_what_the_parameter_file_names_beside_itself_is_fetched(bring, memory):
    memory.pipe_file("/bucket/clients/brands/acme.svg", b"<svg/>")
    memory.pipe_file("/bucket/clients/params/own.yml", b"{}")
    memory.pipe_file("/bucket/clients/params/defaults.yml", b"language: zh\nbranding: {logo: ../brands/acme.svg}\n")
    params, _ = bring(f"actions: own.yml\n{HEAD}a.csv")
    assert params.language == "zh"
    home = params.params_file.parent
    assert (home / params.branding.logo).read_bytes() == b"<svg/>"
    assert (home / "own.yml").read_bytes() == b"{}"


@pytest.mark.parametrize("logo", ["nowhere.svg", "../../../../../../escaped.svg"])
def test_what_is_not_there_is_left_to_whoever_reads_it(bring, memory, tmp_path, logo):
    memory.pipe_file("/escaped.svg", b"<svg/>")
    params, _ = bring(f"branding: {{logo: {logo}}}\n{HEAD}a.csv")
    assert not (params.params_file.parent / logo).exists()
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (f"data_folder: ../../../../../outside\n{HEAD}a.csv", "data_folder"),
        (HEAD + "../../../../../../a.csv", "data_folder"),
        (f"data_folder: memory://elsewhere/far\n{HEAD}../../a.csv", "data_folder"),
        (HEAD + "memory://a.csv", "files"),
    ],
)
def test_what_leads_out_of_the_store_is_refused(bring, memory, tmp_path, text, what):
    with pytest.raises(StorageError) as caught:
        bring(text)
    (fault,) = caught.value.faults
    assert fault.what == what
    assert "bucket" in fault.rule
    assert fault.where == "params of acme"


def test_a_password_may_come_from_the_environment_and_not_from_the_file(bring, memory, monkeypatch):
    fill(memory, "a.csv", place="/me:hush-hush@host/far")
    monkeypatch.setenv("FAR_PASSWORD", "hush-hush")
    _, fetched = bring(f"data_folder: 'memory://me:${{FAR_PASSWORD}}@host/far'\n{HEAD}a.csv")
    assert set(fetched) == {"a.csv"}
    with pytest.raises(StorageError) as caught:
        bring(f"data_folder: 'memory://me:other@host/far'\n{HEAD}'memory://me:third@host/b.csv'")
    assert [fault.what for fault in caught.value.faults] == ["data_folder", "files"]
    assert not any(secret in str(caught.value) for secret in ("other", "third"))


def test_keys_that_can_be_no_file_are_left_out(bring, memory, tmp_path):
    fill(
        memory,
        "a.csv",
        "../evil.csv",
        "x/../../../up.csv",
        "/double.csv",
        "n" * 300 + ".csv",
        "nul\0.csv",
        ".",
        "..",
        "dir/",
    )
    _, fetched = bring(HEAD + "'**/*.csv'")
    assert set(fetched) == {"a.csv"}
    assert not list(tmp_path.rglob("*evil*")) + list(tmp_path.rglob("*up.csv"))


def test_names_in_any_script_and_with_any_sign_are_fetched(bring, memory):
    names = ("客户 反馈.csv", "a#b?c%20d.csv", "e&f=g.csv", "h'i\"j.csv", "*k.csv", "-rf.csv", "new\nline.csv")
    fill(memory, *names)
    assert set(bring(HEAD + "'*.csv'")[1]) == set(names)


def test_a_name_that_is_a_file_and_a_folder_is_refused(bring, memory):
    from fsspec.implementations.memory import MemoryFile

    fill(memory, "more/a.csv")
    name = "/bucket/clients/data/acme/more"
    memory.store[name] = MemoryFile(memory, name, b"a file, which object stores allow")
    with pytest.raises(StorageError, match="must not be a file and a folder at once"):
        bring(HEAD + "'**'")


def test_nothing_is_fetched_of_a_folder_of_the_machine(bring, memory, tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "a.csv").write_text("mine")
    fill(memory, "a.csv", place=str(own))
    _, fetched = bring(f"data_folder: {own}\n{HEAD}a.csv")
    assert fetched == {"a.csv": b"mine"}


def test_a_synthetic_client_fetches_nothing(bring, memory):
    fill(memory, "customers.csv")
    assert bring("synthetic: {seed: 7}\n" + HEAD.replace("feedback", "customers") + "customers.csv")[1] == {}


def test_fetching_ends_when_it_is_not_wanted_any_more(bring, memory):
    fill(memory, *(f"{number}.csv" for number in range(30)))
    calls = 0

    def stop():
        nonlocal calls
        calls += 1
        if calls > 3:
            raise StoppedError

    with pytest.raises(StoppedError):
        bring(HEAD + "'*.csv'", check=stop)


def test_a_large_file_comes_in_small_pieces_and_can_be_ended_midway(s3, tmp_path):
    size = 60_000_000
    s3.pipe_file("bucket/large.csv", b"x" * size)
    store = Store.open(Address.parse("s3://bucket"))
    calls = 0

    def count(limit=10**9):
        nonlocal calls
        calls += 1
        if calls > limit:
            raise StoppedError

    store.download({"large.csv": tmp_path / "large.csv"}, count)
    assert (tmp_path / "large.csv").stat().st_size == size
    assert calls > size / (1 << 20)
    calls = 0
    with pytest.raises(StoppedError):
        store.download({"large.csv": tmp_path / "again.csv"}, partial(count, 20))
    assert (tmp_path / "again.csv").stat().st_size < size / 2


def test_an_outline_has_the_names_and_sizes_and_no_content(memory, tmp_path):
    fill(memory, "a.csv", "b.csv")
    memory.pipe_file("/bucket/clients/params/acme.yml", (HEAD + "'*.csv'").encode())
    mirror = Mirror(address=Address.parse(URL), root=tmp_path)
    mirror.bring_all_parameters()
    mirror.outline_data(load_params("acme", mirror.folder))
    found = {path.name: path.stat() for path in tmp_path.rglob("*.csv")}
    assert {name: each.st_size for name, each in found.items()} == {"a.csv": 16, "b.csv": 16}
    assert all(b"content" not in path.read_bytes() for path in tmp_path.rglob("*.csv"))


def test_s3_gives_what_memory_gives(s3, tmp_path):
    local = tmp_path / "local"
    for name in ("[1] 订单.csv", "more/a b+c.csv", "not.txt"):
        (local / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (local / "data" / name).write_text(name)
    (local / "params").mkdir()
    (local / "params" / "acme.yml").write_text("data_folder: ../data\n" + HEAD + "'**/*.csv'")
    put(s3, local, "bucket/x")
    s3.pipe_file("bucket/x/data/empty folder/", b"")
    mirror = Mirror(address=Address.parse("s3://bucket/x/params"), root=tmp_path / "root")
    mirror.bring_parameters("acme")
    mirror.bring_data(load_params("acme", mirror.folder), go_on)
    fetched = folder_files(mirror.folder.parent / "data")
    assert fetched == {name: name.encode() for name in ("[1] 订单.csv", "more/a b+c.csv")}
