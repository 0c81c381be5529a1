"""The page: one module a tab, the shell around them, and the pieces that tabs share."""
