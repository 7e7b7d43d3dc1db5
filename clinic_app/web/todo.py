"""What waits for a person (待办): each subject tells of its own, the home page and the manager's page show all."""

from flask import current_app

from clinic_app.kernel.manifest import Todo
from clinic_app.kernel.rights import Actor


def todo_of(actor: Actor) -> list[Todo]:
    """Everything that waits for this person, in registry order."""
    return [one for provider in current_app.config["TODO"] for one in provider(actor)]
