/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dns -- c-ares driven by poll(2), so that our deadline rules. */
#include "net/dns.h"

/* The calls of 1.18 (Debian 12), which newer ones have and deprecate. */
#define CARES_NO_DEPRECATED
#include <ares.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "net/wait.h"

#define PORT         53
#define NAME_LEN_MAX 253  /* RFC 1035 2.3.4, as text */
#define ADDRS_MAX    16   /* of one family: more is nobody's service */
#define TRY_MS       2000 /* then the next server, or the same again */
#define TRIES        3

/* How long one family's answer waits for the other's. */
#define OTHER_FAMILY_WAIT USEC_PER_SEC

/* c-ares packs 16 sockets into an int; the 16th would shift out of it. */
#define SOCKETS_MAX (ARES_GETSOCK_MAXNUM - 1)

struct dns {
	ares_channel channel;
	struct pool *pool;
	const char *server; /* of the operator's choice; NULL: the system's */
};

/* One question under way. */
struct query {
	struct dns *dns;
	int family;
	bool wanted, done;
	int status; /* of c-ares, when done */
	struct addrs found;
};

/* Setting up ------------------------------------------------------------- */

static bool server_from_text(struct addr *addr, struct pool *pool,
			     const char *text)
{
	const char *mark;
	unsigned port;

	if (addr_from_literal(addr, text, PORT))
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
	/* ares_library_init() does nothing but on Windows. */
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

/* Asking ----------------------------------------------------------------- */

static void add(struct query *query, const void *raw)
{
	const struct addr addr = addr_from_raw(query->family, raw);

	if (query->found.n < ADDRS_MAX)
		addrs_add(&query->found, query->dns->pool, &addr);
}

static const void *raw_of(const void *sockaddr, int family)
{
	if (family == AF_INET)
		return &((const struct sockaddr_in *)sockaddr)->sin_addr;
	return &((const struct sockaddr_in6 *)sockaddr)->sin6_addr;
}

static void on_answer(void *arg, int status, int timeouts,
		      struct ares_addrinfo *info)
{
	struct query *query = arg;

	(void)timeouts;
	query->done = true;
	query->status = status;
	if (!info)
		return;
	for (struct ares_addrinfo_node *node = info->nodes; node;
	     node = node->ai_next)
		if (node->ai_family == query->family)
			add(query, raw_of(node->ai_addr, query->family));
	ares_freeaddrinfo(info);
}

/*
 * Two questions of one family each: asked for both at once, c-ares 1.18 hides
 * the SERVFAIL of one behind the "no data" of the other.
 */
static void ask(struct query *query, const char *name)
{
	/* No sorting: it would connect a socket to every address. */
	const struct ares_addrinfo_hints hints = {
		.ai_flags = ARES_AI_NOSORT,
		.ai_family = query->family,
		.ai_socktype = SOCK_STREAM,
	};

	ares_getaddrinfo(query->dns->channel, name, NULL, &hints, on_answer,
			 query);
}

/* The hosts file; false when it has nothing of this family. */
static bool ask_hosts(struct query *query, const char *name)
{
	struct hostent *host = NULL;

	if (ares_gethostbyname_file(query->dns->channel, name, query->family,
				    &host) != ARES_SUCCESS)
		return false;
	for (char **at = host->h_addr_list; *at; at++)
		add(query, *at);
	ares_free_hostent(host);
	return query->found.n > 0;
}

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
	return query->wanted && !query->done;
}

/* After that the other family gets a moment only. */
static bool decides(const struct query *query)
{
	return query->found.n ||
	       (query->done && query->status == ARES_ECONNREFUSED);
}

static int wait_answers(struct dns *dns, const struct query queries[2],
			struct deadline by, struct err *err)
{
	bool decided = false;

	while (waiting(&queries[0]) || waiting(&queries[1])) {
		if (!decided &&
		    (decides(&queries[0]) || decides(&queries[1]))) {
			struct deadline soon = deadline_in(OTHER_FAMILY_WAIT);

			decided = true;
			if (soon.at < by.at)
				by = soon;
		}
		if (deadline_passed(by))
			return 0;
		if (pump(dns, by, err))
			return -1;
	}
	return 0;
}

/* Asks what is wanted and not known yet. */
static int ask_all(struct dns *dns, struct query queries[2], const char *name,
		   struct deadline by, struct err *err)
{
	int rc;

	for (int i = 0; i < 2; i++)
		if (waiting(&queries[i]))
			ask(&queries[i], name);
	rc = wait_answers(dns, queries, by, err);
	ares_cancel(dns->channel); /* `queries` may end here */
	return rc;
}

static bool is_refusal(const struct query *query)
{
	return query->wanted && (query->status == ARES_ESERVFAIL ||
				 query->status == ARES_EREFUSED ||
				 query->status == ARES_ENOTIMP);
}

/*
 * A server that cannot tell is asked again, and so are the others: that is
 * what checking replies means.  When it is in vain the first refusal stands.
 */
static int ask_again(struct dns *dns, struct query queries[2], const char *name,
		     struct deadline by, struct err *err)
{
	const int first[2] = {queries[0].status, queries[1].status};
	int rc;

	if (queries[0].found.n + queries[1].found.n ||
	    !(is_refusal(&queries[0]) || is_refusal(&queries[1])))
		return 0;
	ares_destroy(dns->channel);
	if (channel_open(dns, 0, err))
		return -1;
	for (int i = 0; i < 2; i++)
		queries[i].done = !is_refusal(&queries[i]);
	rc = ask_all(dns, queries, name, by, err);
	for (int i = 0; i < 2; i++)
		if (queries[i].status != ARES_SUCCESS &&
		    queries[i].status != ARES_ENOTFOUND &&
		    queries[i].status != ARES_ENODATA)
			queries[i].status = first[i];
	return rc;
}

/* What came of it -------------------------------------------------------- */

/* "192.0.2.53, 192.0.2.54:5353": who was asked. */
static const char *servers_text(struct dns *dns)
{
	struct ares_addr_port_node *servers = NULL;
	struct buf text;

	buf_init(&text, dns->pool, 100);
	if (ares_get_servers_ports(dns->channel, &servers) != ARES_SUCCESS)
		return "";
	for (struct ares_addr_port_node *at = servers; at; at = at->next) {
		char host[INET6_ADDRSTRLEN] = "";

		inet_ntop(at->family, &at->addr, host, sizeof(host));
		buf_puts(&text, at == servers ? "" : ", ");
		if (at->udp_port && at->udp_port != PORT)
			buf_printf(&text,
				   at->family == AF_INET ? "%s:%d" : "[%s]:%d",
				   host, at->udp_port);
		else
			buf_puts(&text, host);
	}
	ares_free_data(servers);
	return text.data;
}

static int fail_no_name(int family, struct err *err)
{
	const char *kind = family == AF_INET    ? "IPv4 "
			   : family == AF_INET6 ? "IPv6 "
						: "";

	return err_set(err, ERR_NO_NAME, "the name exists but has no %saddress",
		       kind);
}

/* Nobody could tell. */
static int fail_status(struct dns *dns, int status, usec spent, struct err *err)
{
	const char *asked = servers_text(dns);

	switch (status) {
	case ARES_ESERVFAIL:
		return err_set(err, ERR_NO_RESOLVER,
			       "the resolver %s answered SERVFAIL", asked);
	case ARES_EREFUSED:
		return err_set(err, ERR_NO_RESOLVER,
			       "the resolver %s answered REFUSED", asked);
	case ARES_ECONNREFUSED:
		return err_set(err, ERR_NO_RESOLVER,
			       "no resolver answers at %s", asked);
	case ARES_ETIMEOUT:
	case ARES_ECANCELLED:
		return err_set(err, ERR_NO_RESOLVER,
			       "the resolver did not answer within "
			       "%.1f s (asked %s)",
			       usec_seconds(spent), asked);
	default:
		return err_set(err, ERR_NO_RESOLVER,
			       "the answer of the resolver %s is of no "
			       "use: %s",
			       asked, ares_strerror(status));
	}
}

static int fail(struct dns *dns, const struct query queries[2], usec spent,
		struct err *err)
{
	int worst = ARES_SUCCESS, family = AF_UNSPEC;

	for (int i = 0; i < 2; i++) {
		if (!queries[i].wanted)
			continue;
		family = family == AF_UNSPEC ? queries[i].family : AF_UNSPEC;
		switch (queries[i].status) {
		case ARES_ENOTFOUND: /* holds for every family */
			return err_set(err, ERR_NO_NAME,
				       "no such name (NXDOMAIN)");
		case ARES_EBADNAME:
			return err_set(err, ERR_NO_NAME,
				       "this cannot be a DNS name");
		case ARES_SUCCESS:
		case ARES_ENODATA:
			break;
		default:
			worst = queries[i].status;
		}
	}
	if (worst == ARES_SUCCESS)
		return fail_no_name(family, err);
	return fail_status(dns, worst, spent, err);
}

/* ------------------------------------------------------------------------ */

/* RFC 6761 6.3: such names never go to a server. */
static bool is_localhost(struct str name)
{
	const struct str tail = STR("localhost");
	struct str head = {name.p, name.n - tail.n};

	if (name.n < tail.n ||
	    !str_caseeq((struct str){name.p + head.n, tail.n}, tail))
		return false;
	return head.n == 0 || str_ends(head, STR("."));
}

/* What needs no server; false when one has to be asked. */
static bool local_answer(struct dns *dns, struct query queries[2],
			 const char *name)
{
	const unsigned char loopback4[4] = {127, 0, 0, 1};
	bool found = false;

	for (int i = 0; i < 2; i++)
		if (!dns->server && queries[i].wanted)
			found |= ask_hosts(&queries[i], name);
	if (found || !is_localhost(str_from(name)))
		return found;
	for (int i = 0; i < 2; i++)
		if (queries[i].wanted)
			add(&queries[i], queries[i].family == AF_INET
						 ? (const void *)loopback4
						 : &in6addr_loopback);
	return true;
}

int dns_host(struct dns *dns, const char *name, int family, struct addrs *out,
	     struct deadline by, struct err *err)
{
	struct query queries[2] = {{.dns = dns, .family = AF_INET6},
				   {.dns = dns, .family = AF_INET}};
	const usec start = clock_now();
	struct str bare = str_from(name);
	const char *asked;

	if (str_ends(bare, STR(".")))
		bare.n--;
	if (bare.n == 0 || bare.n > NAME_LEN_MAX)
		return err_set(err, ERR_NO_NAME,
			       "\"%.100s\" cannot be a DNS name", name);
	name = pool_strndup(dns->pool, bare.p, bare.n);
	for (int i = 0; i < 2; i++)
		queries[i].wanted =
			family == AF_UNSPEC || family == queries[i].family;

	if (!local_answer(dns, queries, name)) {
		if (deadline_passed(by))
			return err_set(err, ERR_NO_TIME,
				       "the time was up before the resolver "
				       "was asked");
		/* The search list is for names of one label only. */
		asked = dns->server || str_has(bare, '.')
				? pool_printf(dns->pool, "%s.", name)
				: name;
		if (ask_all(dns, queries, asked, by, err) ||
		    ask_again(dns, queries, asked, by, err))
			return -1;
	}
	if (queries[0].found.n + queries[1].found.n == 0)
		return fail(dns, queries, clock_now() - start, err);
	for (int i = 0; i < 2; i++)
		for (size_t k = 0; k < queries[i].found.n; k++)
			addrs_add(out, dns->pool, &queries[i].found.v[k]);
	return 0;
}
