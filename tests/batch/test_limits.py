import psutil
import pytest

from analysis.batch import groups, limits, memory
from analysis.batch.limits import TIME_LIMIT, read_limits
from analysis.errors import ParamsError


@pytest.fixture
def cgroups(monkeypatch, tmp_path):
    """A machine's view of a process's control groups, to be written to."""
    monkeypatch.setattr(groups, "_PROC", tmp_path / "proc")
    monkeypatch.setattr(groups, "_TOP", tmp_path / "cgroup")

    def write(membership, files):
        for name, text in {
            "proc/self/cgroup": membership,
            **{f"cgroup/{key}": text for key, text in files.items()},
        }.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text)

    return write


def test_limits_of_the_newer_groups_count_at_every_level(cgroups):
    stat = "anon 5\ninactive_file 1000\n"
    files = {
        "app/memory.max": "5000\n", "app/memory.current": "2000\n", "app/memory.stat": stat,
        "app/job/memory.max": "max\n", "app/job/memory.current": "1500\n", "app/job/memory.stat": stat,
        "app/cpu.max": "150000 100000\n", "app/job/cpu.max": "max 100000\n",
    }  # fmt: skip
    cgroups("0::/app/job\n", files)
    assert list(groups.memory_left()) == [4000]
    assert list(groups.processors()) == [2]


def test_limits_of_the_older_groups_count_and_none_is_no_limit(cgroups):
    files = {
        "memory/box/memory.limit_in_bytes": "900\n", "memory/box/memory.usage_in_bytes": "1000\n",
        "cpu,cpuacct/box/cpu.cfs_quota_us": "-1\n", "cpu,cpuacct/box/cpu.cfs_period_us": "100000\n",
        "cpu,cpuacct/cpu.cfs_quota_us": "400000\n", "cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    }  # fmt: skip
    cgroups("9:name=systemd:/\n4:memory:/box\n2:cpu,cpuacct:/box\n0::/\n", files)
    assert list(groups.memory_left()) == [0]
    assert list(groups.processors()) == [4]


def test_in_a_container_the_mounted_group_is_our_own(cgroups):
    cgroups("0::/host/names/this/otherwise\n", {"memory.max": "700\n", "memory.current": "100\n"})
    assert list(groups.memory_left()) == [600]


def test_a_machine_without_groups_has_no_limits(cgroups):
    assert list(groups.memory_left()) == list(groups.processors()) == []


def test_most_of_what_is_free_is_the_budget(monkeypatch):
    monkeypatch.setattr(memory, "memory_left", lambda: iter([4_000_000_000]))
    free = min(psutil.virtual_memory().available, 4_000_000_000)
    assert read_limits(None, None, None).memory == pytest.approx(0.8 * free, rel=0.2)
    assert read_limits(None, "50%", None).memory == pytest.approx(0.5 * free, rel=0.2)


@pytest.mark.parametrize(
    ("text", "size"),
    [("4G", 4 << 30), ("512M", 512 << 20), ("1.5GiB", 3 << 29), ("2 gb", 2 << 30), ("900K", 900 << 10)],
)
def test_a_size_is_read(text, size):
    assert read_limits(None, text, None).memory == size


@pytest.mark.parametrize(
    ("text", "seconds"), [("90s", 90), ("90", 90), ("30m", 1800), ("30 min", 1800), ("1.5h", 5400)]
)
def test_a_duration_is_read(text, seconds):
    assert read_limits(None, None, text).time_limit == seconds


def test_defaults_come_from_the_machine(monkeypatch):
    monkeypatch.setattr(limits, "processors", lambda: iter([1]))
    assert read_limits(None, None, None).jobs == 1
    assert read_limits(None, None, None).time_limit == TIME_LIMIT
    monkeypatch.setattr(limits, "processors", lambda: iter([]))
    assert read_limits(None, None, None).jobs >= 1
    assert read_limits("7", None, None).jobs == 7


def test_all_options_that_cannot_be_read_are_told_at_once():
    with pytest.raises(ParamsError) as caught:
        read_limits("two", "a lot", "soon")
    assert [fault.what for fault in caught.value.faults] == ["jobs", "time_limit", "memory"]


@pytest.mark.parametrize(
    ("jobs", "size", "time"),
    [("0", None, None), ("-1", None, None), ("1.5", None, None), (None, "0G", None), (None, "150%", None), (None, "4", None),
     (None, "-4G", None), (None, None, "0s"), (None, None, "-5m"), (None, None, "2d"), ("²", None, None)],
)  # fmt: skip
def test_an_option_that_means_nothing_is_refused(jobs, size, time):
    with pytest.raises(ParamsError) as caught:
        read_limits(jobs, size, time)
    assert len(caught.value.faults) == 1
