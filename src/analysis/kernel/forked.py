"""What runs in a forked kernel: IPython's kernel, told what it would have read had it been loaded here and now."""

import importlib.util
import os
import sys
from collections.abc import Sequence

from ipykernel.kernelapp import IPKernelApp


class ForkedKernelApp(IPKernelApp):
    """IPython's kernel in a process in which matplotlib was imported before there was a shell."""

    def init_path(self) -> None:
        """Add the working directory to the search path, as a stock kernel does: the server itself runs without it."""
        if "" in sys.path or self.ignore_cwd or os.environ.get("PYTHONSAFEPATH"):
            return
        packages = (at for at, path in enumerate(sys.path) if path.endswith(("site-packages", "dist-packages")))
        sys.path.insert(next(packages, 0), "")

    def init_gui_pylab(self) -> None:
        """Set up charts, with the backend that the environment names now."""
        super().init_gui_pylab()
        follow_backend()


def follow_backend() -> None:
    """Have matplotlib draw where ``MPLBACKEND`` says: it was last read in the server, where no shell was.

    Without it charts would silently disappear: the backend that draws into the notebook hooks itself into the shell
    when matplotlib first asks for a backend.
    """
    matplotlib = sys.modules.get("matplotlib")
    backend = os.environ.get("MPLBACKEND")
    if matplotlib is None or not backend:
        return
    matplotlib.rcParams["backend"] = backend
    sys.modules.pop("matplotlib_inline.backend_inline", None)  # looks for the shell when it is imported, and only then
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None and getattr(pyplot, "_backend_mod", None) is not None:
        pyplot.switch_backend(backend)  # something in the server has drawn already


def run_kernel(argv: Sequence[str]) -> None:
    """Run a kernel as ``python -m ipykernel_launcher ARGV...`` does, until it is shut down.

    Parameters
    ----------
    argv
        The command line after the module's name.
    """
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [str(launcher.origin if launcher else ""), *argv]
    # Read from the environment when its module is imported, so the server's: here the server is the parent.
    app = ForkedKernelApp.instance(parent_handle=os.getppid())
    app.initialize(list(argv))
    app.start()
