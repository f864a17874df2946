import pytest
from two_kernels import FORKED, STOCK, running


@pytest.fixture(scope="module", params=[STOCK, FORKED])
def kernel(request):
    """A kernel, once as Jupyter's own and once forked: what holds for the one must hold for the other."""
    with running(request.param) as started:
        yield started


@pytest.fixture(params=[STOCK, FORKED])
def own_kernel(request):
    """As `kernel`, for tests that end it."""
    with running(request.param) as started:
        yield started


@pytest.fixture
def forked():
    with running(FORKED) as started:
        yield started
