# SPDX-License-Identifier: GPL-3.0-or-later
"""pack -- what the tests of the packages share."""
