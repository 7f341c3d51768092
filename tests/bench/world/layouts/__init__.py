"""Order forms drawn for this world only: each prints itself on a sheet and says where its fields are."""
