"""`python -m tests.simulation`: one seed, many, or for as long as told."""

from __future__ import annotations

import sys

from tests.simulation.soak import main

sys.exit(main())
