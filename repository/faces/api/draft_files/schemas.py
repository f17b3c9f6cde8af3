"""Wire shapes of files."""

from typing import Any

import orjson
from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from repository.core.web.request_parsing import RecordIdConverter
from repository.core.web.shared_schemas import NoQuery, WholeNumber
from repository.engines.outgoing.allowed_addresses import LONGEST
from repository.engines.store.port import MAX_PARTS
from repository.files.bundles import BundleOutcome
from repository.files.part_plans import PartPlan, part_plan
from repository.files.rules import MAX_KEY_BYTES, Declared, FileSource, normal_checksum
from repository.files.taking_out import ChosenNames

MAX_BATCH = 1_000
MAX_METADATA_BYTES = 65_536
"""Every record repeats the metadata of its first files."""
TRANSFERS = ("L", "M", "C", "F")
_MAX_SIZE = 1 << 50


def _require_checksum(text: str) -> None:
    if normal_checksum(text) is None:
        raise ValidationError("Write md5:… or sha256:… in hexadecimal.")


def _require_small(about: dict[str, Any]) -> None:
    if len(orjson.dumps(about)) > MAX_METADATA_BYTES:
        raise ValidationError(f"The metadata of a file has at most {MAX_METADATA_BYTES} bytes.")


def _nested(faults: dict[str, str]) -> dict[str, Any]:
    """Return faults by dotted fields as marshmallow has them."""
    errors: dict[str, Any] = {}
    for path, fault in faults.items():
        outer, _, inner = path.partition(".")
        errors[outer] = {inner: [fault]} if inner else [fault]
    return errors


class TransferShape(Schema):
    """How the bytes arrive: ``L`` a PUT to this server, ``M`` parts straight to the store, ``C`` a published file.

    ``F`` is a file that this server fetches from elsewhere.
    """

    type = fields.String(
        load_default="L",
        validate=validate.OneOf(TRANSFERS, error="Unsupported value: {input}"),
        metadata={"enum": list(TRANSFERS)},
    )
    parts = WholeNumber(strict=True, allow_none=True, validate=validate.Range(min=1, max=_MAX_SIZE))
    part_size = WholeNumber(strict=True, allow_none=True, validate=validate.Range(min=1, max=_MAX_SIZE))
    checksums = fields.List(
        fields.String(validate=validate.Regexp("md5:[0-9a-fA-F]{32}$", error="Write md5:… in hexadecimal.")),
        allow_none=True,
        validate=validate.Length(max=MAX_PARTS),
        load_only=True,
        metadata={"description": "The MD5 of every part, in their order; each must be sent as Content-MD5."},
    )
    record = fields.String(allow_none=True, metadata={"description": "of ``C``: the id of a published version"})
    key = fields.String(allow_none=True, metadata={"description": "of ``C``: the file there; without it, of one name"})

    url = fields.String(
        allow_none=True,
        load_only=True,
        validate=validate.Length(max=LONGEST),
        metadata={"description": "of ``F``: where the file is; never told again"},
    )

    class Meta:
        unknown = EXCLUDE

    @validates_schema
    def _require_source(self, data: dict[str, Any], **_: Any) -> None:
        if data["type"] == "F" and not data.get("url"):
            raise ValidationError("The address of the file is needed.", "url")
        if data["type"] == "C" and not data.get("record"):
            raise ValidationError("The id of the record is needed that has the file.", "record")


class ReceivedPart(Schema):
    part = fields.Integer(required=True)
    size = fields.Integer(required=True)


class TransferReply(TransferShape):
    """How the bytes arrive, and why they failed; of parts, which have arrived, and until when the others may.

    Of a file that is fetched: its `state`, how many bytes of how many have come, and the last trouble as `reason`.
    """

    error = fields.String(metadata={"description": "Why the file failed, in the language of the reader."})
    state = fields.String(metadata={"enum": ["waiting", "fetching", "failed"]})
    reason = fields.String()
    code = fields.String(metadata={"description": "what the reason says, for programs"})
    bytes = fields.Integer()
    size = fields.Integer()
    expires = fields.DateTime()
    received = fields.List(fields.Nested(ReceivedPart))


class FileAccessShape(Schema):
    hidden = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class FileInit(Schema):
    """A file to come; a declared size or checksum is compared with what arrives, at commit."""

    key = fields.String(required=True)
    size = WholeNumber(strict=True, allow_none=True, validate=validate.Range(min=0, max=_MAX_SIZE))
    checksum = fields.String(
        allow_none=True,
        validate=_require_checksum,
        metadata={"examples": ["md5:0cc175b9c0f1b6a831c399e269772661"]},
    )
    metadata = fields.Dict(keys=fields.String(), allow_none=True, validate=_require_small)
    access = fields.Nested(FileAccessShape)
    transfer = fields.Nested(TransferShape)

    class Meta:
        unknown = EXCLUDE

    @validates_schema
    def _require_plan(self, data: dict[str, Any], **_: Any) -> None:
        transfer = data.get("transfer", {})
        if transfer.get("type") == "M":
            plan = part_plan(data.get("size"), transfer.get("parts"), transfer.get("part_size"))
            if isinstance(plan, dict):
                raise ValidationError(_nested(plan))
            if len(transfer.get("checksums") or range(plan.count)) != plan.count:
                raise ValidationError({"transfer": {"checksums": [f"There are {plan.count} parts."]}})

    @post_load
    def _declared(self, data: dict[str, Any], **_: Any) -> Declared:
        checksum, transfer = data.get("checksum"), data.get("transfer", {})
        is_in_parts = transfer.get("type") == "M"
        plan = part_plan(data.get("size"), transfer.get("parts"), transfer.get("part_size")) if is_in_parts else None
        return Declared(
            key=data["key"],
            size=data.get("size"),
            checksum=normal_checksum(checksum) if checksum else None,
            about=data.get("metadata"),
            hidden=data.get("access", {}).get("hidden", False),
            part_count=plan.count if isinstance(plan, PartPlan) else None,
            part_size=plan.part_size if isinstance(plan, PartPlan) else None,
            part_md5s="".join(text[4:].lower() for text in transfer.get("checksums") or ()) or None,
            source=_source(transfer, data["key"]),
            url=transfer.get("url") if transfer.get("type") == "F" else None,
        )


def _source(transfer: dict[str, Any], key: str) -> FileSource | None:
    if transfer.get("type") != "C":
        return None
    return FileSource(RecordIdConverter.number(transfer["record"]), transfer.get("key") or key)


class FileChange(Schema):
    """What can be changed of a file without new bytes."""

    metadata = fields.Dict(keys=fields.String(), allow_none=True, validate=_require_small)
    access = fields.Nested(FileAccessShape)

    class Meta:
        unknown = EXCLUDE


class PartLink(Schema):
    """Where a part can be sent by PUT, until when."""

    part = fields.Integer(required=True)
    url = fields.String(required=True)
    expiration = fields.DateTime(required=True)
    headers = fields.Dict(keys=fields.String(), values=fields.String())


class FileName(Schema):
    """Another name for a file or, with a slash at the end, for a folder."""

    key = fields.String(required=True)

    class Meta:
        unknown = EXCLUDE


class RenamedFolderShape(Schema):
    key = fields.String(required=True)
    count = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class FileLinks(Schema):
    self = fields.String(required=True)
    content = fields.String(metadata={"description": "Absent while the bytes come in parts."})
    commit = fields.String()
    preview = fields.String(metadata={"description": "Of a file that has a preview."})
    parts = fields.List(fields.Nested(PartLink))


class Checksums(Schema):
    md5 = fields.String(required=True)
    sha256 = fields.String(required=True)


class FileShape(Schema):
    """A file; everything from `id` on is there once it is committed, and its checksums once it is verified."""

    key = fields.String(required=True)
    created = fields.DateTime(required=True)
    updated = fields.DateTime(required=True)
    status = fields.String(required=True, validate=validate.OneOf(["pending", "completed", "failed"]))
    metadata = fields.Dict(allow_none=True)
    access = fields.Nested(FileAccessShape)
    transfer = fields.Nested(TransferReply)
    links = fields.Nested(FileLinks, required=True)
    id = fields.String()
    ext = fields.String(allow_none=True)
    checksum = fields.String()
    checksums = fields.Nested(Checksums)
    size = fields.Integer()
    mimetype = fields.String()
    version_id = fields.String()
    file_id = fields.String()
    bucket_id = fields.String()
    storage_class = fields.String()
    verified = fields.Boolean(
        metadata={"description": "False until the bytes were read once, and if they failed; absent once they are."}
    )
    errors = fields.List(fields.Dict(), metadata={"description": "Warnings of a new name; absent if there are none."})
    damaged = fields.Boolean(metadata={"description": "The stored bytes are damaged; absent of a sound file."})


class FolderShape(Schema):
    """A folder of a level, with its files at any depth; `key` ends with a slash."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    count = fields.Integer(required=True)
    total_bytes = fields.Integer(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class FileListShape(Schema):
    """A list; its numbers are those of all files of the draft or record, whatever the list is of.

    `pending` files wait for bytes or for their commit, `failed` ones have other bytes than declared or received, the
    bytes of `unverified` ones are being read.
    """

    enabled = fields.Boolean(required=True)
    links = fields.Dict(keys=fields.String(), values=fields.String())
    entries = fields.List(fields.Nested(FileShape), required=True)
    folders = fields.List(fields.Nested(FolderShape), metadata={"description": "of a level of the tree"})
    prefix = fields.String()
    count = fields.Integer()
    total_bytes = fields.Integer()
    pending = fields.Integer()
    failed = fields.Integer()
    unverified = fields.Integer()
    default_preview = fields.String(allow_none=True)
    order = fields.List(fields.String())
    errors = fields.List(fields.Dict(), metadata={"description": "Warnings of new names; absent if there are none."})


class BundledFileShape(Schema):
    """What became of a file of a bundle; a refused one has a `reason`, in the language of the reader."""

    key = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf([outcome.value for outcome in BundleOutcome]))
    size = fields.Integer(required=True)
    checksum = fields.String(required=True)
    checksums = fields.Nested(Checksums, required=True)
    reason = fields.String()
    code = fields.String(metadata={"description": "what the reason says, for programs"})


class BundleShape(Schema):
    """What became of all files of a bundle, in their order, and how many of each kind there are."""

    stored = fields.Integer(required=True)
    same = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    entries = fields.List(fields.Nested(BundledFileShape), required=True)
    errors = fields.List(fields.Dict(), metadata={"description": "Warnings of new names; absent if there are none."})


class ArchiveQuery(NoQuery):
    """Without parameters, all files; else those whose names begin with `prefix`, or the names `key`."""

    prefix = fields.String(load_default="", validate=validate.Length(max=MAX_KEY_BYTES))
    key = fields.List(
        fields.String(), load_default=(), validate=validate.Length(max=MAX_BATCH, error="Choose at most {max} files.")
    )


def _require_text(text: str) -> None:
    if any(character < " " for character in text):
        raise ValidationError("A file name has no control characters.")


def _name(**options: Any) -> fields.String:
    return fields.String(load_default=None, validate=[validate.Length(max=MAX_KEY_BYTES + 1), _require_text], **options)


class FileListQuery(NoQuery):
    """Without `size` the whole list is sent; with it, a page, and ``links.next`` leads on.

    `prefix` or `folder` asks for one level of the tree; `q` (words of names) and `type` (an ending or a media type)
    find files, below the prefix if there is one.
    """

    page = WholeNumber(load_default=1, validate=validate.Range(min=1, max=1_000_000))
    size = WholeNumber(load_default=None, validate=validate.Range(min=1, max=10_000))
    after = _name(metadata={"description": "the file or folder that the page follows; `page` then counts from there"})
    prefix = _name(metadata={"description": "what names begin with, as ``data/``"})
    folder = _name(metadata={"description": "as `prefix`, but the slash at its end may be left out; empty: the root"})
    q = fields.String(load_default=None, validate=validate.Length(max=200))
    type = fields.String(load_default=None, validate=validate.Length(max=127))


class FilesToRemove(Schema):
    """Without parameters all files are removed; unknown ones are refused, so that a slip never does that."""

    key = fields.List(fields.String(validate=_require_text), load_default=(), validate=validate.Length(max=MAX_BATCH))
    prefix = _name(metadata={"description": "a folder with its slash, as ``data/``"})
    folder = _name(metadata={"description": "as `prefix`, but the slash at its end may be left out"})

    class Meta:
        unknown = RAISE

    @post_load
    def _chosen(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        keys, prefix, folder = (data[name] for name in ("key", "prefix", "folder"))
        if sum((bool(keys), prefix is not None, folder is not None)) > 1:
            raise ValidationError("Name files, a prefix or a folder, not several of them.", "key")
        if prefix is not None and not prefix.endswith("/"):
            raise ValidationError("End it with a slash: only whole folders are removed.", "prefix")
        whole = folder if prefix is None else prefix
        if whole is not None and not whole.strip("/"):
            raise ValidationError("Name a folder: all files are removed without parameters.", "folder")
        return {"chosen": ChosenNames(tuple(dict.fromkeys(keys)), (whole or "").removesuffix("/"))}
