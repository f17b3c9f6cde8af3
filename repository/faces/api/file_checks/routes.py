"""Names, sizes and quotas of files to come, looked at over HTTP before a byte is sent."""

from collections import Counter
from typing import Any

from flask import Response

from repository.access.principals import reads_closed
from repository.core.web.responses import VARY_BY_LANGUAGE, json_reply
from repository.deposits.file_checks import CheckedName, CheckOutcome, check_files
from repository.faces.api.draft_files.serializers import file_json
from repository.faces.api.file_checks.schemas import CheckedFilesShape, FilesToCheck
from repository.faces.api.routing import Api, ApiCall
from repository.faces.reasons.in_words import reader_language, told_reason

api = Api("file-checks")


@api.route(
    "POST",
    "/records/<record:record_id>/draft/files-check",
    "Tell what would become of files that are about to be sent; nothing is kept",
    body=FilesToCheck,
    replies={200: CheckedFilesShape},
    errors=(403, 404, 413, 415),
)
def check_files_to_come(call: ApiCall, record_id: int) -> Response:
    """Say of each file whether it is new, there or refused; and why all together would be refused."""
    with call.snapshot() as snapshot:
        checked = check_files(snapshot, call.services.site, record_id, call.body["files"], call.body["beside"])
    numbers = Counter(planned.outcome for planned in checked.files)
    base, language = call.services.site.api(f"/records/{record_id}/draft/files"), reader_language()
    body: dict[str, Any] = {outcome.value: numbers[outcome] for outcome in CheckOutcome}
    tells = reads_closed(call.actor)  # what others have sent is for who may read it
    body["entries"] = [_checked_json(planned, base, language, tells=tells) for planned in checked.files]
    if checked.fault:
        body |= told_reason(checked.fault, language)
    return json_reply(body, headers={"Vary": VARY_BY_LANGUAGE})


def _checked_json(planned: CheckedName, base: str, language: str, *, tells: bool) -> dict[str, Any]:
    body: dict[str, Any] = {"key": planned.file.key, "status": planned.outcome.value}
    if planned.reason:
        body |= told_reason(planned.reason, language)
    if planned.entry is not None and tells:
        body["file"] = file_json(planned.entry, base, draft=True, language=language)
    return body
