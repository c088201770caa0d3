"""Photos that a table of visits names: found, turned upright, stripped and scaled, or refused with a reason."""

import hashlib
import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo

from geo.errors import InputError
from geo.readers import photo_files
from geo.readers.photo_files import PhotoFiles
from geo.readers.pictures import as_photo
from geo.readers.visits import read_visits

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F
HEADER = ("点位编号", "组别", "时间", "扣分项", "扣分", "照片")
Save = Callable[..., Path]


def picture(width: int = 80, height: int = 60, *, kind: str = "JPEG", mode: str = "RGB", **options: object) -> bytes:
    """Draw a picture whose upper left quarter is red, on white."""
    image = Image.new(mode, (width, height), "white")
    ImageDraw.Draw(image).rectangle((0, 0, width // 2, height // 2), fill="red")
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def red_at(image: Image.Image, x: float, y: float) -> bool:
    red, green, _ = image.convert("RGB").getpixel((int(x * (image.width - 1)), int(y * (image.height - 1))))
    return red > 200 and green < 80


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "照片"
    (made / "东区").mkdir(parents=True)
    (made / "a.jpg").write_bytes(picture())
    (made / "b.PNG").write_bytes(picture(kind="PNG"))
    (made / "东区" / "垃圾.jpg").write_bytes(picture(90))
    (made / "same.jpg").write_bytes(picture(70))
    (made / "东区" / "same.jpg").write_bytes(picture(71))
    (made / "text.jpg").write_text("not a picture", encoding="utf-8")
    return made


@pytest.fixture
def table(tmp_path: Path) -> Save:
    def make(*cells: str, **options: str) -> Path:
        path = tmp_path / "visits.xlsx"
        with xlsxwriter.Workbook(str(path)) as book:
            sheet = book.add_worksheet()
            sheet.write_row(0, 0, HEADER)
            for at, cell in enumerate(cells):
                row = ["P1", f"T{at}", "2026-06-12 09:30", options.get("item", "litter"), "1", cell]
                sheet.write_row(at + 1, 0, row)
        return path

    return make


def packed(path: Path, files: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def reason(path: Path, photos: Path) -> str:
    with PhotoFiles(photos) as files:
        visits, rejected = read_visits(path, photos=files)
    assert visits == []
    return str(rejected["reason"].iloc[0])


def test_the_photos_of_a_row_are_found_however_they_are_written(table: Save, folder: Path) -> None:
    cells = ["a.jpg；b.png", "A.JPG, 东区/垃圾.jpg", "a.jpg\nb.png\r\n垃圾.jpg", "a.jpg、a.jpg，.\\a.jpg", ""]
    with PhotoFiles(folder) as files:
        visits, rejected = read_visits(table(*cells), photos=files)
        assert rejected.empty
        assert [len(visit.deductions[0].photos) for visit in visits] == [2, 2, 3, 1, 0]
        first = hashlib.sha256((folder / "a.jpg").read_bytes()).hexdigest()
        assert visits[0].deductions[0].photos[0] == first == visits[3].deductions[0].photos[0]
        assert set(files) == {photo for visit in visits for one in visit.deductions for photo in one.photos}
        assert opened(files[first].content).size == (files[first].width, files[first].height) == (80, 60)
        waiting = Path(files._waiting.name)
        assert any(waiting.iterdir())
    assert not waiting.exists()


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "flagged"])
def test_an_archive_serves_as_well(table: Save, folder: Path, tmp_path: Path, encoding: str) -> None:
    name = "照片/东区/垃圾.jpg" if encoding == "flagged" else "照片/东区/垃圾.jpg".encode(encoding).decode("cp437")
    data = {name: (folder / "东区" / "垃圾.jpg").read_bytes(), "__MACOSX/._垃圾.jpg": b"x"}
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as archive:
        for entry, content in data.items():
            info = zipfile.ZipInfo(entry)
            archive.writestr(info, content)
    raw = (tmp_path / "photos.zip").read_bytes()
    if encoding != "flagged":  # as a program writes it that knows no UTF-8
        raw = raw.replace(name.encode("utf-8"), b"?" * len(name.encode("utf-8")))
        plain = name.encode("cp437")
        raw = _renamed(tmp_path, plain, data[name])
    (tmp_path / "photos.zip").write_bytes(raw)
    with PhotoFiles(tmp_path / "photos.zip") as files:
        visits, rejected = read_visits(table("垃圾.jpg; 照片/东区/垃圾.jpg"), photos=files)
    assert rejected.empty
    assert len(visits[0].deductions[0].photos) == 1


def _renamed(folder: Path, name: bytes, content: bytes) -> bytes:
    """Write an archive whose one entry has a name of raw bytes, without the flag for UTF-8."""
    stand_in = "n" * len(name)
    return packed(folder / "raw.zip", {stand_in: content}).read_bytes().replace(stand_in.encode(), name)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("c.jpg", "photo 'c.jpg' is not in 照片: put it there, or mend its name"),
        ("text.jpg", "photo 'text.jpg' is no picture that can be read: save it anew as JPEG or PNG"),
        ("x/same.jpg", "photo 'x/same.jpg' is there twice, as 'same.jpg' and '东区/same.jpg'"),
        ("../照片/a.jpg", "photo '../照片/a.jpg' is not in 照片"),
        ("/etc/passwd", "photo '/etc/passwd' is not in 照片"),
    ],
)
def test_a_row_whose_photo_is_amiss_comes_back(table: Save, folder: Path, cell: str, said: str) -> None:
    assert reason(table(cell), folder).startswith(said)


def test_a_visit_with_a_bad_photo_is_rejected_as_a_whole(table: Save, folder: Path) -> None:
    path = table("a.jpg", "c.jpg")
    frame = pd.read_excel(path, engine="calamine").assign(组别="T", 扣分项=["litter", "bins"])
    frame.to_excel(path, index=False, engine="xlsxwriter")
    with PhotoFiles(folder) as files:
        visits, rejected = read_visits(path, photos=files)
    assert visits == []
    assert len(rejected) == 2


def test_a_photo_shows_a_failed_item(table: Save, folder: Path) -> None:
    said = reason(table("a.jpg", item=""), folder)
    assert "photo is 'a.jpg' but item is empty: name the failed item that it shows" in said


def test_photos_without_a_place_are_refused_at_once(table: Save) -> None:
    with pytest.raises(
        InputError, match=r"visits.xlsx names 2 photos in the column '照片', 'a.jpg' first: give the folder or ZIP"
    ):
        read_visits(table("a.jpg", "b.png"))
    assert len(read_visits(table("a.jpg"), columns={"photo": "="})[0]) == 1
    assert len(read_visits(table("", ""))[0]) == 2


def test_a_place_without_photos_is_refused(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "v.csv"
    path.write_text("checkpoint,team,arrived_at\nP1,T,2026-06-12 09:30\n", encoding="utf-8")
    with PhotoFiles(folder) as files, pytest.raises(InputError, match="no column for photo"):
        read_visits(path, photos=files)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_is_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    photo = as_photo(picture(120, 80, exif=exif), "a.jpg")
    image = opened(photo.content)
    assert image.size == ((120, 80) if orientation < 5 else (80, 120)) == (photo.width, photo.height)
    corner = {1: (0, 0), 2: (1, 0), 3: (1, 1), 4: (0, 1), 5: (0, 0), 6: (1, 0), 7: (1, 1), 8: (0, 1)}[orientation]
    assert red_at(image, *(0.1 + 0.8 * at for at in corner))


def test_nothing_but_pixels_is_kept() -> None:
    exif = Image.Exif()
    exif[MAKE] = "SecretPhone"
    exif.get_ifd(GPS).update({1: "N", 2: (30.0, 33.0, 12.3), 3: "E", 4: (114.0, 17.0, 1.0)})
    xmp = b"<x:xmpmeta>SecretOwner</x:xmpmeta>"
    data = picture(exif=exif, comment=b"SecretComment", xmp=xmp, icc_profile=b"SecretProfile" * 9)
    note = PngInfo()
    note.add_text("Author", "SecretAuthor")
    for brought in (data, picture(kind="PNG", exif=exif, pnginfo=note), picture(kind="WEBP", exif=exif, xmp=xmp)):
        assert b"Secret" in brought
        photo = as_photo(brought, "a")
        for kept in (photo.content, photo.thumbnail):
            assert b"Secret" not in kept
            assert not opened(kept).getexif()
            assert set(opened(kept).info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_the_second_picture_of_a_phone_is_left_out() -> None:
    second = Image.new("RGB", (80, 60), "blue")
    photo = as_photo(picture(kind="MPO", save_all=True, append_images=[second]), "a.jpg")
    assert getattr(opened(photo.content), "n_frames", 1) == 1
    assert red_at(opened(photo.content), 0.2, 0.2)


@pytest.mark.parametrize(("width", "height"), [(4000, 3000), (900, 5000), (30, 20)])
def test_a_photo_is_scaled_and_never_enlarged(width: int, height: int) -> None:
    photo = as_photo(picture(width, height), "a.jpg")
    large, small = opened(photo.content), opened(photo.thumbnail)
    assert max(large.size) == min(1600, max(width, height))
    assert max(small.size) == min(240, max(width, height))
    assert large.width / large.height == pytest.approx(width / height, rel=0.01)
    assert (large.format, small.format, photo.media_type) == ("JPEG", "JPEG", "image/jpeg")
    assert red_at(large, 0.2, 0.2)
    assert not red_at(large, 0.8, 0.8)


@pytest.mark.parametrize("mode", ["L", "P", "RGBA", "LA", "1"])
def test_any_form_of_pixels_becomes_plain_colour(mode: str) -> None:
    image = Image.fromarray(np.full((40, 60, 3), 255, np.uint8)).convert(mode)
    file = io.BytesIO()
    image.save(file, "PNG")
    assert opened(as_photo(file.getvalue(), "a.png").content).mode == "RGB"
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(clear, "PNG")
    assert opened(as_photo(clear.getvalue(), "a.png").content).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("cut", [0, 3, 300, -200])
def test_half_a_picture_is_none(cut: int) -> None:
    data = picture(400, 300)[:cut]
    with pytest.raises(InputError, match=r"photo 'a.jpg' is no picture"):
        as_photo(data, "a.jpg")


@pytest.mark.parametrize("kind", ["GIF", "TIFF", "ICO", "EPS"])
def test_kinds_that_no_camera_writes_are_refused(kind: str) -> None:
    with pytest.raises(InputError, match="save it anew as JPEG or PNG"):
        as_photo(picture(64, 64, kind=kind), "a.jpg")


def _bomb(width: int, height: int) -> bytes:
    """Make a PNG of a few hundred bytes that says it has so many pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height", "said"), [(50_000, 50_000, "2500"), (10_000, 9_500, "95"), (9_000, 5_000, "45")]
)
def test_a_bomb_is_refused_before_it_is_decoded(width: int, height: int, said: str) -> None:
    with pytest.raises(InputError, match=rf"photo 'a.png' has {said} million pixels, at most \d+ million are read"):
        as_photo(_bomb(width, height), "a.png")


def test_a_file_that_is_too_large_is_refused(table: Save, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(photo_files, "MOST_BYTES", 500)
    (folder / "a.jpg").write_bytes(bytes(2**20))
    said = "photo 'a.jpg' has 1 MB, at most 0 MB are read: save it smaller"
    assert reason(table("a.jpg"), folder) == said
    assert reason(table("a.jpg"), packed(folder / "a.zip", {"a.jpg": bytes(2**20)})) == said


@pytest.mark.parametrize("name", ["../a.jpg", "photos/../../a.jpg", "/etc/a.jpg", "C:\\a.jpg", "..\\a.jpg"])
def test_an_archive_that_leads_out_of_itself_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match=r"bad.zip holds .*, a name that leads out of the archive: pack the folder"):
        PhotoFiles(packed(tmp_path / "bad.zip", {name: picture()}))
    assert [path.name for path in tmp_path.iterdir()] == ["bad.zip"]


def test_an_enormous_archive_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for at in range(4):
            archive.writestr(f"{at}.jpg", bytes(2**20))
    monkeypatch.setattr(photo_files, "MOST_UNPACKED", 3 * 2**20)
    with pytest.raises(InputError, match=r"bomb.zip unpacks to \d+ GB, at most \d+ GB are read: split it"):
        PhotoFiles(bomb)
    monkeypatch.setattr(photo_files, "MOST_ENTRIES", 3)
    with pytest.raises(InputError, match=r"bomb.zip holds 4 files, at most 3 are read"):
        PhotoFiles(bomb)


def test_an_entry_that_lies_about_its_size_is_cut_short(table: Save, tmp_path: Path) -> None:
    path = packed(tmp_path / "lie.zip", {"a.jpg": picture()})
    raw, size = path.read_bytes(), struct.pack("<I", len(picture()))
    path.write_bytes(raw.replace(size, struct.pack("<I", 20)))
    assert "no picture that can be read" in reason(table("a.jpg"), path)


def test_an_archive_with_a_password_is_refused(tmp_path: Path) -> None:
    path = packed(tmp_path / "locked.zip", {"a.jpg": picture()})
    raw = bytearray(path.read_bytes())
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(raw)
    with pytest.raises(InputError, match=r"holds 'a.jpg', which has a password"):
        PhotoFiles(path)


def test_what_is_neither_folder_nor_archive_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.rar").write_bytes(b"Rar!" * 99)
    with pytest.raises(InputError, match=r"a.rar is neither a folder nor a ZIP archive"):
        PhotoFiles(tmp_path / "a.rar")


def test_links_are_not_followed(table: Save, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside.jpg").write_bytes(picture())
    try:
        (folder / "link.jpg").symlink_to(tmp_path / "outside.jpg")
        (folder / "away").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("links are not to be had here")
    for name in ("link.jpg", "outside.jpg", "away/outside.jpg"):
        assert "is not in" in reason(table(name), folder)


def test_a_photo_is_never_taken_from_another_folder(tmp_path: Path) -> None:
    for name in ("P001/1.jpg", "P001/2.JPG", "P001/2.jpg", "root.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("RGB", (8, 6), (20 * len(name), 90 * (name == "P001/2.JPG"), 40)).save(tmp_path / name, "JPEG")
    with PhotoFiles(tmp_path) as files:
        assert files.find("P001/1.jpg") == files.find("照片/P001/1.JPG") == files.find("1.jpg")
        assert files.find("root.jpg") == files.find("P002/root.jpg")
        with pytest.raises(InputError, match=r"P002/1\.jpg"):
            files.find("P002/1.jpg")
        files.find("P001/2.JPG")
        with pytest.raises(InputError, match="twice"):
            files.find("2.Jpg")
