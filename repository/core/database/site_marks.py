"""Values that a site knows of itself, each once, such as the id of its store."""

from sqlalchemy import Connection, String, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from repository.core.database.engine import Base


class SiteMark(Base):
    """One value by its name."""

    __tablename__ = "site_mark"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str] = mapped_column(String(255))


def read_site_mark(connection: Connection, name: str) -> str | None:
    """Return the value, None if there is none."""
    return connection.scalar(select(SiteMark.value).where(SiteMark.name == name))


def set_site_mark(connection: Connection, name: str, value: str | None) -> None:
    """Set the value; None removes it."""
    if value is None:
        connection.execute(delete(SiteMark).where(SiteMark.name == name))
    elif not connection.execute(update(SiteMark).where(SiteMark.name == name).values(value=value)).rowcount:
        connection.execute(insert(SiteMark).values(name=name, value=value))
