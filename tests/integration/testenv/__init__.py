# SPDX-License-Identifier: GPL-3.0-or-later
"""testenv -- real servers, a throw-away PKI and the plugin, one class each."""
