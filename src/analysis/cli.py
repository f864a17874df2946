"""The command ``audit``: parses, calls, prints, and says with its exit code how it went.

Nothing heavy is imported before it is known to be needed, so that ``audit --help`` answers at once.
"""

import argparse
import datetime as dt
import json
import os
import queue
import shutil
import signal
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from analysis import __version__
from analysis.errors import AnalysisError, Fault, InputError, ParamsError

if TYPE_CHECKING:
    from analysis.data.client import DataQuality, Repair
    from analysis.params.model import ClientParams
    from analysis.report.job import BuildResult

DONE, FAILED, BAD_INPUT, ALERTED = 0, 1, 2, 3
INTERRUPTED, TERMINATED = 130, 143  # 128 plus the signal's number, as shells have it
WIDTH_WITHOUT_TERMINAL = 120

EPILOG = """exit codes:
  0  done (or nothing to do)
  1  an unexpected failure; a broken notebook and a log are kept in OUT/<client>/failed
  2  bad parameters or data, with all faults listed; nothing was published
  3  built and published, and an alert of the client's parameters has fired

reports answers with the worst of all clients: 1 before 2 before 3 before 0; a run that was ended, with 130 or 143.
"""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command with `argv` (default: the process's own arguments) and return its exit code."""
    arguments = _parser().parse_args(argv)
    try:
        # A polite request to end must leave no kernel and no half report behind, just as Ctrl-C does.
        signal.signal(signal.SIGTERM, _terminate)
        return arguments.run(arguments)
    except InputError as error:
        _print_faults(error)
        return BAD_INPUT
    except AnalysisError as error:
        _complain(str(error))
        return FAILED
    except KeyboardInterrupt:
        _complain("interrupted: nothing was published")
        return INTERRUPTED
    except OSError as error:
        _complain(f"{error.strerror or error}: {error.filename}" if error.filename else str(error))
        return FAILED
    except Exception:  # noqa: BLE001 - the last place that can tell the user, with everything there is to know
        traceback.print_exc()
        return FAILED


def _terminate(_number: int, _frame: Any) -> NoReturn:
    raise SystemExit(TERMINATED)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="audit",
        description="Audit the relationship between a company and its customers.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    report = commands.add_parser("report", help="build the report of a client: PDF, HTML, notebook and JSON")
    _add_client(report)
    report.add_argument("--out", metavar="DIR", help="folder of the reports (default: reports)")
    report.add_argument("--as-of", metavar="DATE", help="date of the audit, YYYY-MM-DD")
    report.add_argument("--language", metavar="en|zh", help="language of the report")
    report.add_argument("--force", action="store_true", help="build even if nothing has changed")
    report.set_defaults(run=_report)
    _add_reports(commands)
    validate = commands.add_parser("validate", help="check a client's parameters and data, and build nothing")
    _add_client(validate)
    validate.set_defaults(run=_validate)
    study = commands.add_parser("study", help="test declared hypotheses on one client, or on several pooled")
    study.add_argument(
        "clients", nargs="*", metavar="CLIENT", help="ids of the clients: their files' names without .yml"
    )
    study.add_argument("--params", metavar="DIR", help="folder of the parameter files (default: params)")
    study.add_argument("--out", metavar="DIR", help="folder of the reports (default: reports)")
    study.add_argument("--as-of", metavar="DATE", help="date of the study, YYYY-MM-DD")
    study.add_argument("--language", metavar="en|zh", help="language of the study")
    study.add_argument("--force", action="store_true", help="build even if nothing has changed")
    study.set_defaults(run=_study)
    replication = commands.add_parser("replication", help="export de-identified data, codebook and scripts of a study")
    _add_client(replication)
    replication.add_argument("--out", metavar="DIR", help="folder of the reports (default: reports)")
    replication.add_argument("--as-of", metavar="DATE", help="date of the data, YYYY-MM-DD")
    replication.add_argument("--language", metavar="en|zh", help="language of the codebook")
    replication.add_argument("--restricted", action="store_true", help="answers beside orders, for controlled access")
    replication.add_argument("--force", action="store_true", help="build even if nothing has changed, with new codes")
    replication.set_defaults(run=_replication)
    _add_compare(commands)
    _add_portfolio(commands)
    schema = commands.add_parser("schema", help="print the JSON Schema of the parameter files")
    schema.set_defaults(run=_schema)
    return parser


def _add_reports(commands: Any) -> None:
    reports = commands.add_parser("reports", help="build the reports of many clients, side by side")
    reports.add_argument("clients", nargs="*", metavar="CLIENT", help="ids of clients (default: all that have a file)")
    reports.add_argument("--params", metavar="DIR|URL", help="where the parameter files are (default: params)")
    reports.add_argument("--out", metavar="DIR|URL", help="where the reports go: a folder, s3://... (default: reports)")
    reports.add_argument("--scheduler", metavar="URL", help="Dask scheduler whose workers build them: tcp://host:8786")
    reports.add_argument("--as-of", metavar="DATE", help="date of the audits, YYYY-MM-DD")
    reports.add_argument("--language", metavar="en|zh", help="language of the reports")
    reports.add_argument("--force", action="store_true", help="build even if nothing has changed")
    reports.add_argument(
        "--jobs", metavar="N", help="clients at a time (default: as many as processors or workers' threads)"
    )
    reports.add_argument(
        "--memory", metavar="SIZE", help="what all on a machine may hold: 4G, 60%% (default: 80%% of the free)"
    )
    reports.add_argument("--time-limit", metavar="TIME", help="for one client: 90s, 30m, 2h (default: 2h)")
    reports.set_defaults(run=_reports)


def _add_compare(commands: Any) -> None:
    compare = commands.add_parser("compare", help="put two published audits of a client side by side")
    _add_client(compare)
    compare.add_argument("--out", metavar="DIR", help="folder of the reports (default: reports)")
    compare.add_argument("--as-of", metavar="DATE", help="day of the later audit (default: the latest published)")
    compare.add_argument(
        "--against", metavar="DATE", help="day of the earlier audit (default: the one before the later)"
    )
    compare.add_argument("--language", metavar="en|zh", help="language of the comparison")
    compare.add_argument("--force", action="store_true", help="build even if nothing has changed")
    compare.set_defaults(run=_compare)


def _add_portfolio(commands: Any) -> None:
    portfolio = commands.add_parser("portfolio", help="put the published audits of all clients side by side")
    portfolio.add_argument("--out", metavar="DIR", help="folder of the reports (default: reports)")
    portfolio.add_argument("--as-of", metavar="DATE", help="only audits of this day or before (default: all)")
    portfolio.add_argument("--language", metavar="en|zh", help="language of the review (default: that of most clients)")
    portfolio.add_argument("--force", action="store_true", help="build even if nothing has changed")
    portfolio.set_defaults(run=_portfolio)


def _add_client(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("client", nargs="?", metavar="CLIENT", help="id of the client: its file's name without .yml")
    parser.add_argument("--params", metavar="DIR", help="folder of the parameter files (default: params)")


def _option(arguments: argparse.Namespace, name: str) -> str | None:
    """Return an option, or what make has passed for it through the environment, where no shell can misread it."""
    return getattr(arguments, name) or os.environ.get(f"AUDIT_{name.upper()}") or None


def _folder(arguments: argparse.Namespace, name: str, default: str = "") -> Path:
    """Return the folder that an option names; default: the one called like the option."""
    from analysis.storage.address import is_url, shown

    given = _option(arguments, name) or default or name
    if is_url(given):
        rule = "must be a folder of this machine: only audit reports works with object stores"
        hint = "audit reports CLIENT, or make reports CLIENTS=CLIENT"
        raise ParamsError([Fault(what=name, rule=rule, found=shown(given), where="given with the command", hint=hint)])
    return Path(given)


def _is_forced(arguments: argparse.Namespace) -> bool:
    return arguments.force or bool(os.environ.get("AUDIT_FORCE"))


def _client(arguments: argparse.Namespace) -> str:
    client = _option(arguments, "client")
    if client is None:
        where = "given with the command"
        hint = "audit report demo, or make report CLIENT=demo"
        raise ParamsError([Fault(what="the client id", rule="must be given", found="nothing", where=where, hint=hint)])
    return client


def _as_of(arguments: argparse.Namespace) -> dt.date | None:
    return _date(arguments, "as_of")


def _date(arguments: argparse.Namespace, name: str) -> dt.date | None:
    text = _option(arguments, name)
    try:
        return dt.date.fromisoformat(text) if text else None
    except ValueError:
        rule, where = "must be a date of the calendar, YYYY-MM-DD", "given with the command"
        raise ParamsError([Fault(what=name, rule=rule, found=repr(text), where=where)]) from None


def _report(arguments: argparse.Namespace) -> int:
    from analysis.report.early import early_kernel

    client, as_of = _client(arguments), _as_of(arguments)
    force = _is_forced(arguments)
    params, out = _folder(arguments, "params"), _folder(arguments, "out", "reports")
    with early_kernel(client, params, out, force=force) as kernel:
        from analysis.report.build import build_report
        from analysis.report.progress import TerminalProgress

        with TerminalProgress(sys.stderr) as progress:
            result = build_report(
                client,
                params_folder=params,
                out=out,
                as_of=as_of,
                language=_option(arguments, "language"),
                progress=progress,
                force=force,
                kernel=kernel,
            )
    _tell(result, result.files)
    for text in result.unanswered:
        _complain(f"alert without an answer: {text}")
    for text in result.alerts:
        _complain(f"alert: {text}")
    return ALERTED if result.alerts else DONE


def _reports(arguments: argparse.Namespace) -> int:
    from analysis.batch.limits import read_limits
    from analysis.batch.run import build_reports
    from analysis.batch.summary import render_outcomes, render_problems
    from analysis.cluster.place import choose_place
    from analysis.report.terminal import escape_controls
    from analysis.storage.home import open_home

    given = arguments.clients or (os.environ.get("AUDIT_CLIENTS") or os.environ.get("AUDIT_CLIENT") or "").split()
    options = {name: _option(arguments, name) for name in ("jobs", "memory", "time_limit")}
    limits, as_of, scheduler = read_limits(**options), _as_of(arguments), _option(arguments, "scheduler")
    params, out = _option(arguments, "params") or "params", _option(arguments, "out") or "reports"
    notices: queue.SimpleQueue[str] = queue.SimpleQueue()
    with open_home(params, out, given) as home:
        result = build_reports(
            given,
            home=home,
            place=choose_place(scheduler, limits, notices.put, jobs=options["jobs"], memory=options["memory"]),
            time_limit=limits.time_limit,
            as_of=as_of,
            language=_option(arguments, "language"),
            force=_is_forced(arguments),
            stream=sys.stderr,
            notices=notices,
        )
    print(render_outcomes(result.entries, _width(sys.stdout)))
    for text in render_problems(result.entries, _width(sys.stderr)):
        print(f"\n{text}", file=sys.stderr)
    if result.index:
        print(escape_controls(result.index))
    _complain(result.problem)
    return result.exit_code


def _study(arguments: argparse.Namespace) -> int:
    from analysis.report.progress import TerminalProgress
    from analysis.report.study_build import build_study
    from analysis.report.terminal import escape_controls

    given = " ".join(arguments.clients) or os.environ.get("AUDIT_CLIENTS") or os.environ.get("AUDIT_CLIENT") or ""
    if not given.split():
        what, where = "the client ids", "given with the command"
        hint = "audit study demo, or make study CLIENT=demo, or make study CLIENTS='demo demo-zh'"
        raise ParamsError([Fault(what=what, rule="must be given", found="nothing", where=where, hint=hint)])
    with TerminalProgress(sys.stderr) as progress:
        result = build_study(
            given,
            params_folder=_folder(arguments, "params"),
            out=_folder(arguments, "out", "reports"),
            as_of=_as_of(arguments),
            language=_option(arguments, "language"),
            progress=progress,
            force=_is_forced(arguments),
        )
    tables = [path for path in result.files if path.parent != result.folder]
    _tell(result, [path for path in result.files if path not in tables])
    print(f"  {escape_controls(str(result.folder / 'tables'))}: {len(tables)} files")
    return DONE


def _replication(arguments: argparse.Namespace) -> int:
    from analysis.report.progress import TerminalProgress
    from analysis.report.replication.build import build_replication
    from analysis.report.terminal import escape_controls

    with TerminalProgress(sys.stderr) as progress:
        result = build_replication(
            _client(arguments),
            params_folder=_folder(arguments, "params"),
            out=_folder(arguments, "out", "reports"),
            as_of=_as_of(arguments),
            language=_option(arguments, "language"),
            restricted=arguments.restricted or bool(os.environ.get("AUDIT_RESTRICTED")),
            progress=progress,
            force=_is_forced(arguments),
        )
    state = "Unchanged since it was built" if result.unchanged else f"Built in {result.seconds:.1f} s"
    print(f"{state}: {escape_controls(str(result.folder))}, {len(result.files)} files")
    return DONE


def _compare(arguments: argparse.Namespace) -> int:
    from analysis.report.comparison_build import build_comparison
    from analysis.report.progress import TerminalProgress

    with TerminalProgress(sys.stderr) as progress:
        result = build_comparison(
            _client(arguments),
            params_folder=_folder(arguments, "params"),
            out=_folder(arguments, "out", "reports"),
            as_of=_as_of(arguments),
            against=_date(arguments, "against"),
            language=_option(arguments, "language"),
            progress=progress,
            force=_is_forced(arguments),
        )
    _tell(result, result.files)
    return DONE


def _portfolio(arguments: argparse.Namespace) -> int:
    from analysis.batch.store import refresh_page
    from analysis.report.portfolio_build import build_portfolio
    from analysis.report.progress import TerminalProgress

    out = _folder(arguments, "out", "reports")
    with TerminalProgress(sys.stderr) as progress:
        result = build_portfolio(
            out=out,
            as_of=_as_of(arguments),
            language=_option(arguments, "language"),
            progress=progress,
            force=_is_forced(arguments),
        )
    refresh_page(out)  # so that it leads to the review
    _tell(result, result.files)
    return DONE


def _validate(arguments: argparse.Namespace) -> int:
    from analysis.params.load import load_params
    from analysis.report.job import check_steering_of

    params = load_params(_client(arguments), _folder(arguments, "params"))
    check_steering_of(params)
    from analysis.data.load import load_client_data  # pandas: not before the parameters are known to be sound

    data = load_client_data(params)
    print(f"The parameters and data of {params.client} can be used, as of {data.as_of.date().isoformat()}.\n")
    _print_quality(data.quality)
    if params.scale.pairwise:
        _print_consistency(params)
    return DONE


def _print_consistency(params: "ClientParams") -> None:
    """Print whether the judgements that weigh the score's dimensions agree with each other."""
    from analysis.document.translate import Translator
    from analysis.params.pairwise import DOUBTFUL
    from analysis.scale.weighting import pairwise_priorities, pairwise_remark

    judged, remark = pairwise_priorities(params), pairwise_remark(params)
    if remark is not None:
        print(f"\n{Translator('en', currency=params.money.currency)(remark)}")
    elif judged is not None:
        ratio = f"consistency ratio {judged.consistency_ratio:.2f}, at most {DOUBTFUL:.2f} is sound"
        print(f"\nThe pairwise comparison of the dimensions agrees with itself ({ratio}).")


def _print_quality(quality: "DataQuality") -> None:
    from analysis.report.terminal import render_table

    width = _width(sys.stdout)
    headers = ["Table", "Rows read", "Rows kept", "Customers", "First", "Last"]
    tables = [(t.table, t.rows_read, t.rows_kept, t.customers, t.first, t.last) for t in quality.tables]
    print(render_table(headers, [["" if cell is None else str(cell) for cell in row] for row in tables], width))
    if quality.repairs:
        headers = ["Repair", "Table", "Rows", "Of", "Taken out", "Effect on revenue", "Examples"]
        print(f"\n{render_table(headers, [_repair_row(repair) for repair in quality.repairs], width)}")


def _repair_row(repair: "Repair") -> list[str]:
    removed, effect = "yes" if repair.removed else "no", f"{repair.revenue_effect:,.2f}"
    return [repair.rule, repair.table, str(repair.rows), str(repair.total), removed, effect, ", ".join(repair.examples)]


def _schema(_arguments: argparse.Namespace) -> int:
    from analysis.params.schema import params_schema

    print(json.dumps(params_schema(), indent=2, ensure_ascii=False))
    return DONE


def _print_faults(error: InputError) -> None:
    from analysis.report.terminal import render_faults

    print(render_faults(error.title, error.faults, _width(sys.stderr)), file=sys.stderr)


def _tell(result: "BuildResult", files: Sequence[Path]) -> None:
    """Print what a build has done, and where its files lie."""
    from analysis.report.terminal import escape_controls

    if result.unchanged:
        print(f"Unchanged since it was built: {escape_controls(str(result.folder))}")
    else:
        print(f"Built in {result.seconds:.1f} s:")
    for path in files:
        print(f"  {escape_controls(str(path))}")


def _complain(text: str) -> None:
    from analysis.report.terminal import escape_controls

    for line in text.splitlines():
        print(escape_controls(line), file=sys.stderr)


def _width(stream: Any) -> int:
    """Return how many columns a line may take: the terminal's, or enough for a log."""
    fallback = (WIDTH_WITHOUT_TERMINAL, 24)
    if stream.isatty():
        return max(shutil.get_terminal_size(fallback).columns, 20)
    return int(os.environ["COLUMNS"]) if os.environ.get("COLUMNS", "").isdigit() else WIDTH_WITHOUT_TERMINAL


if __name__ == "__main__":
    sys.exit(main())
