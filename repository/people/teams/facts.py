"""What happens to teams."""

from dataclasses import dataclass

from repository.core.facts import Fact, FactPhrase


@dataclass(frozen=True, slots=True)
class TeamOpened(Fact):
    """Somebody made a team, and is its first manager."""

    team_id: int

    words = FactPhrase("made a team", "创建团队")


@dataclass(frozen=True, slots=True)
class TeamChanged(Fact):
    """A team got another name, slug or description."""

    team_id: int

    words = FactPhrase("changed a team", "更改团队信息")


@dataclass(frozen=True, slots=True)
class TeamRemoved(Fact):
    """A team was removed; no grant named it any more."""

    team_id: int

    words = FactPhrase("removed a team", "删除团队")


@dataclass(frozen=True, slots=True)
class TeamInvited(Fact):
    """A person was invited to a team, to be its member or manager."""

    team_id: int
    person_id: int | None = None
    role: str = ""

    words = FactPhrase("invited person {person_id} to a team", "邀请用户 {person_id} 加入团队")


@dataclass(frozen=True, slots=True)
class TeamJoined(Fact):
    """A person accepted an invitation to a team."""

    team_id: int
    person_id: int | None = None
    role: str = ""

    words = FactPhrase("person {person_id} joined the team", "用户 {person_id} 加入团队")


@dataclass(frozen=True, slots=True)
class TeamLeft(Fact):
    """A person is no longer in a team, or no longer invited: by their own act or a manager's."""

    team_id: int
    person_id: int | None = None

    words = FactPhrase("person {person_id} left the team", "用户 {person_id} 离开团队")


@dataclass(frozen=True, slots=True)
class TeamRoleChanged(Fact):
    """A member of a team became a manager, or a manager a member."""

    team_id: int
    person_id: int | None = None
    role: str = ""
    before: str = ""

    words = FactPhrase("made person {person_id} {role} of the team", "将用户 {person_id} 设为团队的 {role}")
