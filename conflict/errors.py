"""ConflictError: a declaration or a call of the fold is wrong. What other people wrote never raises here; it gets a verdict."""


class ConflictError(Exception):
    code = "declaration"
