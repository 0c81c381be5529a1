"""The Segment tab: Compare and the sections beside it."""
