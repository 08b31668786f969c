"""The demo is made once: a second run changes nothing of what people have made of it."""

import inspect
import re

from supervision.demo import seed

# Each step as the seed calls it: module.function(… tell=tell) and the accounts.
STEPS = re.findall(r"\b(\w+)\.(\w+)\((?:plan|path|folder)=", inspect.getsource(seed.seed))


def test_a_second_run_does_nothing(county, monkeypatch):
    done, told = [], []

    def fake(name):
        return lambda **_: done.append(name) or 0

    for module, step in STEPS:
        monkeypatch.setattr(getattr(seed, module), step, fake(f"{module}.{step}"))
    monkeypatch.setattr(seed.User.objects, "get", lambda **_: None)
    seed.seed(told.append)
    seed.seed(told.append)
    assert done == [f"{module}.{step}" for module, step in STEPS]
    assert {"people.make_accounts", "lists.import_lists", "work.carry_on", "orders.send"} <= set(done)
    assert told[-1] == "演示数据早已装好，没有改动。"
