/* SPDX-License-Identifier: GPL-3.0-or-later */
/* fuzz_dns -- raw replies of a DNS server, through c-ares to places to call. */
#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/uio.h>

#include "base/random.h"
#include "fuzz.h"
#include "mutate.h"
#include "net/dns_query.h"
#include "sip/locate.h"
#include "source.h"

/*
 * A byte says what is looked for, another of whom.  Then replies, in the order
 * of the questions: two bytes of flags (RFC 1035 4.1.1), a count of answers, of
 * authorities and of additional records, two bytes of length, so many bytes
 * behind the question, which is put there as it was asked.  Who asks more gets
 * NXDOMAIN.
 */
#define HEAD       1
#define ASKED_MAX  600
#define QUERY_MAX  300
#define STREAM_MAX ((size_t)1 << 17)
#define REPLY_MAX  8192
#define DNS_HEAD   12
#define FLAGS_QR   0x80
#define FLAGS_RD   0x01
#define RCODE_NX   3

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned seed)
{
	return mutate(mutate_dns, HEAD, data, size, max, seed);
}

/* The server -----------------------------------------------------------------
 */

struct asked {
	uint8_t query[QUERY_MAX];
	size_t len;
	int told; /* 0: nothing, 1: of the input, 2: that it does not exist */
};

/* One for datagrams, one for streams; poll(2) finds them always ready. */
static struct line {
	int fd;
	struct asked asked[ASKED_MAX];
	size_t n;
	uint8_t stream[STREAM_MAX]; /* told, not heard yet */
	size_t stream_len, stream_at;
} lines[2];

static struct source input;

static struct line *line_of(ares_socket_t fd)
{
	return &lines[fd == lines[1].fd];
}

static ares_socket_t on_socket(int family, int type, int protocol, void *arg)
{
	(void)family, (void)protocol, (void)arg;
	return lines[type == SOCK_STREAM].fd;
}

static int on_close(ares_socket_t fd, void *arg)
{
	struct line *line = line_of(fd);

	(void)arg;
	line->n = line->stream_len = line->stream_at = 0;
	return 0;
}

static int on_connect(ares_socket_t fd, const struct sockaddr *addr,
		      ares_socklen_t len, void *arg)
{
	(void)fd, (void)addr, (void)len, (void)arg;
	return 0;
}

static void note(struct line *line, const uint8_t *query, size_t len)
{
	struct asked *asked = &line->asked[line->n];

	promise(len >= DNS_HEAD + 5 && len <= QUERY_MAX, "a query is one");
	promise(line->n < ASKED_MAX, "questions are bounded");
	line->n++;
	asked->told = 0;
	asked->len = len;
	memcpy(asked->query, query, len);
}

static ares_ssize_t on_send(ares_socket_t fd, const struct iovec *v, int n,
			    void *arg)
{
	struct line *line = line_of(fd);
	ares_ssize_t sent = 0;

	(void)arg;
	/* On streams each query comes behind its length, in one piece. */
	for (int i = 0; i < n; i++) {
		const size_t skip = line == &lines[1] ? 2 : 0;

		promise(v[i].iov_len > skip, "a query has a length");
		note(line, (const uint8_t *)v[i].iov_base + skip,
		     v[i].iov_len - skip);
		sent += (ares_ssize_t)v[i].iov_len;
	}
	return sent;
}

/* The question alone: an EDNS record may stand behind it. */
static size_t question_end(const struct asked *asked)
{
	size_t at = DNS_HEAD;

	while (at < asked->len && asked->query[at])
		at += asked->query[at] + 1u;
	return at + 5 <= asked->len ? at + 5 : asked->len;
}

static size_t put_reply(uint8_t *out, struct asked *asked)
{
	const size_t end = question_end(asked);
	uint8_t flags[2] = {FLAGS_QR | FLAGS_RD, RCODE_NX};
	uint8_t counts[3] = {0};
	size_t len = 0;

	if (asked->told++ == 0 && input.n > 0) {
		flags[0] = (uint8_t)(source_byte(&input) | FLAGS_QR);
		flags[1] = (uint8_t)source_byte(&input);
		for (int i = 0; i < 3; i++)
			counts[i] = (uint8_t)source_byte(&input);
		len = source_byte(&input) << 8;
		len |= source_byte(&input);
		if (len > input.n)
			len = input.n;
		if (len > REPLY_MAX - QUERY_MAX)
			len = REPLY_MAX - QUERY_MAX;
	} else {
		asked->told = 2;
	}
	memcpy(out, asked->query, end);
	memcpy(out + 2, flags, 2);
	memcpy(out + 4, "\0\1\0\0\0\0\0", 8);
	for (int i = 0; i < 3; i++)
		out[7 + 2 * i] = counts[i];
	memcpy(out + end, input.p, len);
	input.p += len;
	input.n -= len;
	return end + len;
}

/* First every question has its answer, then each that is asked on. */
static struct asked *next_to_tell(struct line *line)
{
	for (int told = 0; told < 2; told++)
		for (size_t i = 0; i < line->n; i++)
			if (line->asked[i].told == told)
				return &line->asked[i];
	return NULL;
}

static void hear_stream(struct line *line)
{
	struct asked *asked = next_to_tell(line);
	uint8_t reply[REPLY_MAX];
	size_t n;

	if (!asked || line->stream_len + REPLY_MAX > STREAM_MAX)
		return;
	n = put_reply(reply, asked);
	line->stream[line->stream_len++] = (uint8_t)(n >> 8);
	line->stream[line->stream_len++] = (uint8_t)n;
	memcpy(line->stream + line->stream_len, reply, n);
	line->stream_len += n;
}

static ares_ssize_t on_receive(ares_socket_t fd, void *data, size_t size,
			       int flags, struct sockaddr *from,
			       ares_socklen_t *from_len, void *arg)
{
	struct line *line = line_of(fd);
	struct sockaddr_in server = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0xc0000235),
		.sin_port = htons(DNS_PORT),
	};
	uint8_t reply[REPLY_MAX];
	struct asked *asked;
	size_t n;

	(void)flags, (void)arg;
	if (from && from_len && *from_len >= sizeof(server)) {
		memcpy(from, &server, sizeof(server));
		*from_len = sizeof(server);
	}
	if (line == &lines[1]) {
		if (line->stream_at == line->stream_len)
			hear_stream(line);
		n = line->stream_len - line->stream_at;
		if (n > size)
			n = size;
		memcpy(data, line->stream + line->stream_at, n);
		line->stream_at += n;
	} else {
		asked = next_to_tell(line);
		n = asked ? put_reply(reply, asked) : 0;
		if (n > size)
			n = size;
		memcpy(data, reply, n);
	}
	if (n > 0)
		return (ares_ssize_t)n;
	errno = EAGAIN;
	return -1;
}

/* Before c-ares' own, so that no channel reaches the network. */
int ares_init_options(ares_channel *channel, struct ares_options *options,
		      int mask)
{
	static const struct ares_socket_functions sockets = {
		on_socket, on_close, on_connect, on_receive, on_send};
	int (*init)(ares_channel *, struct ares_options *, int);
	int status;

	*(void **)&init = dlsym(RTLD_NEXT, "ares_init_options");
	status = init(channel, options, mask);
	if (status == ARES_SUCCESS)
		ares_set_socket_functions(*channel, &sockets, NULL);
	return status;
}

/* The search -----------------------------------------------------------------
 */

static int ask(void *arg, struct dns_question *questions, size_t n,
	       struct deadline by, struct err *err)
{
	return dns_ask(arg, questions, n, by, err);
}

static void promise_host(const char *host)
{
	promise(strlen(host) <= 253, "a host has a length");
	for (const char *at = host; *at; at++)
		promise((*at >= 'a' && *at <= 'z') ||
				(*at >= 'A' && *at <= 'Z') ||
				(*at >= '0' && *at <= '9') ||
				strchr("-_.:", *at),
			"a host is a name or an address");
}

static void promise_route(const struct route *route,
			  const struct locate *wanted)
{
	promise(route->n > 0 && route->n <= 64, "hops are bounded");
	promise(route->path && *route->path, "a way has a name");
	for (size_t i = 0; i < route->n; i++) {
		const struct hop *hop = &route->hops[i];
		const int family = hop->peer.ss.ss_family;

		promise_host(hop->host);
		promise(hop->how != NULL, "a hop has a reason");
		promise(addr_port(&hop->peer) != 0, "no hop has the port 0");
		promise(family == AF_INET || family == AF_INET6,
			"a hop is of IP");
		promise(wanted->family == AF_UNSPEC || wanted->family == family,
			"a hop is of the family asked for");
		promise(!wanted->secure || hop->transport == TRANSPORT_TLS,
			"sips: is TLS");
		promise(!wanted->has_transport || wanted->secure ||
				hop->transport == wanted->transport,
			"a hop is of the transport asked for");
	}
	for (size_t i = 0; i < route->lost_len; i++) {
		promise_host(route->lost[i].host);
		promise(route->lost[i].err.kind != ERR_NONE,
			"what is lost has a reason");
	}
}

static struct locate wanted_of(unsigned what, unsigned whom)
{
	static const int families[] = {AF_UNSPEC, AF_INET, AF_INET6, AF_UNSPEC};
	static const char *const hosts[] = {
		"contoso.test", "contoso.test.", "localhost", "x.LocalHost",
		"192.0.2.7",    "2001:db8::7",   "fe80::1",   "."};

	return (struct locate){
		.host = hosts[whom % 8],
		.port = what & 1 ? 5070 : 0,
		.secure = what & 2,
		.has_transport = what & 4,
		.transport = what & 8 ? TRANSPORT_TLS : TRANSPORT_TCP,
		.family = families[what >> 4 & 3],
	};
}

/* Opened once: c-ares reads files of the system. */
static struct dns *resolver_of(struct pool *pool)
{
	static struct dns *dns;
	static struct pool *own;
	struct err err;

	if (!dns) {
		own = pool_new();
		for (int i = 0; i < 2; i++)
			lines[i].fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
		promise(dns_open(&dns, own, "192.0.2.53", &err) == 0,
			"c-ares is there");
	}
	dns->pool = pool;
	return dns;
}

/* What stands there as what --dns-server takes. */
static void try_server(struct pool *pool)
{
	struct err err = {0};
	struct dns *dns;

	if (dns_open(&dns, pool,
		     pool_strndup(pool, (const char *)input.p,
				  input.n < 64 ? input.n : 64),
		     &err))
		promise(err.kind == ERR_USAGE && !dns, "a bad one is usage");
	dns_close(dns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pool *pool = pool_new();
	const struct resolver resolver = {ask, resolver_of(pool)};
	unsigned what;
	struct locate wanted;
	struct route route;
	struct err err = {0};

	input = (struct source){data, size};
	for (int i = 0; i < 2; i++)
		lines[i].n = lines[i].stream_len = lines[i].stream_at = 0;
	what = source_byte(&input);
	wanted = wanted_of(what, source_byte(&input));
	if (what & 0x40)
		try_server(pool);
	if (sip_locate(&route, pool, &resolver, &wanted, random_below,
		       deadline_in(10 * USEC_PER_SEC), &err) == 0)
		promise_route(&route, &wanted);
	else
		promise(err.kind != ERR_NONE && err.text[0],
			"a failure says why");
	pool_free(pool);
	return 0;
}
