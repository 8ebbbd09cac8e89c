"""Bounds on everything that comes in (protocol 3.2, 3.4, 3.5), and on what we write."""

MAX_DEPTH = 16  # nesting of one CBOR item, the outermost at depth 1
MAX_ITEMS = 256 * 1024  # of one CBOR item, itself and all within: 15 MB once decoded, and a second of work
MAX_BODY = 256 * 1024  # bytes of one change body
MAX_BODY_ITEMS = 8 * 1024  # CBOR items of one change body: a stamp of 5,000 registry changes
MAX_RECORD_ITEMS = 200_000  # CBOR items of one record's acts, in their order: 15 MB while it is folded
MAX_CHANGES = 1000  # changes of one commit
MAX_COMMIT = 1024 * 1024  # bytes of one commit with its bodies
BATCH = 1024 * 1024  # compressed bytes of one message, by default
MAX_BATCH = 8 * 1024 * 1024  # compressed bytes of one message, at most
MAX_ENVELOPE = MAX_BATCH + 64 * 1024  # sealed bytes accepted
MAX_EXPANDED = 32 * 1024 * 1024  # bytes a message may decompress to
MAX_LOAD = 40_000  # of one message, see CommitItem.load: half a minute of work on a small machine
MAX_WAITING = 16 * 1024 * 1024  # bytes kept aside of commits by unknown authors, a peer
MAX_HOLD = 300  # seconds an idle exchange may be held
AHEAD_MS = 10 * 60 * 1000  # a commit further ahead than this is held (3.6)
