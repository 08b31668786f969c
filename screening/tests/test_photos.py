"""Photos of a household: who adds, sees and removes them, what the log says, the typed text (C08; W08)."""

from datetime import date

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dabao.models import AuditEvent
from dabao.tests.cast import LIUSHUTANG, TODAY
from dabao.tests.test_pictures import HERE, photo
from screening.choices import Labour
from screening.models import CaseEvent, Photo, Verification
from screening.queries import photos as queries
from screening.rules.verdicts import Verdict
from screening.services import photos as services
from screening.services import verification
from screening.services.invariants import photos_and_files
from screening.tests.case_pages import filled
from screening.tests.test_verification import NOT, entry_of, submit


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    backend = settings.STORAGES["default"] | {"OPTIONS": {"location": str(tmp_path / "files")}}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    return tmp_path / "files" / "photos"


@pytest.fixture
def case(make_case, make_household):
    return make_case(make_household(LIUSHUTANG, ("普有福", Labour.WEAK), ("罗翠英", Labour.NONE)))


@pytest.fixture
def officer(cast, client_of):
    return client_of(cast.officer)


def upload(name="IMG_1.jpg", **values):
    return SimpleUploadedFile(name, photo(**({"gps": HERE} | values)), "image/jpeg")


def send(client, case, *files, kind="house", script=True, **fields):
    headers = {"X-Requested-With": "fetch"} if script else {}
    data = {"photo_kind": kind, "photos": list(files), **fields}
    return client.post(reverse("screening:case-photos", args=[case.pk]), data, headers=headers)


def address(photo, name="photo"):
    return reverse(f"screening:{name}", args=[photo.pk])


def take_away(client, photo, reason=""):
    return client.post(address(photo, "photo-remove"), {f"photo_reason-{photo.pk}": reason}, follow=True)


def told(action):
    return list(AuditEvent.objects.filter(action=action).values_list("actor_label", "region_code"))


# --- Adding ---


def test_a_photo_is_kept_with_what_the_camera_wrote_and_a_line_in_the_log(officer, case, own_storage):
    answer = send(officer, case, upload())
    one = Photo.objects.get()
    assert "存了 1 张照片" in answer.content.decode()
    assert (one.kind, one.by.name, one.recorded_on) == ("house", "鲁建华", TODAY)
    assert (str(one.latitude), str(one.longitude)) == ("25.720000", "101.330000")
    assert "拍摄于 3月29日 10:12，有位置" in answer.content.decode()
    assert told("photo.add") == [("鲁建华", LIUSHUTANG)]
    assert sorted(path.name for path in own_storage.iterdir()) == sorted(
        path.removeprefix("photos/") for path in (one.stored_as, one.small_as)
    )


def test_the_same_photo_twice_is_kept_once(officer, case, own_storage):
    send(officer, case, upload())
    answer = send(officer, case, upload("other name.jpg"), upload(size=(400, 300)))
    assert Photo.objects.count() == 2
    assert "有 1 张这一户已经有了" in answer.content.decode()
    assert len(list(own_storage.iterdir())) == 4


def test_one_bad_file_does_not_lose_the_good_ones(officer, case):
    bad = SimpleUploadedFile("IMG_2.jpg", b"MZ program")
    answer = send(officer, case, bad, upload()).content.decode()
    assert "第 1 张没有存：这个文件不是照片" in answer
    assert Photo.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"), [({"kind": "selfie"}, "先选拍的是什么"), ({"files": ()}, "还没选照片")]
)
def test_what_is_missing_is_said(officer, case, fields, words):
    files = fields.pop("files", (upload(),))
    assert words in send(officer, case, *files, **fields).content.decode()
    assert not Photo.objects.exists()


def test_a_household_has_room_for_so_many(officer, case, monkeypatch):
    monkeypatch.setattr(services, "MOST_PER_CASE", 1)
    send(officer, case, upload())
    assert "最多 1 张" in send(officer, case, upload(size=(90, 90))).content.decode()
    assert Photo.objects.count() == 1


def test_a_closed_household_takes_no_more(officer, make_case):
    closed = make_case(state="closed", outcome="enrolled", closed_on=TODAY)
    assert "已经办结" in send(officer, closed, upload()).content.decode()
    assert not Photo.objects.exists()


def test_a_failure_leaves_neither_row_nor_file(officer, case, own_storage, monkeypatch):
    real = FileSystemStorage._save

    def full(storage, name, content):
        if "small" in name:
            raise OSError("disk full")
        return real(storage, name, content)

    monkeypatch.setattr(FileSystemStorage, "_save", full)
    with pytest.raises(OSError, match="disk full"):
        send(officer, case, upload())
    assert not Photo.objects.exists()
    assert not list(own_storage.iterdir())
    assert told("photo.add") == []


def test_without_a_script_what_is_typed_is_kept_as_a_draft(officer, cast, case):
    typed = filled(case, grounds="写到一半", photo_kind="doorplate", photos=[upload()])
    answer = officer.post(reverse("screening:case-photos", args=[case.pk]), typed)
    assert answer.url == reverse("screening:case", args=[case.pk]) + "#photos"
    draft = Verification.objects.get().draft
    assert draft["grounds"] == "写到一半"
    assert not [name for name in draft if name.startswith("photo")]
    page = officer.get(reverse("screening:case", args=[case.pk])).content.decode()
    assert "写到一半" in page
    assert "存了 1 张照片" in page


def test_adding_is_no_conflict_for_who_has_the_form_open(officer, cast, case):
    before = case.version
    send(officer, case, upload())
    case.refresh_from_db()
    assert case.version == before


# --- Seeing ---


def test_a_photo_leaves_as_a_plain_jpeg_that_nobody_keeps(officer, case):
    send(officer, case, upload())
    for name in ("photo", "photo-small"):
        answer = officer.get(address(Photo.objects.get(), name))
        content = b"".join(answer)
        assert content.startswith(b"\xff\xd8\xff")
        assert b"Exif" not in content
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"] == 'inline; filename="photo.jpg"'


def test_the_file_itself_has_no_address(officer, case):
    send(officer, case, upload())
    stored_as = Photo.objects.get().stored_as
    for place in ("media", "files", "static"):
        assert officer.get(f"/{place}/{stored_as}").status_code == 404


@pytest.mark.parametrize(
    ("who", "kind", "status"),
    [
        ("colleague", "house", 200),
        ("assistant", "house", 200),
        ("county", "house", 200),
        ("leader", "paper", 200),
        ("stranger", "house", 404),
        ("stranger", "paper", 404),
        ("unit", "house", 404),
        ("admin", "house", 403),
        ("auditor", "house", 403),
    ],
)
def test_who_reads_the_household_sees_its_photos(officer, cast, client_of, case, who, kind, status):
    send(officer, case, upload(), kind=kind)
    client = client_of(getattr(cast, who))
    for name in ("photo", "photo-small"):
        assert client.get(address(Photo.objects.get(), name)).status_code == status


def test_papers_are_for_who_may_see_whole_numbers_and_looking_is_logged(
    officer, cast, client_of, make_case, make_household
):
    case = make_case(make_household("532326106001", ("张三", Labour.NONE)))
    paper = Photo.objects.create(
        case=case, kind="paper", by=cast.officer, recorded_on=TODAY, size=1, width=1, height=1,
        sha256="a" * 64, stored_as="photos/a.jpg", small_as="photos/a-small.jpg",
    )  # fmt: skip
    unit = client_of(cast.unit)  # supervises 赵家店镇
    assert unit.get(address(paper)).status_code == 403
    page = unit.get(reverse("screening:case", args=[case.pk])).content.decode()
    assert "材料，你的岗位不能看" in page
    assert address(paper, "photo-small") not in page
    default_storage.save("photos/a.jpg", SimpleUploadedFile("a", photo()))
    assert client_of(cast.county).get(address(paper)).status_code == 200
    assert told("photo.open") == [("杨秀兰", "532326106001")]


def test_a_photo_whose_file_is_gone_is_missing(officer, case, own_storage):
    send(officer, case, upload())
    for path in own_storage.iterdir():
        path.unlink()
    assert officer.get(address(Photo.objects.get())).status_code == 404


def test_the_page_keeps_its_number_of_queries(officer, case):
    def asked():
        with CaptureQueriesContext(connection) as captured:
            officer.get(reverse("screening:case", args=[case.pk]))
        return len(captured)

    send(officer, case, upload())
    few = asked()
    for size in range(60, 65):
        send(officer, case, upload(size=(size, size)))
    assert asked() == few


# --- What is said of it ---


def test_another_day_than_the_visit_is_a_hint(officer, cast, case):
    send(officer, case, upload(), upload(when="2020:04:10 09:00:00"))
    shown = queries.album(cast.officer.scope(), case.pk, visiting_on=TODAY).shown
    assert [one.hints for one in shown] == [("不是入户那天（4月10日）拍的",), ()]
    submit(case, cast.officer, entry_of(case, Verdict("dibao"), visited_on=date(2020, 3, 29)))
    shown = queries.album(cast.officer.scope(), case.pk).shown
    assert [one.hints for one in shown] == [(), ("不是入户那天（3月29日）拍的",)]


def test_the_same_photo_in_another_household_is_a_hint(officer, cast, client_of, case, make_case):
    other = make_case()
    send(officer, case, upload())
    send(officer, other, upload())
    assert queries.album(cast.officer.scope(), case.pk, None).shown[0].hints == ("另有 1 户用了同一张",)


def test_what_no_photo_shows_is_named(officer, cast, case):
    send(officer, case, upload(), kind="house")
    assert queries.album(cast.officer.scope(), case.pk).lacking == "没有户牌、没有材料"


# --- Taking away ---


def test_before_a_conclusion_its_author_deletes_it(
    officer, case, own_storage, django_capture_on_commit_callbacks
):
    send(officer, case, upload())
    with django_capture_on_commit_callbacks(execute=True):
        assert "照片移除了" in take_away(officer, Photo.objects.get()).content.decode()
    assert not Photo.objects.exists()
    assert not list(own_storage.iterdir())
    assert told("photo.delete") == [("鲁建华", LIUSHUTANG)]


def test_nobody_else_takes_it_away(officer, cast, client_of, case):
    send(officer, case, upload())
    answer = take_away(client_of(cast.colleague), Photo.objects.get(), "不清楚")
    assert "只有本人能移除" in answer.content.decode()
    assert Photo.objects.get().removed_on is None


def test_after_a_conclusion_it_is_kept_and_marked_with_a_reason(officer, cast, case, own_storage):
    send(officer, case, upload())
    submit(case, cast.officer, entry_of(case, NOT))
    one = Photo.objects.get()
    assert "移除要写明原因" in take_away(officer, one).content.decode()
    take_away(officer, one, "拍到了邻居家")
    one.refresh_from_db()
    assert (one.removed_on, one.removed_by, one.removal_reason) == (TODAY, cast.officer, "拍到了邻居家")
    assert len(list(own_storage.iterdir())) == 2
    assert CaseEvent.objects.filter(case=case, text__contains="移除照片（房屋）：拍到了邻居家").exists()
    page = officer.get(reverse("screening:case", args=[case.pk])).content.decode()
    assert "照片 0" in page
    assert "移除的 1 张" in page
    assert "已经移除了" in take_away(officer, one, "再一次").content.decode()


def test_a_conclusion_taken_back_lets_it_be_deleted_again(officer, cast, case):
    send(officer, case, upload())
    submit(case, cast.officer, entry_of(case, Verdict("dibao")))
    verification.withdraw(scope=cast.officer.scope(), case_id=case.pk, actor=cast.officer, day=TODAY)
    take_away(officer, Photo.objects.get())
    assert not Photo.objects.exists()


def test_a_photo_removed_may_come_again(officer, cast, case):
    send(officer, case, upload())
    submit(case, cast.officer, entry_of(case, NOT))
    take_away(officer, Photo.objects.get(), "传错了")
    send(officer, case, upload())
    assert Photo.objects.filter(removed_on=None).count() == 1


def test_the_rechecker_sees_it_beside_the_verdict(officer, cast, client_of, case):
    send(officer, case, upload())
    submit(case, cast.officer, entry_of(case, NOT))
    desk = client_of(cast.colleague).get(reverse("screening:recheck-case", args=[case.pk])).content.decode()
    assert address(Photo.objects.get(), "photo-small") in desk
    assert "没有户牌、没有材料" in desk


def test_a_photo_without_its_file_is_found_by_the_checks(officer, case, own_storage):
    send(officer, case, upload())
    assert photos_and_files() == []
    default_storage.delete(Photo.objects.get().small_as)
    assert photos_and_files() == [f"照片 {Photo.objects.get().pk} 的文件不在了"]
