import pytest
from tiny_notebook import write_client

from analysis.report import early
from analysis.report.early import early_kernel


class FakeKernel:
    started: list = []  # noqa: RUF012

    def __init__(self, folder):
        self.folder, self.killed = folder, False
        FakeKernel.started.append(self)

    @classmethod
    def start(cls, folder):
        return cls(folder)

    def kill(self):
        self.killed = True


@pytest.fixture(autouse=True)
def started(monkeypatch):
    monkeypatch.setattr(early, "KernelProcess", FakeKernel)
    FakeKernel.started = []
    return FakeKernel.started


def test_cold_client_gets_a_kernel_that_is_gone_with_its_folder_in_the_end(tmp_path, started):
    with early_kernel("tiny", write_client(tmp_path), tmp_path / "reports", force=False) as kernel:
        assert kernel.folder.is_dir()
    assert started == [kernel]
    assert kernel.killed
    assert not kernel.folder.exists()


def test_kernel_is_gone_after_a_failure_too(tmp_path, started):
    with pytest.raises(KeyboardInterrupt), early_kernel("tiny", write_client(tmp_path), tmp_path, force=False):
        raise KeyboardInterrupt
    assert started[0].killed


@pytest.mark.parametrize("client", ["../tiny", "tiny/../tiny", "nobody", "Tiny", ""])
def test_no_kernel_for_who_is_no_client(tmp_path, started, client):
    with early_kernel(client, write_client(tmp_path), tmp_path / "reports", force=True) as kernel:
        assert kernel is None
    assert started == []


def test_no_kernel_where_a_report_may_prove_unchanged_unless_forced(tmp_path, started):
    params, report = write_client(tmp_path), tmp_path / "reports" / "tiny" / "2026-06-30"
    report.mkdir(parents=True)
    (report / "manifest.json").touch()
    with early_kernel("tiny", params, tmp_path / "reports", force=False) as kernel:
        assert kernel is None
    with early_kernel("tiny", params, tmp_path / "reports", force=True) as kernel:
        assert kernel is not None
