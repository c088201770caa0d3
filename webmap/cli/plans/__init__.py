"""``xundian plan``: each module holds the commands of one purpose and adds them to the group."""
