/* SPDX-License-Identifier: GPL-3.0-or-later */
/* main -- compiled once per plugin, with CHECK naming the check it runs. */
#include <signal.h>

#include "check/check.h"

extern const struct check CHECK;

int main(int argc, char **argv)
{
	/* A reader that went away must not change the exit status. */
	signal(SIGPIPE, SIG_IGN);
	return check_main(&CHECK, argc, argv);
}
