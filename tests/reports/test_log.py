"""The log and the result count the same things: messages, not requests."""

from __future__ import annotations

import re

from broadcast.dispatch.progress import Ending
from broadcast.publishing.summarise import summarise
from broadcast.reports.log import log
from tests.reports.filled_ledger import Chronicle, Try, outage, owed, person


def counted(ledger, sequence):
    """By channel: `accepted`, `failed`, `unknown`, ... as the log says them of a notice."""
    lines = (one for one in log(ledger, "INC-1", {}) if one.kind == "channel" and one.notice == sequence)
    found = {}
    for one in lines:
        accepted, planned = map(int, re.match(r"(\d+) of (\d+) accepted", one.text).groups())
        troubles = {word: int(count) for count, word in re.findall(r", (\d+) (\w+)", one.text)}
        found[one.channel] = {"accepted": accepted, "planned": planned, **troubles}
    return found


def test_a_second_request_is_no_second_failure(tmp_path):
    with Chronicle.begin(tmp_path) as chronicle:
        notice = chronicle.publish(6, [owed(person("c1"), ("sms",))])
        refused = Try("sms", "not_sent", 7, "connection refused")
        chronicle.send(notice, 6.5, {"c1": [refused, refused, Try("sms", "accepted", 8)]})

        assert counted(chronicle.ledger, 1) == {"sms": {"accepted": 1, "planned": 1}}


def test_every_number_of_the_log_is_the_result_s(tmp_path):
    with Chronicle.begin(tmp_path) as chronicle:
        outage(chronicle)
        for notice in chronicle.ledger.incidents.notices(chronicle.incident):
            result = summarise(notice, Ending.FINISHED, chronicle.ledger.history, {})
            of_result = {one.name: one.counts for one in result.channels}
            said = counted(chronicle.ledger, notice.sequence)
            assert said
            for channel, numbers in said.items():
                assert all(getattr(of_result[channel], name) == count for name, count in numbers.items())
