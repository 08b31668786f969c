"""The guards that hold row scoping (B01–B04), written over what exists: they grow with the apps.

The other two of the five are static: import-linter keeps models out of views, ruff an unused scope (ARG001).
"""

import importlib
import inspect
import pkgutil
import re
import uuid
from collections.abc import Callable, Iterator
from types import ModuleType

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from dabao.models import Region
from dabao.tests.policy import POLICY, WITHOUT_REGION, Reach, World

APPS = ("dabao", "screening", "reports", "supervision")


# --- Query functions take the scope first ---


def query_modules() -> Iterator[ModuleType]:
    for app in APPS:
        package = importlib.import_module(app)
        for module in pkgutil.walk_packages(package.__path__, f"{app}."):
            parts = module.name.split(".")
            if any(part.startswith("queries") for part in parts) and "tests" not in parts:
                yield importlib.import_module(module.name)


def public_functions(module: ModuleType) -> Iterator[Callable]:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not name.startswith("_"):
            yield function


def takes_scope_first(function: Callable) -> bool:
    return next(iter(inspect.signature(function).parameters), None) == "scope"


def test_every_query_function_takes_the_scope_first():
    without = [
        f"{module.__name__}.{function.__name__}"
        for module in query_modules()
        for function in public_functions(module)
        if not takes_scope_first(function)
    ]
    assert without == []


def test_a_query_function_without_scope_would_be_seen():
    def worklist(region, scope): ...

    assert not takes_scope_first(worklist)


# --- Every table has a path to a region ---


def our_models() -> list[type[Model]]:
    return [model for app in APPS for model in apps.get_app_config(app).get_models(include_auto_created=True)]


def path_ends_at_a_region(model: type[Model], path: str) -> bool:
    for part in path.split("__"):
        field = model._meta.get_field(part)
        if field.related_model is None:
            return model is Region and part == "code"
        model = field.related_model
    return False


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_every_table_has_a_path_to_a_region_or_a_reason_for_none(model):
    if model._meta.label in WITHOUT_REGION:
        assert not hasattr(model, "region_path"), "has a path: take it off the list"
        return
    assert hasattr(model.objects, "within"), "its manager knows no scope (ScopedQuerySet)"
    assert path_ends_at_a_region(model, model.region_path)


def test_the_list_of_tables_without_region_names_no_table_that_is_gone():
    assert set(WITHOUT_REGION) <= {model._meta.label for model in our_models()}


# --- Every address is declared, and a stranger finds nothing ---


def addresses(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Name with its namespace, and pattern, of every address; the pattern's text for one without a name."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from addresses(pattern.url_patterns, inner)
        else:
            yield f"{space}{pattern.name or pattern.pattern}", pattern


ADDRESSES = dict(addresses(get_resolver().url_patterns))


def names(*reaches: Reach) -> list[str]:
    return sorted(name for name, policy in POLICY.items() if policy.reach in reaches)


def test_every_address_is_declared_in_the_policy_table():
    assert sorted(set(ADDRESSES) - set(POLICY)) == []


def test_the_policy_table_declares_no_address_that_is_gone():
    assert sorted(set(POLICY) - set(ADDRESSES)) == []


@pytest.fixture
def world(county, cast, make_household) -> World:
    return World(county, cast, make_household)


@pytest.fixture
def stranger(client_of, cast) -> Client:
    """Staff and head of 桂花镇; the records of the walk lie in 石羊镇."""
    return client_of(cast.stranger)


@pytest.fixture
def idle(client_of, cast) -> Client:
    """Signed in, without any posting."""
    return client_of(cast.idle)


def address(name: str, world: World) -> str:
    return reverse(name, kwargs=POLICY[name].arguments(world))


def answers(client: Client, url: str) -> dict[str, int]:
    """Status by method; a method that the address does not know, or that only leads away, is left out."""
    if hasattr(resolve(url).func, "post_only"):
        return {"POST": client.post(url).status_code}
    found = {"GET": client.get(url).status_code, "POST": client.post(url).status_code}
    return {method: status for method, status in found.items() if status != 405}


def body(client: Client, url: str) -> str:
    """The answer's text without what differs between any two requests: ids, tokens, reference numbers."""
    text = client.get(url).content.decode()
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9A-Za-z]{12,}", "…", text)


@pytest.mark.parametrize("name", names(Reach.OWN, Reach.PAGE, Reach.ROW))
def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(client, world, name):
    url = address(name, world)
    answer = client.get(url)
    if answer.status_code == 405:
        answer = client.post(url)
    assert (answer.status_code, answer.headers.get("Location", "")[: len(settings.LOGIN_URL)]) == (
        302,
        settings.LOGIN_URL,
    )


@pytest.mark.parametrize("name", names(Reach.EVERYBODY))
def test_a_public_address_asks_for_no_sign_in(client, world, name):
    found = answers(client, address(name, world))
    assert found
    assert all(status < 400 for method, status in found.items() if method == "GET")


@pytest.mark.parametrize("name", names(Reach.PAGE))
def test_who_has_no_posting_is_refused(idle, world, name):
    found = answers(idle, address(name, world))
    assert found
    assert set(found.values()) <= {403, 404}


@pytest.mark.parametrize("name", names(Reach.ROW))
def test_a_stranger_gets_404_for_a_record_that_is_not_his(stranger, idle, world, name):
    url = address(name, world)
    assert set(answers(stranger, url).values()) == {404}
    assert set(answers(idle, url).values()) <= {403, 404}


@pytest.mark.parametrize("name", names(Reach.ROW))
def test_the_answer_for_a_strangers_record_is_the_answer_for_none(stranger, world, name):
    arguments = POLICY[name].arguments(world)
    absent = {
        key: uuid.uuid4() if isinstance(value, uuid.UUID) else value for key, value in arguments.items()
    }
    assert absent != arguments, "a record's address carries an opaque id"
    assert body(stranger, reverse(name, kwargs=arguments)) == body(stranger, reverse(name, kwargs=absent))


def test_no_address_takes_a_number_as_a_records_id():
    whole_numbers = [
        name
        for name, pattern in ADDRESSES.items()
        for converter in pattern.pattern.converters.values()
        if type(converter).__name__ == "IntConverter"
    ]
    assert whole_numbers == []


@pytest.mark.parametrize("name", names(Reach.ROW))
def test_who_comes_to_a_forms_address_without_the_form_is_led_to_a_page(name, world, client_of, cast):
    """After a refusal the browser shows it: Enter there, a bookmark, a sent link."""
    url = address(name, world)
    if hasattr(resolve(url).func, "post_only"):
        assert {client_of(who).get(url).status_code for who in (cast.county, cast.officer)} <= {302, 403}
