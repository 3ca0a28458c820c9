"""What lets a file in: it is opened once, looked at from outside, and unpacked within bounds.

A submission may come from anyone, so nothing that it says about itself is believed. What is refused is refused by one
exception, ``NotReadable``; the operating system's errors and zip's never escape. Modules that take longer to import
than a form takes to read are imported where they are used.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from zipfile import ZipFile, ZipInfo

MIB = 2**20
FILE_LIMIT = 25 * MIB  # the largest real form seen is under 1 MiB
MEMBER_LIMIT = 5_000  # a workbook has a few parts for each sheet
UNPACKED_LIMIT = 256 * MIB  # all parts together: what a small laptop can spare
PART_LIMIT = 64 * MIB  # one part: a sheet at the limit of cells takes about 30 MiB

OLE_SIGNATURE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP_SIGNATURES = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
STORED, DEFLATED = 0, 8
LOCAL_HEADER_SIZE = 30

# The rule that a file can be opened.
NOT_OPENED = "FILE111"


class NotReadable(Exception):
    """The file can't be read as a workbook: ``code`` says why (a rule code), ``found`` what was found, in plain words.

    ``found`` never carries text from the file, nor a library's error message. ``sha256`` is that of the file, if it
    could be opened.
    """

    def __init__(self, code: str, found: str) -> None:
        super().__init__(code, found)
        self.code = code
        self.found = found
        self.sha256 = ""


# --- the file -------------------------------------------------------------------------------------------------------


def read_file(path: Path) -> bytes:
    """The bytes of a regular file of acceptable size, read once; never waits for a pipe, never follows a link."""
    try:
        with open(path, "rb", opener=_open_quietly) as stream:
            before = os.fstat(stream.fileno())
            if not stat.S_ISREG(before.st_mode):
                raise NotReadable(NOT_OPENED, "not a file that holds data")
            if before.st_size > FILE_LIMIT:
                raise NotReadable("FILE109", f"a file of {mib(before.st_size)}")
            data = stream.read(before.st_size + 1)
            after = os.fstat(stream.fileno())
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise NotReadable(NOT_OPENED, _why_not_opened(path, error)) from None
    if len(data) != before.st_size or (after.st_size, after.st_mtime_ns) != (before.st_size, before.st_mtime_ns):
        raise NotReadable(NOT_OPENED, "the file was still changing while it was being read")
    return data


def _open_quietly(path: str, flags: int) -> int:
    """For ``open``: O_NONBLOCK so that a pipe can't make us wait, O_NOFOLLOW so that a link can't lead elsewhere."""
    for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    return os.open(path, flags)


def _why_not_opened(path: Path, error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "a folder"
    try:
        if path.is_symlink():
            return "a link to another file"
        if path.is_dir():  # on Windows opening a folder is a question of permission
            return "a folder"
    except (OSError, ValueError):
        pass
    if isinstance(error, PermissionError):
        return "no permission to open it, or another program has it open"
    return "it could not be opened"


def mib(size: int) -> str:
    return f"{-(-size // MIB):,} MiB"


# --- what it looks like from outside --------------------------------------------------------------------------------


def require_zip(data: bytes) -> None:
    """Refuse what is plainly not a zip archive, by naming what it is instead."""
    if not data:
        raise NotReadable("FILE101", "an empty file")
    if data.startswith(OLE_SIGNATURE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise NotReadable("FILE105", "a workbook protected by a password")
        raise NotReadable("FILE102", "a file in the format of Excel 97 to 2003 (.xls)")
    if data.startswith(ZIP_SIGNATURES):
        return
    text = _as_text(data)
    if text is None:
        raise NotReadable("FILE108", "neither a workbook nor text")
    start = text[:4096].lstrip("\ufeff \t\r\n").lower()
    if start.startswith("<"):
        page = any(mark in start for mark in ("<html", "<!doctype html", "<table"))
        raise NotReadable("FILE106", "a web page" if page else "an XML file")
    raise NotReadable("FILE107", "plain text")


def _as_text(data: bytes) -> str | None:
    """The text, if the bytes are text as a spreadsheet or an editor saves it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    elif data.translate(None, bytes(range(9)) + bytes(range(14, 32))) != data:  # control characters: not text
        return None
    else:
        encodings = ("utf-8", "cp1252")
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


# --- the archive ----------------------------------------------------------------------------------------------------


class Package:
    """The parts of an Office file, by name. Names are compared as Excel does, in any mixture of capitals."""

    __slots__ = ("_archive", "_members")

    def __init__(self, data: bytes) -> None:
        if data.count(b"PK\x01\x02") > MEMBER_LIMIT:  # counted before ZipFile builds an object for each
            raise NotReadable("FILE109", f"more than {MEMBER_LIMIT:,} parts")
        self._archive = _open_archive(data)
        members = self._archive.infolist()
        _refuse_odd_members(members)
        # The size each part claims is kept here and zipfile told the most we would take: it cuts a part off at its
        # claimed size, so that a part that lies about it would look merely damaged.
        self._members: dict[str, tuple[ZipInfo, int]] = {}
        for member in members:
            self._members[_part_name(member.filename)] = (member, member.file_size)
            member.file_size = PART_LIMIT + 1
        if len(self._members) < len(members):
            raise NotReadable("FILE109", "two parts with the same name")

    def __contains__(self, name: str) -> bool:
        return _part_name(name) in self._members

    def has_folder(self, folder: str) -> bool:
        """Whether any part is within a folder, given as ``"xl/"``."""
        return any(name.startswith(folder) for name in self._members)

    def part(self, name: str | None) -> bytes:
        """The bytes of one part; ``NotReadable`` if it isn't there, is damaged, or isn't of the size it claims."""
        import struct
        import zlib
        from zipfile import BadZipFile

        member, size = self._members.get(_part_name(name or ""), (None, 0))
        if member is None:
            raise NotReadable("FILE108", "a part of the workbook is missing")
        try:
            with self._archive.open(member) as stream:
                data = stream.read(size + 1)
        except MemoryError:
            raise NotReadable("FILE109", "a part that takes more memory than there is") from None
        except (BadZipFile, zlib.error, struct.error, RuntimeError, EOFError, OSError, ValueError, OverflowError):
            raise NotReadable("FILE108", "a part of the workbook is damaged") from None
        if len(data) > size:
            raise NotReadable("FILE109", "a part larger than it claims to be")
        if len(data) < size:
            raise NotReadable("FILE108", "a part of the workbook is cut short")
        return data

    def refuse_open_document(self) -> None:
        """Refuse what LibreOffice saves in its own format: a zip archive too, arranged in another way."""
        kind = self.part("mimetype") if "mimetype" in self else b""
        described = "content.xml" in self and "META-INF/manifest.xml" in self
        if not described and not kind.startswith((b"application/vnd.oasis.opendocument", b"application/vnd.sun.xml")):
            return
        self.refuse_password()
        raise NotReadable("FILE104", "an OpenDocument file, such as LibreOffice saves (.ods)")

    def refuse_password(self) -> None:
        """Refuse an OpenDocument file whose parts are encrypted by themselves, as it says in its manifest."""
        if "META-INF/manifest.xml" in self and b"encryption-data" in self.part("META-INF/manifest.xml"):
            raise NotReadable("FILE105", "a document protected by a password")


def _open_archive(data: bytes) -> ZipFile:
    import io
    import struct
    from zipfile import BadZipFile, ZipFile

    try:
        return ZipFile(io.BytesIO(data))
    except MemoryError:
        raise NotReadable("FILE109", "a list of parts that takes more memory than there is") from None
    except (BadZipFile, struct.error, RuntimeError, EOFError, OSError, ValueError, LookupError, OverflowError):
        raise NotReadable("FILE108", "the list of the parts in the file is damaged or cut off") from None


def _refuse_odd_members(members: list[ZipInfo]) -> None:
    """Refuse an archive by its list of members alone: nothing has been unpacked yet."""
    if any(member.flag_bits & 1 for member in members):
        raise NotReadable("FILE105", "parts protected by a password")
    if any(member.compress_type not in (STORED, DEFLATED) for member in members):
        raise NotReadable("FILE109", "a part packed in a way that Excel does not use")
    largest = max((member.file_size for member in members), default=0)
    if largest > PART_LIMIT:
        raise NotReadable("FILE109", f"a part of the workbook would take {mib(largest)}")
    total = sum(member.file_size for member in members)
    if total > UNPACKED_LIMIT:
        raise NotReadable("FILE109", f"unpacked, the workbook would take {mib(total)}")
    end = 0  # parts laid over each other let a small file unpack to a huge one
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            raise NotReadable("FILE109", "parts that lie over each other")
        end = member.header_offset + LOCAL_HEADER_SIZE + member.compress_size


def _part_name(name: str) -> str:
    return name.replace("\\", "/").lstrip("/").lower()
