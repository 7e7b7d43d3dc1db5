"""`python -m appliance` is `clinic`."""

import sys

from appliance.cli import main

sys.exit(main())
