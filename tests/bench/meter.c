/* SPDX-License-Identifier: GPL-3.0-or-later */
/* meter -- runs a program once: its wall time, CPU time and peak memory. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/*
 * A program of its own because the kernel hands the peak memory of the parent
 * on to the child at exec(2): the parent has to be smaller than any contender.
 */
static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double milliseconds(struct timeval t)
{
	return (double)t.tv_sec * 1e3 + (double)t.tv_usec / 1e3;
}

static _Noreturn void become(char **argv)
{
	const char *file = getenv("METER_OUTPUT");
	int in = open("/dev/null", O_RDONLY);
	int out = open(file ? file : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC,
		       0600);

	if (in >= 0 && out >= 0) {
		dup2(in, STDIN_FILENO);
		dup2(out, STDOUT_FILENO);
		dup2(out, STDERR_FILENO);
	}
	execv(argv[0], argv);
	_exit(127);
}

/* Prints: exit-status wall-ms cpu-ms peak-KiB.  What the program prints goes to
 * the file METER_OUTPUT, or nowhere. */
int main(int argc, char **argv)
{
	struct rusage used;
	double began, ended;
	int status;
	pid_t pid;

	if (argc < 2)
		return 2;
	began = now();
	pid = fork();
	if (pid == 0)
		become(argv + 1);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return 1;
	ended = now();
	printf("%d %.3f %.3f %ld\n",
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128, ended - began,
	       milliseconds(used.ru_utime) + milliseconds(used.ru_stime),
	       used.ru_maxrss);
	return 0;
}
