import subprocess
import sys

CODE = """
import sys
from analysis.report.imports import import_papermill
import_papermill()
assert "papermill" in sys.modules and "nbclient" in sys.modules
assert "rfc3987_syntax" not in sys.modules and "pyarrow" not in sys.modules
import pyarrow.fs, rfc3987_syntax  # later, whoever needs them gets them
"""


def test_what_no_notebook_needs_is_not_loaded_and_can_be_loaded_later():
    subprocess.run([sys.executable, "-c", CODE], check=True)


def test_what_is_loaded_already_stays():
    subprocess.run([sys.executable, "-c", "import pyarrow as first\n" + CODE.replace(' and "pyarrow" not in sys.modules', "")
                    + "\nassert pyarrow is first"], check=True)  # fmt: skip


PRELOADING = """
import sys
from analysis.report.kernel import PRELOAD
from analysis.report.kernel_main import preload
preload(PRELOAD)
assert set(PRELOAD) <= set(sys.modules) and "seaborn" in sys.modules and "statsmodels" in sys.modules
assert not {"ipywidgets", "statsmodels.api"} & set(sys.modules)
import ipywidgets  # a consultant's own cell gets them
"""


def test_the_kernel_loads_no_sliders_and_no_second_set_of_figures():
    subprocess.run([sys.executable, "-c", PRELOADING], check=True)
