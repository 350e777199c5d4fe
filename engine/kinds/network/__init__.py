"""Dense feed-forward networks: `kind = "network"`, the default."""
