"""ConflictError: a declaration is wrong. What other people wrote never raises here; it gets a verdict."""


class ConflictError(Exception):
    code = "declaration"
