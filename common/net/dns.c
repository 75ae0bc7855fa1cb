/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns -- c-ares driven by poll(2), so that our deadline rules. */
#include "net/dns_query.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/memory.h"
#include "base/str.h"
#include "net/wait.h"

#define TRY_MS 2000 /* then the next server, or the same again */
#define TRIES  3

/* How long one family's answer waits for the other's. */
#define OTHER_FAMILY_WAIT USEC_PER_SEC

/* c-ares packs 16 sockets into an int; the 16th would shift out of it. */
#define SOCKETS_MAX (ARES_GETSOCK_MAXNUM - 1)

/* Setting up -------------------------------------------------------------- */

__attribute__((constructor)) static void prepare(void)
{
	ares_library_init_mem(ARES_LIB_INIT_ALL, memory_take, memory_release,
			      memory_resize);
}

static bool server_from_text(struct addr *addr, struct pool *pool,
			     const char *text)
{
	const char *mark;
	unsigned port;

	if (addr_from_literal(addr, text, DNS_PORT))
		return true;
	mark = strrchr(text, '#');
	if (!mark)
		mark = strrchr(text, ':');
	if (!mark || !str_uint(str_from(mark + 1), UINT16_MAX, &port) ||
	    port == 0)
		return false;
	return addr_from_literal(
		addr, pool_strndup(pool, text, (size_t)(mark - text)),
		(uint16_t)port);
}

static int use_server(struct dns *dns, struct err *err)
{
	char text[ADDR_TEXT_MAX];
	struct addr addr;

	if (!server_from_text(&addr, dns->pool, dns->server) ||
	    str_has(str_from(addr_text(&addr, text)), '%'))
		return err_set(err, ERR_USAGE,
			       "\"%.60s\" is no DNS server: an address is "
			       "wanted, perhaps with a port, as 192.0.2.1:53 "
			       "or 2001:db8::1#53",
			       dns->server);
	if (ares_set_servers_ports_csv(dns->channel, text) != ARES_SUCCESS)
		return err_set(err, ERR_LOCAL, "c-ares takes no server %.60s",
			       text);
	return 0;
}

static int channel_open(struct dns *dns, int flags, struct err *err)
{
	char lookups[] = "b"; /* the hosts file is our own affair */
	struct ares_options options = {
		.flags = ARES_FLAG_NOALIASES | flags,
		.timeout = TRY_MS,
		.tries = TRIES,
		.lookups = lookups,
	};
	int status =
		ares_init_options(&dns->channel, &options,
				  ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS |
					  ARES_OPT_TRIES | ARES_OPT_LOOKUPS);

	if (status != ARES_SUCCESS) {
		dns->channel = NULL;
		return err_set(err, ERR_LOCAL, "c-ares: %s",
			       ares_strerror(status));
	}
	return dns->server ? use_server(dns, err) : 0;
}

int dns_open(struct dns **dns, struct pool *pool, const char *server,
	     struct err *err)
{
	struct dns *made = pool_zalloc(pool, sizeof(*made));

	*dns = NULL;
	made->pool = pool;
	made->server = server;
	/*
	 * Checking replies, c-ares 1.18 would hide SERVFAIL and REFUSED
	 * behind "connection refused".
	 */
	if (channel_open(made, ARES_FLAG_NOCHECKRESP, err)) {
		dns_close(made);
		return -1;
	}
	*dns = made;
	return 0;
}

void dns_close(struct dns *dns)
{
	if (dns && dns->channel)
		ares_destroy(dns->channel);
}

/* Waiting ----------------------------------------------------------------- */

/* Milliseconds until c-ares or the deadline has something to do. */
static int next_wake(struct dns *dns, struct deadline by)
{
	struct timeval room, *next = ares_timeout(dns->channel, NULL, &room);
	int ms = deadline_poll_ms(by);
	int64_t wake;

	if (!next)
		return ms;
	wake = (int64_t)next->tv_sec * 1000 + next->tv_usec / 1000 + 1;
	return wake < ms ? (int)wake : ms;
}

static int pump(struct dns *dns, struct deadline by, struct err *err)
{
	ares_socket_t sockets[SOCKETS_MAX];
	struct pollfd polls[SOCKETS_MAX];
	int events = ares_getsock(dns->channel, sockets, SOCKETS_MAX);
	nfds_t n = 0;
	int ready;

	for (int i = 0; i < SOCKETS_MAX; i++) {
		short want = 0;

		if (ARES_GETSOCK_READABLE(events, i))
			want |= POLLIN;
		if (ARES_GETSOCK_WRITABLE(events, i))
			want |= POLLOUT;
		if (want)
			polls[n++] = (struct pollfd){sockets[i], want, 0};
	}
	ready = poll(polls, n, next_wake(dns, by));
	if (ready < 0 && errno != EINTR)
		return wait_errno(errno, "poll", err);
	for (nfds_t i = 0; ready > 0 && i < n; i++) {
		const bool in = polls[i].revents & ~POLLOUT;
		const bool out = polls[i].revents & POLLOUT;

		ares_process_fd(dns->channel,
				in ? polls[i].fd : ARES_SOCKET_BAD,
				out ? polls[i].fd : ARES_SOCKET_BAD);
	}
	/* Its own timers */
	ares_process_fd(dns->channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
	return 0;
}

static bool waiting(const struct query *query)
{
	return !query->done && !deadline_passed(query->by);
}

static void hurry(struct query *query)
{
	const struct deadline soon = deadline_in(OTHER_FAMILY_WAIT);

	if (soon.at < query->by.at)
		query->by = soon;
}

/* One that is answered gives its other family a moment only; where nobody
 * listens, all others get no more. */
static void hurry_others(struct query *queries, size_t n)
{
	bool nobody = false;

	for (size_t i = 0; i < n; i++)
		nobody |= queries[i].done &&
			  queries[i].status == ARES_ECONNREFUSED;
	for (size_t i = 0; i < n; i++)
		if (nobody ||
		    (queries[i].other && query_found(queries[i].other)))
			hurry(&queries[i]);
}

static int wait_answers(struct dns *dns, struct query *queries, size_t n,
			struct err *err)
{
	for (;;) {
		const struct query *next = NULL;

		hurry_others(queries, n);
		for (size_t i = 0; i < n; i++)
			if (waiting(&queries[i]) &&
			    (!next || queries[i].by.at < next->by.at))
				next = &queries[i];
		if (!next)
			return 0;
		if (pump(dns, next->by, err))
			return -1;
	}
}

/* Asking ------------------------------------------------------------------ */

/* Asks what is not known yet. */
static int ask_all(struct dns *dns, struct query *queries, size_t n,
		   struct deadline by, struct err *err)
{
	int rc;

	for (size_t i = 0; i < n; i++) {
		queries[i].by = by;
		if (!queries[i].done)
			query_send(&queries[i]);
	}
	rc = wait_answers(dns, queries, n, err);
	ares_cancel(dns->channel); /* `queries` may end here */
	return rc;
}

static bool is_refusal(const struct query *query)
{
	return query->status == ARES_ESERVFAIL ||
	       query->status == ARES_EREFUSED || query->status == ARES_ENOTIMP;
}

static bool is_worth_another(const struct query *query)
{
	return is_refusal(query) &&
	       !(query->other && query_found(query->other));
}

static int channel_again(struct dns *dns, int flags, struct err *err)
{
	ares_destroy(dns->channel);
	return channel_open(dns, flags, err);
}

/*
 * A server that cannot tell is asked again, and so are the others: that is
 * what checking replies means.  When it is in vain the first refusal stands.
 */
static int ask_again(struct dns *dns, struct query *queries, size_t n,
		     struct deadline by, struct err *err)
{
	int *first = pool_array(dns->pool, n, sizeof(*first));
	size_t again = 0;

	for (size_t i = 0; i < n; i++) {
		first[i] = queries[i].status;
		queries[i].done = !is_worth_another(&queries[i]);
		again += !queries[i].done;
	}
	if (again == 0)
		return 0;
	if (channel_again(dns, 0, err) || ask_all(dns, queries, n, by, err))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (queries[i].status != ARES_SUCCESS &&
		    queries[i].status != ARES_ENOTFOUND &&
		    queries[i].status != ARES_ENODATA)
			queries[i].status = first[i];
	return channel_again(dns, ARES_FLAG_NOCHECKRESP, err);
}

static bool is_address(const struct dns_question *question)
{
	return question->type == DNS_A || question->type == DNS_AAAA;
}

static struct query *other_family(struct query *queries, size_t n, size_t of)
{
	const struct dns_question *question = queries[of].of;

	if (!is_address(question) || !queries[of].name)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (is_address(queries[i].of) && queries[i].name &&
		    queries[i].of->type != question->type &&
		    str_caseeq(str_from(queries[i].name),
			       str_from(queries[of].name)))
			return &queries[i];
	return NULL;
}

int dns_ask(struct dns *dns, struct dns_question *questions, size_t n,
	    struct deadline by, struct err *err)
{
	struct query *queries = pool_array(dns->pool, n, sizeof(*queries));
	const usec start = clock_now();
	size_t open = 0;

	for (size_t i = 0; i < n; i++) {
		queries[i] = (struct query){.dns = dns, .of = &questions[i]};
		query_prepare(&queries[i]);
		query_hosts(&queries[i]);
	}
	for (size_t i = 0; i < n; i++) {
		queries[i].other = other_family(queries, n, i);
		query_locally(&queries[i]);
		open += !queries[i].done;
	}
	if (open > 0) {
		if (deadline_passed(by))
			return err_set(err, ERR_NO_TIME,
				       "the time was up before the resolver "
				       "was asked");
		if (ask_all(dns, queries, n, by, err) ||
		    ask_again(dns, queries, n, by, err))
			return -1;
	}
	for (size_t i = 0; i < n; i++)
		query_judge(&queries[i], clock_now() - start);
	return 0;
}

/* Addresses --------------------------------------------------------------- */

int dns_addrs(const struct dns_question *questions, size_t n, struct addrs *out,
	      struct pool *pool, struct err *err)
{
	const struct err *worst = NULL;
	size_t found = 0;

	for (size_t i = 0; i < n; i++) {
		const struct addrs *addrs = &questions[i].addrs;

		for (size_t k = 0; k < addrs->n; k++)
			addrs_add(out, pool, &addrs->v[k]);
		found += addrs->n;
	}
	if (found > 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		if (questions[i].nodata)
			continue;
		worst = &questions[i].err;
		if (worst->kind == ERR_NO_NAME)
			break; /* holds for every family */
	}
	if (!worst && n > 1)
		return err_set(err, ERR_NO_NAME,
			       "the name exists but has no address");
	*err = worst ? *worst : questions[0].err;
	return -1;
}

int dns_host(struct dns *dns, const char *name, int family, struct addrs *out,
	     struct deadline by, struct err *err)
{
	struct dns_question both[] = {{.type = DNS_AAAA, .name = name},
				      {.type = DNS_A, .name = name}};
	struct dns_question *wanted = &both[family == AF_INET];
	const size_t n = family == AF_UNSPEC ? 2 : 1;

	if (dns_ask(dns, wanted, n, by, err))
		return -1;
	return dns_addrs(wanted, n, out, dns->pool, err);
}
