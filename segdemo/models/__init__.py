"""The networks: one file a paper, plain torch modules."""
