"""The demo is made once: a second run changes nothing of what people have made of it."""

from supervision.demo import lists, people, seed, warnings, work


def test_a_second_run_does_nothing(county, monkeypatch):
    done, told = [], []
    monkeypatch.setattr(people, "make_accounts", lambda **_: done.append("accounts") or 0)
    monkeypatch.setattr(seed.User.objects, "get", lambda **_: None)
    monkeypatch.setattr(lists, "import_lists", lambda **_: done.append("lists"))
    monkeypatch.setattr(work, "carry_on", lambda **_: done.append("work"))
    monkeypatch.setattr(warnings, "report", lambda **_: done.append("warnings"))
    seed.seed(told.append)
    seed.seed(told.append)
    assert done == ["accounts", "lists", "work", "warnings"]
    assert told[-1] == "演示数据早已装好，没有改动。"
