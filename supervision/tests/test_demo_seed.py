"""The demo is made once: a second run changes nothing of what people have made of it."""

from supervision.demo import seed

# Every part of the demo, in the order in which the seed asks for it.
PARTS = (
    ("people", "make_accounts"),
    ("lists", "import_lists"),
    ("work", "carry_on"),
    ("objections", "hear"),
    ("photos", "take"),
    ("warnings", "report"),
    ("reviews", "look_again"),
    ("aid", "carry_on"),
    ("orders", "send"),
    ("findings", "follow"),
    ("inspections", "come"),
    ("orders", "publish"),
)


def test_a_second_run_does_nothing(county, monkeypatch):
    done, told = [], []
    for part in PARTS:
        module, act = part
        monkeypatch.setattr(getattr(seed, module), act, lambda part=part, **_: done.append(part) or 0)
    monkeypatch.setattr(seed.User.objects, "get", lambda **_: None)
    seed.seed(told.append)
    seed.seed(told.append)
    assert done == list(PARTS)
    assert told[-1] == "演示数据早已装好，没有改动。"
