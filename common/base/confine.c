/* SPDX-License-Identifier: GPL-3.0-or-later */
/* confine -- prctl(2) and setrlimit(2), one after the other. */
#include "base/confine.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

static int fail(struct err *err, const char *what)
{
	err_errno(err, ERR_LOCAL, errno, what);
	return err_context(err, "a plugin limits itself, which this host does "
				"not allow (a sandbox?)");
}

/* A limit of the system that is lower stays. */
static const struct rlimit *lowered(struct rlimit *lim, rlim_t max)
{
	if (lim->rlim_max > max)
		lim->rlim_max = max;
	if (lim->rlim_cur > lim->rlim_max)
		lim->rlim_cur = lim->rlim_max;
	return lim;
}

/*
 * Not AT_SECURE of getauxval(3): SELinux sets it where a policy lets an engine
 * run its plugins in a domain of their own.
 */
static int refuse_set_uid(struct err *err)
{
	if (getuid() == geteuid() && getgid() == getegid())
		return 0;
	return err_set(err, ERR_LOCAL,
		       "it is set-uid or set-gid, and needs no privileges: "
		       "chmod ug-s");
}

static int set_limits(struct err *err)
{
	struct rlimit lim;

	if (getrlimit(RLIMIT_CORE, &lim) ||
	    setrlimit(RLIMIT_CORE, lowered(&lim, 0)))
		return fail(err, "RLIMIT_CORE");
	/* The soft one: valgrind keeps its own descriptors below the hard. */
	if (getrlimit(RLIMIT_NOFILE, &lim))
		return fail(err, "RLIMIT_NOFILE");
	if (lim.rlim_cur > CONFINE_FILES)
		lim.rlim_cur = CONFINE_FILES;
	if (setrlimit(RLIMIT_NOFILE, &lim))
		return fail(err, "RLIMIT_NOFILE");
#ifndef UM_SANITIZED /* a sanitizer's own memory and thread are more */
	/* Not RLIMIT_AS, which counts what is mapped and never touched. */
	if (getrlimit(RLIMIT_DATA, &lim) ||
	    setrlimit(RLIMIT_DATA, lowered(&lim, CONFINE_MEMORY)))
		return fail(err, "RLIMIT_DATA");
	if (getrlimit(RLIMIT_NPROC, &lim) ||
	    setrlimit(RLIMIT_NPROC, lowered(&lim, CONFINE_TASKS)))
		return fail(err, "RLIMIT_NPROC");
#endif
	return 0;
}

int confine_process(struct err *err)
{
	if (refuse_set_uid(err))
		return -1;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return fail(err, "PR_SET_NO_NEW_PRIVS");
	/* RLIMIT_CORE does not hold where core_pattern is a pipe (core(5)). */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return fail(err, "PR_SET_DUMPABLE");
	return set_limits(err);
}
