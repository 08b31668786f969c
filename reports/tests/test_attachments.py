"""The file of a meeting: kinds, size, where it lies, who gets it, what the log says (C20; W05, W08)."""

import io
import zipfile
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile

from dabao.models import AuditEvent
from dabao.tests.cast import SHIYANG
from reports.models import Meeting
from reports.services import attachments

URL = f"/reports/2020-04/{SHIYANG}/meeting/"
FILE_URL = f"{URL}file/"
PDF = b"%PDF-1.4 minutes"
VALUES = {"held_on": "2020-04-08", "people": "李云飞", "minutes": "过名单", "decisions": "包户"}


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    backend = settings.STORAGES["default"] | {"OPTIONS": {"location": str(tmp_path / "files")}}
    settings.STORAGES = settings.STORAGES | {"default": backend}
    return tmp_path


@pytest.fixture
def officer(cast, client_of):
    return client_of(cast.officer)


def zipped(*parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for part in parts:
            archive.writestr(part, "x")
    return target.getvalue()


WORD = zipped("[Content_Types].xml", "word/document.xml")


def upload(name="纪要.pdf", content=PDF):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", PDF),
        ("a.PDF", PDF),
        ("a.docx", WORD),
        ("a.jpg", b"\xff\xd8\xff\xe0 photo"),
        ("a.jpeg", b"\xff\xd8\xff\xe0 photo"),
        ("a.png", b"\x89PNG\r\n\x1a\n photo"),
    ],
)
def test_each_kind_that_the_page_names_is_taken(name, content):
    attachments.check(upload(name, content))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<script>"),
        ("a.svg", b"<svg/>"),
        ("a.exe", b"MZ"),
        ("noextension", PDF),
        ("a.pdf.html", PDF),
        ("a.pdf", b"<html>"),
        ("a.jpg", PDF),
        ("a.png", b"\xff\xd8\xff"),
        ("a.docx", PDF),
        ("a.docx", b"PK\x03\x04 broken"),
        ("a.docx", zipped("xl/workbook.xml")),
        ("a.docx", zipped("word/document.xml", "word/vbaProject.bin")),
        ("a.pdf", b""),
    ],
)
def test_another_kind_or_a_false_name_is_refused(name, content):
    with pytest.raises(ValidationError) as refused:
        attachments.check(upload(name, content))
    assert list(refused.value.message_dict) == ["file"]


@pytest.mark.parametrize(("size", "fits"), [(1023, True), (1024, True), (1025, False)])
def test_the_limit_is_a_setting(settings, size, fits):
    settings.MEETING_FILE_LIMIT = 1024
    file = upload(content=PDF.ljust(size, b" "))
    if fits:
        attachments.check(file)
    else:
        with pytest.raises(ValidationError, match="不能超过"):
            attachments.check(file)


def test_the_file_lies_under_a_random_name_and_leaves_as_attachment(officer, own_storage):
    assert officer.post(URL, VALUES | {"version": 0, "file": upload()}).status_code == 302
    meeting = Meeting.objects.get()
    assert meeting.file_name == "纪要.pdf"
    assert "纪要" not in meeting.stored_as
    assert [path.name for path in (own_storage / "files" / "meetings").iterdir()] == [
        meeting.stored_as.partition("/")[2]
    ]
    answer = officer.get(FILE_URL)
    assert b"".join(answer.streaming_content) == PDF
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "application/pdf"
    assert FILE_URL in officer.get(URL).content.decode()


def test_upload_and_download_stand_in_the_log_without_the_name(officer, cast, client_of):
    officer.post(URL, VALUES | {"version": 0, "file": upload()})
    client_of(cast.county).get(FILE_URL)
    made, got = AuditEvent.objects.filter(action__startswith="meeting.").order_by("pk")
    assert (made.action, made.data["file"], got.action, got.actor_id) == (
        "meeting.record",
        "new",
        "meeting.download",
        cast.county.pk,
    )
    assert "纪要" not in str([made.data, got.data])


def test_who_does_not_read_the_townships_reports_gets_404(officer, cast, client_of):
    officer.post(URL, VALUES | {"version": 0, "file": upload()})
    for who in (cast.stranger, cast.assistant, cast.idle, cast.unit):
        assert client_of(who).get(FILE_URL).status_code == 404
    assert not AuditEvent.objects.filter(action="meeting.download").exists()


def test_a_meeting_without_file_has_none_to_give(officer):
    assert officer.get(FILE_URL).status_code == 404
    officer.post(URL, VALUES | {"version": 0})
    assert officer.get(FILE_URL).status_code == 404
    assert officer.get(f"/media/{Meeting.objects.get().stored_as}").status_code == 404


def test_a_new_file_takes_the_place_of_the_old_one(officer, django_capture_on_commit_callbacks):
    officer.post(URL, VALUES | {"version": 0, "file": upload()})
    old = Meeting.objects.get().stored_as
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(URL, VALUES | {"version": 1, "file": upload("新.png", b"\x89PNG\r\n\x1a\n")})
    meeting = Meeting.objects.get()
    assert (meeting.file_name, default_storage.exists(old)) == ("新.png", False)
    assert default_storage.exists(meeting.stored_as)


def test_the_file_stays_with_a_change_of_words_and_goes_when_told(
    officer, django_capture_on_commit_callbacks
):
    officer.post(URL, VALUES | {"version": 0, "file": upload()})
    old = Meeting.objects.get().stored_as
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(URL, VALUES | {"version": 1, "people": "李云飞、杨梅"})
    assert default_storage.exists(old)
    with django_capture_on_commit_callbacks(execute=True):
        officer.post(URL, VALUES | {"version": 2, "remove_file": "on"})
    assert (Meeting.objects.get().stored_as, default_storage.exists(old)) == ("", False)
    assert AuditEvent.objects.filter(action="meeting.record").latest("pk").data["file"] == "removed"


def test_a_refused_change_keeps_the_old_file_and_leaves_no_new_one(officer, own_storage):
    officer.post(URL, VALUES | {"version": 0, "file": upload()})
    refused = officer.post(URL, VALUES | {"version": 0, "file": upload("新.pdf")})
    assert refused.status_code == 422
    assert officer.post(URL, VALUES | {"version": 1, "file": upload("a.pdf", b"x")}).status_code == 422
    assert len(list((own_storage / "files" / "meetings").iterdir())) == 1
    assert Meeting.objects.get().file_name == "纪要.pdf"


def test_a_hostile_name_breaks_no_header(officer):
    name = 'a"\r\nSet-Cookie: x=1.pdf'
    officer.post(URL, VALUES | {"version": 0, "file": upload()})
    Meeting.objects.update(file_name=name)
    answer = officer.get(FILE_URL)
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert "\n" not in answer.headers["Content-Disposition"]


def test_a_long_name_keeps_its_extension(officer):
    officer.post(URL, VALUES | {"version": 0, "file": upload("会" * 200 + ".pdf")})
    name = Meeting.objects.get().file_name
    assert (len(name) <= 100, name.endswith("会.pdf")) == (True, True)


def test_the_file_is_recorded_on_its_months_page_only(officer):
    officer.post(URL, VALUES | {"version": 0, "file": upload()})
    assert officer.get(f"/reports/2020-03/{SHIYANG}/meeting/file/").status_code == 404
    assert Meeting.objects.get().month == date(2020, 4, 1)
