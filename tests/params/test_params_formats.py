"""Which files for the desk a client may ask for."""

from analysis.params.model import ClientParams

START = "name: Acme\nsources:\n  transactions: {files: orders.csv}\n"


def test_nothing_is_asked_for_by_default_and_both_kinds_may_be(load):
    assert load(START).formats == []
    assert load(f"{START}formats: [charts, pptx]\n").formats == ["charts", "pptx"]


def test_an_unknown_and_a_repeated_format_are_named_with_their_line(faults):
    (unknown,) = faults(f"{START}formats: [docx]\n")
    assert (unknown.what, unknown.rule, unknown.found) == ("formats[0]", "must be one of pptx, charts", "'docx'")
    (twice,) = faults(f"{START}formats: [pptx, charts, pptx]\n")
    assert (twice.what, twice.rule) == ("formats", "must name each format once")
    assert twice.hint == "pptx stands there more than once"
    assert twice.where.endswith("acme.yml, line 4")


def test_a_repeated_format_is_told_together_with_other_faults(faults):
    found = faults(f"{START}formats: [pptx, pptx]\nseed: 1.5\n")
    assert {fault.what for fault in found} == {"formats", "seed"}


def test_formats_are_part_of_what_a_report_is_made_from(load):
    plain, asked = load(START), load(f"{START}formats: [pptx]\n")
    assert isinstance(asked, ClientParams)
    assert plain.model_dump(mode="json") != asked.model_dump(mode="json")
