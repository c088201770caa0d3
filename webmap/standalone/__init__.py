"""Pages that are files of their own: they open from a disk, without this server and without a network."""
