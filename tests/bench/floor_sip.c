/* SPDX-License-Identifier: GPL-3.0-or-later */
/* floor_sip -- the smallest client of libosip2: an OPTIONS over UDP. */
#include <osipparser2/osip_parser.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/ask.h"
#include "tests/bench/dial.h"

int main(int argc, char **argv)
{
	int fd = argc == 3 ? dial(argv[1], argv[2], SOCK_DGRAM) : -1;
	char *request = NULL;
	char answer[4096];
	size_t len;
	ssize_t got = -1;
	int failed = 1;

	if (fd >= 0)
		request = ask_request("UDP", argv[1], argv[2], &len);
	if (request && send(fd, request, len, 0) == (ssize_t)len)
		got = recv(fd, answer, sizeof(answer), 0);
	if (got > 0)
		failed = ask_answer(answer, (size_t)got);
	osip_free(request);
	if (fd >= 0)
		close(fd);
	return failed;
}
