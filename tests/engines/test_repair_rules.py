# SPDX-License-Identifier: GPL-3.0-or-later
"""When um-repair acts, and when it must not."""

import json
import os
import signal
import subprocess

import pytest

from engine.repair import (HOST, PROGRAM, SERVICE, Desk, Gate, executable,
                           quoted, wait_until)


@pytest.fixture
def desk(tmp_path, pki):
    return Desk(tmp_path, pki)


@pytest.fixture
def ready(desk):
    """A desk whose one repair is enabled and would work."""
    return desk.write(desk.hook(), desk.allow())


def test_enabled_repair_cures_and_ends_with_0(ready):
    status, said = ready.alarm()
    assert status == 0 and "name.cn-wildcard is gone" in said
    assert ready.is_cured()


def test_log_has_the_command_before_and_the_findings_after(ready):
    ready.alarm("--attempt", "3")
    start, end, result = ready.records()
    assert [start["event"], end["event"], result["event"]] == [
        "start", "end", "result"]
    assert start["before"]["name.cn-wildcard"] == "CRITICAL"
    assert start["argv"] == [str(part) for part in ready.cure()]
    assert end["exit"] == 0 and "name.cn-wildcard" not in end["after"]
    assert {each["run"] for each in (start, end)} == {result["run"]}
    assert (result["host"], result["service"], result["attempt"]) == (
        HOST, SERVICE, 3)
    assert (result["decision"], result["status"]) == ("acted", 0)


def test_repair_that_is_not_enabled_is_told_and_not_done(desk):
    desk.write(desk.hook(), desk.allow({"name.cn-wildcard": ("cure", False)}))
    status, said = desk.alarm()
    assert status == 0 and "dry-run" in said
    assert not desk.is_cured() and not desk.records("start")
    assert desk.result()["steps"][0]["command"] == [
        str(part) for part in desk.cure()]


def test_enabled_is_false_where_nothing_is_said(desk):
    text = desk.allow().replace(", enabled = true", "")
    desk.write(desk.hook(), text).alarm()
    assert not desk.is_cured() and desk.decisions() == ["dry-run"]


def test_dry_run_option_does_nothing_that_is_enabled(ready):
    assert ready.alarm("--dry-run")[0] == 0
    assert not ready.is_cured() and ready.decisions() == ["dry-run"]


@pytest.mark.parametrize("event", [
    {"state_type": "SOFT"}, {"state": "OK"}, {"state": "WARNING"},
    {"state": "UNKNOWN"}, {"state": "critical"}, {"state_type": "HARD "}],
    ids=str)
def test_only_a_hard_critical_is_acted_on(ready, event):
    assert ready.alarm(**event)[0] == 0
    assert not ready.is_cured()
    assert ready.result()["decision"] == "ignored"


@pytest.mark.parametrize("option", ["--downtime", "--host-downtime"])
def test_nothing_is_done_while_people_are_at_work(ready, option):
    assert ready.alarm(option, "1")[0] == 0
    assert not ready.is_cured()
    assert "downtime" in ready.result()["why"]
    assert ready.alarm(option, "0")[0] == 0 and ready.is_cured()


@pytest.mark.parametrize("event", [
    {"host": "um2.contoso.test"}, {"host": HOST.upper()}, {"host": "*"},
    {"host": HOST + " "}, {"host": HOST + "\n"}, {"service": "other"},
    {"service": SERVICE.lower()}, {"service": ""}], ids=str)
def test_what_is_not_in_the_list_exactly_is_refused(ready, event):
    assert ready.alarm(**event)[0] == 2
    assert not ready.is_cured()
    assert ready.result()["decision"] == "not-allowed"


def test_finding_that_has_gone_meanwhile_starts_nothing(ready):
    ready.serve(ready.pki.right)
    assert ready.alarm()[0] == 0
    assert ready.result()["decision"] == "nothing-to-do"
    assert not ready.records("start")


def test_finding_without_a_row_starts_nothing(desk):
    desk.write(desk.hook(findings=["served.differs"]),
               desk.allow({"served.differs": ("cure", True)}))
    assert desk.alarm()[0] == 0
    assert not desk.is_cured()


def test_finding_that_is_no_critical_starts_nothing(desk):
    check = [*desk.check(), "--state", "name.cn-wildcard=warning"]
    desk.write(desk.hook(), desk.allow(check=check)).alarm()
    assert not desk.is_cured()


def test_repair_that_does_not_help_ends_with_1(desk):
    desk.write(desk.hook("/bin/true"), desk.allow())
    status, said = desk.alarm()
    assert status == 1 and "still there" in said
    assert desk.decisions() == ["failed"]


def test_command_that_fails_ends_with_1_though_the_finding_is_gone(desk):
    cure = executable(desk.folder / "c", "#!/bin/sh\ncp %s %s\nexit 7\n" % (
        desk.right, desk.served))
    desk.write(desk.hook(cure), desk.allow())
    status, said = desk.alarm()
    assert status == 1 and "exit status 7" in said


def test_repair_that_brings_another_fault_ends_with_1(desk):
    desk.write(desk.hook("/bin/rm", desk.served), desk.allow())
    status, said = desk.alarm()
    assert status == 1 and "now there is local.file" in said


def test_finding_may_take_its_time_to_go(desk):
    """Right only once the check has been run after the action, in vain."""
    runs = desk.folder / "runs"
    check = executable(desk.folder / "check", '#!/bin/sh\necho >>%s\n'
                       'exec %s "$@"\n' % (runs, desk.plugin))
    desk.write(desk.hook("/bin/true", more="settle = 30\npoll = 0.05"),
               desk.allow(check=[check, *desk.check()[1:]]))
    with subprocess.Popen(desk.command(), stdout=subprocess.DEVNULL) as run:
        # Before the action, after it, and once more: the second has ended.
        wait_until("the third check", lambda: runs.exists() and
                   len(runs.read_text()) >= 3)
        desk.serve(desk.pki.right)
        assert run.wait(timeout=30) == 0
    assert desk.decisions() == ["done"]


@pytest.fixture
def two(desk):
    """A finding that hides another: no CN first, then a wildcard."""
    desk.serve(desk.pki.leaf(cn=()))
    wildcard = desk.folder / "wildcard.pem"
    wildcard.write_text("".join(
        each.pem for each in desk.pki.wildcard.path))

    def allow(*first):
        return desk.write(
            desk.hook(*first or ("/bin/cp", wildcard, desk.served),
                      name="first", findings=["name.cn-missing"]),
            desk.hook(), desk.allow({"name.cn-missing": ("first", True),
                                     "name.cn-mismatch": ("cure", True)}))
    return allow


def test_second_repair_follows_once_the_first_has_helped(desk, two):
    """Both findings at first; each repair takes one away."""
    cure_cn = executable(desk.folder / "cn", "#!/bin/sh\ncp %s %s\n" % (
        desk.pki.chain_file(desk.pki.leaf(cn=["um9.contoso.test"])),
        desk.served))
    two(cure_cn)
    assert desk.alarm()[0] == 0
    assert desk.decisions() == ["done", "done"] and desk.is_cured()


def test_nothing_follows_a_repair_that_did_not_help(desk, two):
    two("/bin/true")
    assert desk.alarm()[0] == 1
    assert desk.decisions() == ["failed"] and not desk.is_cured()


def test_one_action_is_not_repeated_for_another_finding(desk):
    """It took one of two away: the pause holds for the other, too."""
    half = desk.pki.chain_file(desk.pki.leaf(cn=["um9.contoso.test"]))
    desk.write(desk.hook("/bin/cp", half, desk.served), desk.allow(
        {"name.cn-wildcard": ("cure", True),
         "name.cn-mismatch": ("cure", True)}))
    assert desk.alarm()[0] == 2
    assert desk.decisions() == ["done", "limit"]
    assert len(desk.records("start")) == 1


def test_check_that_fails_after_the_action_is_no_success(desk):
    desk.write(desk.hook("/bin/cp", "/bin/true", desk.plugin), desk.allow())
    assert desk.alarm()[0] == 1
    assert desk.decisions() == ["failed"] and desk.result()["after"] is None


def test_looking_needs_no_enabling_and_comes_first(desk):
    look = desk.hook("/bin/echo", "Services: IIS", kind="look", name="see")
    desk.write(desk.hook(), look, desk.allow(more='look = ["see"]'))
    assert desk.alarm()[0] == 0
    ends = desk.records("end")
    assert [each["action"] for each in ends] == ["see", "cure"]
    assert ends[0]["output"] == "Services: IIS\n"


def test_action_that_looks_cannot_be_given_as_a_repair(desk):
    desk.write(desk.hook(kind="look"), desk.allow())
    status, said = desk.alarm()
    assert status == 3 and "whose kind is repair" in said


def test_action_that_repairs_cannot_be_given_as_a_look(desk):
    desk.write(desk.hook(), desk.allow({}, more='look = ["cure"]'))
    assert desk.alarm()[0] == 3
    assert not desk.is_cured()


LIMITS = "[limits.repair]\nper_day = %d\ntotal_per_day = %d\npause = %d\n"


def test_no_more_than_so_many_a_day(desk):
    desk.write(desk.hook("/bin/true"), desk.allow(),
               limits=LIMITS % (2, 9, 0))
    assert [desk.alarm()[0] for _ in range(3)] == [1, 1, 2]
    assert len(desk.records("start")) == 2
    assert desk.decisions() == ["limit"]


def test_no_more_than_so_many_a_day_of_all_hosts(desk):
    other = desk.allow(host="um2.contoso.test")
    desk.write(desk.hook("/bin/true"), desk.allow(), other,
               limits=LIMITS % (9, 1, 0))
    assert desk.alarm()[0] == 1
    assert desk.alarm(host="um2.contoso.test")[0] == 2
    assert len(desk.records("start")) == 1


def test_the_same_action_is_not_repeated_within_the_pause(desk):
    desk.write(desk.hook("/bin/true"), desk.allow(),
               limits=LIMITS % (9, 9, 600))
    assert [desk.alarm()[0] for _ in range(2)] == [1, 2]


def test_attempts_of_yesterday_do_not_count(desk):
    desk.write(desk.hook("/bin/true"), desk.allow(),
               limits=LIMITS % (1, 1, 0))
    desk.alarm()
    file = desk.state / "attempts.json"
    row, = json.loads(file.read_text())
    file.write_text(json.dumps([{**row, "time": row["time"] - 86400}]))
    assert desk.alarm()[0] == 1


def test_damaged_count_stops_everything(ready):
    (ready.state / "attempts.json").write_text('[{"time"')
    status, said = ready.alarm()
    assert status == 3 and "damaged" in said
    assert not ready.is_cured()


@pytest.fixture
def blocked(desk):
    """A run in the middle of its action, and the gate that holds it."""
    gate = Gate(desk.folder / "gate")
    hook = executable(desk.folder / "wait", "#!/bin/sh\ncat %s\ncp %s %s\n" % (
        gate.path, desk.right, desk.served))
    runs = []

    def start(*args, **how):
        desk.write(desk.hook(hook), desk.allow(), **how)
        runs.append(subprocess.Popen(desk.command(*args),
                                     stdout=subprocess.DEVNULL))
        gate.hold()
        return runs[0], gate
    yield start
    for run in runs:
        run.kill()
        run.wait()


def test_killed_run_has_been_counted_and_logged(desk, blocked):
    run, gate = blocked(limits=LIMITS % (1, 1, 0))
    run.kill()
    run.wait()
    assert desk.records("start") and not desk.records("end")
    assert desk.alarm()[0] == 2
    assert desk.decisions() == ["limit"]
    gate.open()


def test_second_alarm_at_the_same_time_is_told_busy(desk, blocked):
    run, gate = blocked()
    status, said = desk.alarm()
    assert status == 2 and "busy" in said
    gate.open()
    assert run.wait(timeout=30) == 0
    assert len(desk.records("start")) == 1


def test_second_alarm_waits_where_it_may(desk, blocked):
    run, gate = blocked(wait=30)
    with subprocess.Popen(desk.command(), stdout=subprocess.DEVNULL) as second:
        gate.open()
        assert run.wait(timeout=30) == second.wait(timeout=30) == 0
    assert [each["decision"] for each in desk.records("result")] == [
        "acted", "nothing-to-do"]


def test_termination_ends_what_was_started(desk, blocked):
    run, gate = blocked()
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=30) == 128 + signal.SIGTERM
    assert desk.result()["decision"] == "ended"
    gate.open()
    with pytest.raises(OSError):        # nobody reads it any more
        os.open(gate.path, os.O_WRONLY | os.O_NONBLOCK)


def test_background_lets_the_engine_go_on(desk, blocked):
    """It has ended with the action under way, and the work goes on."""
    run, gate = blocked("--background")
    assert run.wait(timeout=30) == 0
    assert not desk.records("end")
    gate.open()
    wait_until("the result", lambda: desk.records("result"))
    assert desk.decisions() == ["done"] and desk.is_cured()


def test_background_keeps_no_output_open(desk):
    """Who reads it to its end has it: Nagios' workers do."""
    desk.write(desk.hook(), desk.allow())
    assert desk.alarm("--background") == (0, "")
    wait_until("the result", lambda: desk.records("result"))


def test_hook_that_hangs_is_ended_at_its_deadline(desk):
    hook = executable(desk.folder / "h", "#!/bin/sh\nsleep 600 & sleep 600\n")
    desk.write(desk.hook(hook, more="settle = 0\ntimeout = 0.3"),
               desk.allow())
    status, said = desk.alarm()
    assert status == 1 and "ended by us after 0.3 s" in said


@pytest.mark.parametrize("place", ["a folder", "no folder", "a link"])
def test_without_a_log_nothing_is_done(desk, place):
    log = {"a folder": desk.folder, "no folder": desk.folder / "x" / "log",
           "a link": desk.folder / "link"}[place]
    if place == "a link":
        log.symlink_to(desk.folder / "elsewhere")
    desk.write(desk.hook(), desk.allow(), log=log)
    assert desk.alarm()[0] == 3
    assert not desk.is_cured()


def test_full_disk_means_nothing_is_done(desk):
    desk.write(desk.hook(), desk.allow(), log="/dev/full")
    assert desk.alarm()[0] == 3
    assert not desk.is_cured()


def test_log_may_be_rotated_and_a_cut_line_spoils_no_other(ready):
    ready.log.write_text('{"cut')
    ready.alarm()
    lines = ready.log.read_text().splitlines()
    assert lines[0] == '{"cut'
    assert all(json.loads(line) for line in lines[1:])
    ready.log.rename(ready.folder / "audit.1")
    ready.alarm()
    assert ready.result()["decision"] == "nothing-to-do"


def test_result_is_told_as_json_on_standard_input(desk):
    told = desk.folder / "told"
    hook = executable(desk.folder / "tell", "#!/bin/sh\ncat >%s\n" % told)
    tell = "[tell]\ncommand = %s\n" % quoted([hook])
    desk.write(tell, desk.hook(), desk.allow()).alarm()
    assert json.loads(told.read_text()) == desk.result()
    assert desk.records("told")


def test_nobody_is_told_of_an_alarm_that_is_ignored(desk):
    tell = "[tell]\ncommand = %s\n" % quoted(
        ["/usr/bin/touch", desk.folder / "told"])
    desk.write(tell, desk.hook(), desk.allow()).alarm(state_type="SOFT")
    assert not (desk.folder / "told").exists()


def test_closed_standard_output_harms_neither_log_nor_repair(ready):
    status = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *ready.command()],
        timeout=30).returncode
    assert status == 0 and ready.is_cured()
    assert [each["event"] for each in ready.records()] == [
        "start", "end", "result"]


def test_check_config_shows_what_is_allowed(desk):
    desk.write(desk.hook(), desk.allow(
        {"name.cn-wildcard": ("cure", True),
         "name.cn-mismatch": ("cure", False)}))
    status, said = desk.check_config()
    rows = [line.split("  ") for line in said.splitlines()]
    assert status == 0 and len(rows) == 3
    assert "repaired" in rows[1] and "told, not done" in rows[2]


def test_help_and_missing_options(desk):
    status, said = desk.run(PROGRAM, "--help")
    assert status == 0 and max(map(len, said.splitlines())) <= 80
    assert desk.run(PROGRAM, "--host", "x")[0] == 3
    assert desk.run(PROGRAM, "--nonsense")[0] == 3
