"""The command for a project of small clients, as a process of its own that tests can end."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "batch"))


def main() -> None:
    """Run ``audit reports`` with the project's notebook, on its folders unless others are given: ``... FOLDER ...``."""
    from analysis import cli
    from analysis.batch import run
    from analysis.cluster import place

    folder, *arguments = sys.argv[1:]
    notebook = Path(folder) / "tiny.ipynb"
    run.build_reports.__kwdefaults__["notebook"] = notebook
    on_cluster = place.on_cluster
    place.on_cluster = lambda *given, **options: on_cluster(*given, notebook=notebook, **options)
    own = ["--params", f"{folder}/params", "--out", f"{folder}/reports"]
    sys.exit(cli.main(["reports", *own, *arguments]))


if __name__ == "__main__":
    main()
