"""The promises of `repository.engines.registrars.port`, run on every keeper.

A keeper's test class derives from `RegistrarContract`, or from `RemoteContract` when there is a service behind it, and
gives it a fixture `place` in which nothing is registered.
"""

import logging
import re
from dataclasses import replace
from typing import Any

import pytest

from repository.core.errors import Unavailable
from repository.engines.registrars.port import Outcome, Stage
from tests.contracts.registrar_places import Place, ask

DONE = Outcome(Stage.DONE)


class RegistrarContract:
    """What holds for a registrar that only keeps books, too."""

    def test_what_is_registered_may_be_updated_withdrawn_and_restored(self, place: Place) -> None:
        one = place.registration()
        assert place.register(one) == [DONE]
        assert place.update(replace(one, target=f"{one.target}/moved")) == [DONE]
        assert place.update(replace(one, withdrawn=True)) == [DONE]
        assert place.update(one) == [DONE]

    def test_a_refused_member_takes_no_other_with_it(self, place: Place) -> None:
        good, other = place.registration(1), place.registration(3)
        bad = place.bad(place.registration(2))
        outcomes = place.register(good, bad, other)
        assert [outcomes[0], outcomes[2]] == [DONE, DONE]
        assert outcomes[1].stage is Stage.REFUSED
        assert place.words in outcomes[1].cause

    def test_nothing_is_nothing(self, place: Place) -> None:
        assert list(place.registrar.register([])) == []
        assert list(place.registrar.update([])) == []

    def test_what_was_never_registered_is_not_known(self, place: Place) -> None:
        assert place.registrar.target_of(place.registration(404).value) is None

    def test_it_says_what_it_is(self, place: Place) -> None:
        assert place.registrar.describe()
        assert place.registrar.name
        assert place.registrar.most >= 1


PASSING: list[tuple[str, dict[str, Any], str]] = [
    ("fail", {"status": 503}, "status 503"),
    ("fail", {"status": 500, "body": "<html>oops"}, "status 500"),
    ("fail", {"status": 429, "retry_after": 17}, "17 seconds"),
    ("fail", {"status": 503, "retry_after": "Wed, 01 Jan 2020 00:00:00 GMT"}, "0 seconds"),
    ("fail", {"status": 401}, "status 401"),
    ("fail", {"status": 403}, "status 403"),
    ("fail", {"status": 400, "body": "<html>no"}, "makes no sense"),
    ("hang", {"seconds": 8}, "in time"),
    ("lose", {}, "does not answer"),
    ("halve", {}, "does not answer"),
    ("garble", {}, "makes no sense"),
    ("garble", {"body": "{}"}, ""),
    ("garble", {"body": "[]"}, ""),
    ("garble", {"body": ""}, ""),
    ("garble", {"body": '{"data": {"id": "other", "task_id": {}}, "responseCode": 1, "handle": "other"}'}, ""),
    ("flood", {"size": 20 << 20}, "a larger reply than we read"),
    ("redirect", {}, "redirects us"),
]


class RemoteContract(RegistrarContract):
    """What holds where there is a service that may fail, and be asked from outside."""

    def test_it_leads_where_it_was_told_to(self, place: Place) -> None:
        one = place.registration()
        place.register(one)
        assert place.registrar.target_of(one.value) == one.target
        place.update(replace(one, target=f"{one.target}/moved"))
        assert place.registrar.target_of(one.value) == f"{one.target}/moved"

    def test_what_is_withdrawn_goes_on_leading_somewhere_and_is_no_longer_offered(self, place: Place) -> None:
        one = place.registration()
        place.register(one)
        assert self.state(place) in (place.offered, None)
        place.update(replace(one, withdrawn=True))
        assert self.state(place) in (place.hidden, None)
        assert place.registrar.target_of(one.value) == one.target
        place.update(one)
        assert self.state(place) in (place.offered, None)
        assert place.count("mints", one) == 1

    def state(self, place: Place) -> str | None:
        """None where the service knows none."""
        held = place.held(place.registration())
        assert held is not None
        return held.get("state")

    def test_what_is_registered_as_withdrawn_was_never_offered(self, place: Place) -> None:
        one = place.registration(withdrawn=True)
        assert place.register(one) == [DONE]
        assert self.state(place) in (place.hidden, None)
        assert place.registrar.target_of(one.value) == one.target

    def test_an_identifier_is_the_same_in_any_case(self, place: Place) -> None:
        one = place.registration()
        place.register(one)
        assert place.registrar.target_of(one.value.upper()) == one.target
        assert place.registrar.target_of(one.value.lower()) == one.target

    def test_a_lost_answer_is_found_by_asking(self, place: Place) -> None:
        one = place.registration()
        place.order("lose")
        with pytest.raises(Unavailable):
            place.registrar.register([one])
        assert place.registrar.target_of(one.value) == one.target
        assert place.update(one) == [DONE]
        assert place.count("mints", one) == 1

    def test_who_repeats_without_asking_mints_nothing_twice(self, place: Place) -> None:
        one = place.registration()
        place.order("lose")
        with pytest.raises(Unavailable):
            place.registrar.register([one])
        [outcome] = place.register(one)
        assert outcome.stage is Stage.KNOWN
        assert place.count("mints", one) == 1

    def test_what_it_knows_is_never_changed_by_registering(self, place: Place) -> None:
        one = place.registration()
        place.register(one)
        before = place.held(one)
        [outcome] = place.register(replace(one, withdrawn=True))
        assert outcome.stage is Stage.KNOWN
        assert one.target in outcome.cause
        assert place.held(one) == before
        assert place.count("updates", one) == 0

    def test_what_leads_elsewhere_is_not_written_over(self, place: Place) -> None:
        one = place.registration()
        place.register(replace(one, target="https://another.test/dataset"))
        [outcome] = place.register(one)
        assert outcome.stage is Stage.KNOWN
        assert "https://another.test/dataset" in outcome.cause
        assert place.registrar.target_of(one.value) == "https://another.test/dataset"

    @pytest.mark.parametrize(("do", "details", "words"), PASSING)
    def test_what_may_pass_is_unavailable(
        self, place: Place, caplog: pytest.LogCaptureFixture, do: str, details: dict[str, Any], words: str
    ) -> None:
        one = place.registration()
        with caplog.at_level(logging.DEBUG, "httpx2"):
            for ask_for in ("register", "update"):
                place.order(do, **details)
                with pytest.raises(Unavailable) as failed:
                    getattr(place.registrar, ask_for)([one])
                assert failed.value.reason.startswith(f"The registrar {place.registrar.name} ")
                assert words in failed.value.reason
                assert failed.value.__cause__ is None
                self.check_kept_secret(place, failed.value.reason)
        self.check_kept_secret(place, caplog.text)

    @pytest.mark.parametrize(
        ("do", "details"),
        [
            ("fail", {}),
            ("hang", {"seconds": 8}),
            ("lose", {}),
            ("garble", {}),
        ],
    )
    def test_where_it_leads_is_not_known_when_nobody_tells(
        self, place: Place, do: str, details: dict[str, Any]
    ) -> None:
        place.register(place.registration())
        place.order(do, **details)
        with pytest.raises(Unavailable):
            place.registrar.target_of(place.registration().value)

    def test_a_rate_limit_is_unavailable(self, place: Place) -> None:
        place.order("limit", rate=1)
        place.registrar.target_of(place.registration().value)
        with pytest.raises(Unavailable, match="asks for 1 seconds of patience"):
            place.registrar.target_of(place.registration().value)

    def test_a_registrar_that_is_away_does_not_describe_itself(self, place: Place) -> None:
        place.order("fail", times=0)
        with pytest.raises(Unavailable):
            place.registrar.describe()

    def test_a_secret_is_not_repeated_where_the_registrar_does(self, place: Place) -> None:
        assert place.account is not None
        words = f"who is {place.account.secret}?"
        body = {"errors": [{"title": words}], "message": words, "code": 400, "responseCode": 202}
        place.order("fail", times=0, status=400, body=body)
        [outcome] = place.registrar.register([place.registration()])
        assert outcome.stage is Stage.REFUSED
        assert "who is ***?" in outcome.cause
        place.order("clear")
        place.order("fail", status=403, body=body)
        with pytest.raises(Unavailable) as failed:
            place.registrar.register([place.registration()])
        self.check_kept_secret(place, failed.value.reason)

    def test_a_cause_is_short_and_on_one_line(self, place: Place) -> None:
        body = {"errors": [{"title": "a\x00b\r\n" + "长" * 5000}], "responseCode": 202, "code": 400}
        place.order("fail", status=422, body=body)
        [outcome] = place.registrar.register([place.registration()])
        assert len(outcome.cause) <= 1000
        assert re.match("a b 长+", outcome.cause)

    def test_no_representation_shows_a_secret(self, place: Place) -> None:
        for each in (place.registrar.describe(), repr(place.registrar), repr(vars(place.registrar)["_caller"])):
            self.check_kept_secret(place, each)

    def check_kept_secret(self, place: Place, text: str) -> None:
        assert place.account is not None
        assert place.account.secret not in text
        assert "Basic " not in text

    def test_half_a_character_does_not_stop_a_registration(self, place: Place) -> None:
        one = place.registration()
        broken = replace(one, document={**one.document, "version": "a\ud800"})
        assert place.register(broken) == [DONE]

    def test_after_an_outage_it_is_asked_as_before(self, place: Place) -> None:
        one = place.registration()
        place.order("hang", seconds=8)
        with pytest.raises(Unavailable):
            place.registrar.register([one])
        place.registrar.close()
        [outcome] = place.register(one)
        assert outcome.stage in (Stage.DONE, Stage.KNOWN)
        assert place.count("mints", one) == 1

    def test_the_state_of_all_services_can_be_read(self, place: Place) -> None:
        place.register(place.registration())
        assert place.server is not None
        mints = ask(place.server.port, "GET", "/control/state")[1]["mints"]
        assert mints[place.face] == {place.registration().value.casefold(): 1}
