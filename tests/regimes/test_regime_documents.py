"""A number of the rules is written once: change it in parameters.toml, and every text and document follows."""

import re
import subprocess
from datetime import date, datetime, timedelta
from importlib.resources import files
from pathlib import Path

import polars as pl
import pytest
import yaml

from brief import DayTables
from brief.outlook import outlook
from regimes import Parameters, classify, daily_features, load_parameters
from regimes.documents import __main__ as command
from regimes.documents.__main__ import PROJECT, documents
from regimes.documents.render import DocumentError, with_marked_values
from regimes.scenarios import Outcome
from regimes.words.scenarios import conditions
from tests.regimes.synthetic_marts import FIRST_DAY, LONG_AFTER, Day, last_regimes, marts_of, quiet_day

TEXT = files("regimes").joinpath("parameters.toml").read_text(encoding="utf-8")
FLUSH = quiet_day(
    return_pct=-6.0, low_pct=-9.0, high_pct=0.2, long_usd=40e6, short_usd=8e6, open_interest_change_pct=-7.0
)
THREE = re.compile(r"\b(three|3)\s+closes\b", re.IGNORECASE)
FOUR = re.compile(r"\bfour closes\b")
MARKS = re.compile(r"<!--.*?-->")
# Texts of columns, and what was true of earlier versions.
HISTORY = ("CHANGELOG.md", "docs/changelog.md", "docs/adr/", "tests/")
COLUMN_TEXTS = ("regimes/schema.py", "docs/tables/")


def changed(name: str, value: int) -> Parameters:
    """The shipped parameters with one line changed and nothing else."""
    text, count = re.subn(rf"^{name} = \d+$", f"{name} = {value}", TEXT, flags=re.MULTILINE)
    assert count == 1
    return load_parameters(text)


@pytest.fixture(scope="module")
def four() -> Parameters:
    return changed("hold_days", 4)


def test_the_documents_are_as_the_parameters_say(parameters: Parameters) -> None:
    differing = [path for path, text in documents(parameters).items() if (PROJECT / path).read_text() != text]
    assert differing == [], "run make generated"


def test_four_closes_instead_of_three_change_every_document(parameters: Parameters, four: Parameters) -> None:
    now, then = ({path: MARKS.sub("", text) for path, text in documents(p).items()} for p in (parameters, four))
    naming = {path for path, text in now.items() if THREE.search(text)}
    assert {"docs/regimes.md", "docs/querying.md"} <= naming
    assert [path for path, text in then.items() if THREE.search(text)] == []
    assert {path for path, text in then.items() if FOUR.search(text)} == naming
    for path in naming:
        assert len(FOUR.findall(then[path])) == len(THREE.findall(now[path]))


def test_no_other_file_says_after_how_many_closes(parameters: Parameters) -> None:
    """What is not rendered has no number: code, templates, dashboards, SQL, reasons beside the values."""
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    rendered = documents(parameters)
    naming = []
    for path in listed.splitlines():
        file = PROJECT / path
        if path in rendered or path.startswith(HISTORY) or path.startswith(COLUMN_TEXTS) or not file.is_file():
            continue
        try:
            text = file.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        if THREE.search(text):
            naming.append(path)
    assert naming == []


def test_four_closes_instead_of_three_change_every_sentence_and_condition(four: Parameters, history: list[Day]) -> None:
    days = [*history, FLUSH, quiet_day(return_pct=0.1), quiet_day(return_pct=0.1)]
    classified = classify(daily_features(marts_of({"BTC": days}), four), four, LONG_AFTER)
    trigger = classified.days["triggers"].drop_nulls()
    assert trigger.len() > 0
    assert trigger.str.contains("^four closes in a row at or above ").all()
    confirmed = classified.scenarios.filter(outcome=Outcome.CONSOLIDATION_CONFIRMED.value)["condition"]
    assert confirmed.to_list() == [conditions(four.scenarios)[Outcome.CONSOLIDATION_CONFIRMED]]
    assert confirmed[0].startswith("four closes in a row")
    level = {"support_usd": 70_000.0, "support_band_usd": 900.0, "support_is_frozen": True,
             "support_status": "held", "earlier_count": 13, "earlier_held_share": 0.54}  # fmt: skip
    day = date(2026, 3, 10)
    tables = DayTables("BTC", day, {
        "regimes_daily": pl.DataFrame([{"asset": "BTC", "day": day, "is_final": True}]),
        "support_daily": pl.DataFrame([{"asset": "BTC", "day": day, **level}]),
    })  # fmt: skip
    said = " ".join(outlook(tables, [], four))
    assert "the next four closes kept the level" in said
    for texts in (*(classified.days[name] for name in ("explanation", "triggers")), classified.scenarios["condition"]):
        assert not texts.drop_nulls().str.contains(THREE.pattern).any()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("floor_days", 25, "the lowest close of the 25 days before"),
        ("open_days", 8, "| `expired` | eight days without any of these |"),
        ("baseline_days", 80, "over the 80 days before"),
        ("aftermath_days", 2, "up to\n  two days after the last such event"),
        ("provisional_minutes", 375, "Until 06:15 UTC of the next day"),
    ],
)
def test_another_number_is_in_the_page_of_the_rules(name: str, value: int, said: str) -> None:
    assert said in documents(changed(name, value))["docs/regimes.md"]


def test_a_day_becomes_final_at_one_time_everywhere(history: list[Day]) -> None:
    """Texts, documents and the label itself, from provisional_minutes."""
    later = changed("provisional_minutes", 375)
    pages = {path: MARKS.sub("", text) for path, text in documents(later).items()}
    for path in ("README.md", "docs/operations.md", "docs/architecture.md", "docs/regimes.md"):
        assert "06:15" in pages[path], path
    assert [path for path, text in pages.items() if "05:30" in text] == []
    days = [*history, quiet_day(inflow=None, outflow=None)]
    end = datetime.combine(FIRST_DAY, datetime.min.time()) + timedelta(days=len(days))
    for minutes, status in ((374, "provisional"), (375, "insufficient")):
        row = last_regimes({"BTC": days}, later, end + timedelta(minutes=minutes))["BTC"]
        assert row["data_status"] == status


def test_the_cron_lines_of_the_documents_run_when_a_day_is_final(parameters: Parameters) -> None:
    final = parameters.gate.final_at
    assert f"\n{final.minute} {final.hour} * * *  cd " in (PROJECT / "docs" / "operations.md").read_text()


def test_the_models_have_the_windows_of_the_rules(parameters: Parameters) -> None:
    """int_liquidations__counted computes in SQL what liquidations.py computes of the same days."""
    path = "dbt_project/dbt_project.yml"
    for rules in (parameters, changed("liquidation_days", 40)):
        written = yaml.safe_load(documents(rules)[path])["vars"]
        for name in ("liquidation_days", "liquidation_minimum_days"):
            assert written[name] == getattr(rules.windows, name)


@pytest.mark.parametrize("mark", ["windows.no_such_days", "no_such_section", "ramp('panic', 'funding_z')", "1 +"])
def test_a_mark_that_names_nothing_is_refused(mark: str, parameters: Parameters) -> None:
    with pytest.raises(DocumentError, match=r"^page.md: the mark = "):
        with_marked_values(f"for 3<!-- = {mark} --> days", parameters, "page.md")


def test_the_check_names_what_differs_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("docs", "dbt_project"):
        (tmp_path / folder).mkdir()
    (tmp_path / "README.md").write_text("final at 04:00<!-- = final_at -->\n")
    project = tmp_path / "dbt_project" / "dbt_project.yml"
    project.write_text("vars:\n  liquidation_days: 7  # = windows.liquidation_days\n")
    monkeypatch.setattr(command, "PROJECT", tmp_path)
    monkeypatch.setattr(command, "documents", lambda parameters: documents(parameters, tmp_path))
    assert command.main(["--check"]) == 1
    assert "README.md differs" in capsys.readouterr().err
    assert "04:00" in (tmp_path / "README.md").read_text()
    assert command.main([]) == 0
    assert (tmp_path / "README.md").read_text() == "final at 05:30<!-- = final_at -->\n"
    assert "liquidation_days: 30  # = windows" in project.read_text()
    assert command.main(["--check"]) == 0
