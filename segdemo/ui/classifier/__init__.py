"""The Classifier tab: one file a step."""
