# SPDX-License-Identifier: GPL-3.0-or-later
"""engine -- monitoring engines and their companions, started by the tests."""
