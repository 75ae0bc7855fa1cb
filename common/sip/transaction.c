/* SPDX-License-Identifier: GPL-3.0-or-later */
/* transaction -- events for libosip2's machines, bytes for the wire. */
#include "sip/transaction.h"

#include <string.h>

#include "sip/osip.h"

/* Requests of the peer that are kept for their retransmissions. */
#define SERVED_MAX 16

/* One request of the peer and what we said to it. */
struct served {
	osip_transaction_t *machine;
	struct pool *pool; /* of the response */
	struct str response;
};

struct sip_transactions {
	struct pool *pool;
	osip_t *osip;
	sip_send_fn *send;
	void *arg;

	osip_transaction_t *client;
	struct str request;
	enum sip_client_state state;

	struct served served[SERVED_MAX];
	size_t served_len;
};

static struct sip_transactions *owner_of(const osip_transaction_t *machine)
{
	return osip_get_application_context((osip_t *)machine->config);
}

static struct str text_of(const struct sip_transactions *t,
			  const osip_transaction_t *machine)
{
	for (size_t i = 0; i < t->served_len; i++)
		if (t->served[i].machine == machine)
			return t->served[i].response;
	return t->request;
}

/* The bytes that we wrote, rather than libosip2's rendering of them. */
static int on_send(osip_transaction_t *machine, osip_message_t *message,
		   char *host, int port, int fd)
{
	struct sip_transactions *t = owner_of(machine);

	(void)message, (void)host, (void)port, (void)fd;
	return t->send(t->arg, text_of(t, machine));
}

static void on_provisional(int type, osip_transaction_t *machine,
			   osip_message_t *message)
{
	(void)type, (void)message;
	owner_of(machine)->state = SIP_CLIENT_PROCEEDING;
}

static void on_final(int type, osip_transaction_t *machine,
		     osip_message_t *message)
{
	(void)type, (void)message;
	owner_of(machine)->state = SIP_CLIENT_COMPLETED;
}

static void on_timeout(int type, osip_transaction_t *machine,
		       osip_message_t *message)
{
	(void)type, (void)message;
	owner_of(machine)->state = SIP_CLIENT_TIMED_OUT;
}

/* on_send() has told whoever asked for it. */
static void on_transport_error(int type, osip_transaction_t *machine, int error)
{
	(void)type, (void)machine, (void)error;
}

static void on_end(int type, osip_transaction_t *machine)
{
	(void)type, (void)machine; /* freed by whoever made it */
}

static void set_callbacks(osip_t *osip)
{
	static const struct {
		int type;
		osip_message_cb_t call;
	} calls[] = {
		{OSIP_NICT_STATUS_1XX_RECEIVED, on_provisional},
		{OSIP_NICT_STATUS_2XX_RECEIVED, on_final},
		{OSIP_NICT_STATUS_3XX_RECEIVED, on_final},
		{OSIP_NICT_STATUS_4XX_RECEIVED, on_final},
		{OSIP_NICT_STATUS_5XX_RECEIVED, on_final},
		{OSIP_NICT_STATUS_6XX_RECEIVED, on_final},
		{OSIP_NICT_STATUS_TIMEOUT, on_timeout},
	};

	osip_set_cb_send_message(osip, on_send);
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		osip_set_message_callback(osip, calls[i].type, calls[i].call);
	osip_set_transport_error_callback(osip, OSIP_NICT_TRANSPORT_ERROR,
					  on_transport_error);
	osip_set_transport_error_callback(osip, OSIP_NIST_TRANSPORT_ERROR,
					  on_transport_error);
	osip_set_kill_transaction_callback(osip, OSIP_NICT_KILL_TRANSACTION,
					   on_end);
	osip_set_kill_transaction_callback(osip, OSIP_NIST_KILL_TRANSACTION,
					   on_end);
}

int sip_transactions_open(struct sip_transactions **out, struct pool *pool,
			  sip_send_fn *send, void *arg, struct err *err)
{
	struct sip_transactions *t = pool_zalloc(pool, sizeof(*t));

	*out = NULL;
	if (osip_init(&t->osip) != OSIP_SUCCESS)
		return err_set(err, ERR_LOCAL, "libosip2 could not be set up");
	t->pool = pool;
	t->send = send;
	t->arg = arg;
	osip_set_application_context(t->osip, t);
	set_callbacks(t->osip);
	*out = t;
	return 0;
}

/* Its retransmissions would be new requests then: no harm, it is long ago. */
static void forget_oldest(struct sip_transactions *t)
{
	osip_transaction_free(t->served[0].machine);
	pool_free(t->served[0].pool);
	t->served_len--;
	memmove(t->served, t->served + 1, t->served_len * sizeof(*t->served));
}

void sip_transactions_close(struct sip_transactions *t)
{
	if (!t)
		return;
	if (t->client)
		osip_transaction_free(t->client);
	while (t->served_len > 0)
		forget_oldest(t);
	osip_release(t->osip);
}

struct deadline sip_transactions_run(struct sip_transactions *t)
{
	struct timeval wait;

	osip_timers_nict_execute(t->osip);
	osip_timers_nist_execute(t->osip);
	osip_nict_execute(t->osip);
	osip_nist_execute(t->osip);
	osip_timers_gettimeout(t->osip, &wait);
	return deadline_in((usec)wait.tv_sec * USEC_PER_SEC + wait.tv_usec);
}

/* A message as an event; libosip2 makes such events for what goes out. */
static osip_event_t *event_of(const struct sip_message *message, bool received)
{
	struct pool *scratch = pool_new();
	osip_message_t *osip;
	osip_event_t *event = NULL;
	struct err err;

	if (osip_message_of(&osip, scratch, message, &err) == 0) {
		event = osip_new_outgoing_sipmessage(osip);
		if (!event)
			osip_message_free(osip);
	}
	/* The types of what comes in stand before them, in the same order. */
	if (event && received)
		event->type =
			(type_t)(event->type - SND_REQINVITE + RCV_REQINVITE);
	pool_free(scratch);
	return event;
}

/* What we write goes the way of all messages: it is read first. */
static osip_event_t *outgoing(struct str text)
{
	struct pool *scratch = pool_new();
	struct sip_message message;
	osip_event_t *event = NULL;
	struct err err;

	if (sip_message_read(&message, scratch, text, &err) == 0)
		event = event_of(&message, false);
	pool_free(scratch);
	return event;
}

/* An event that a machine does not take is ours to free. */
static bool give(osip_transaction_t *machine, osip_event_t *event)
{
	if (machine && osip_transaction_add_event(machine, event) == 0)
		return true;
	osip_event_free(event);
	return false;
}

/* The client -------------------------------------------------------------- */

int sip_client_begin(struct sip_transactions *t, struct str request,
		     struct err *err)
{
	osip_event_t *event = outgoing(request);

	if (t->client)
		osip_transaction_free(t->client);
	t->client = NULL;
	t->request = request;
	t->state = SIP_CLIENT_TRYING;
	if (event)
		osip_transaction_init(&t->client, NICT, t->osip, event->sip);
	if (!event || !give(t->client, event))
		return err_set(err, ERR_LOCAL,
			       "libosip2 does not take our request");
	return 0;
}

void sip_client_receive(struct sip_transactions *t,
			const struct sip_message *response)
{
	osip_event_t *event = event_of(response, true);

	if (event)
		give(t->client, event);
}

enum sip_client_state sip_client_state(const struct sip_transactions *t)
{
	return t->state;
}

/* The server -------------------------------------------------------------- */

bool sip_server_receive(struct sip_transactions *t,
			const struct sip_message *request)
{
	osip_event_t *event = event_of(request, true);
	osip_transaction_t *machine = NULL;

	if (!event)
		return false;
	if (osip_find_transaction_and_add_event(t->osip, event) == 0)
		return false;
	/* INVITE and ACK have a machine of their own, which we do not run. */
	if (t->served_len == SERVED_MAX)
		forget_oldest(t);
	if (EVT_IS_RCV_REQUEST(event))
		machine = osip_create_transaction(t->osip, event);
	if (!give(machine, event)) {
		if (machine)
			osip_transaction_free(machine);
		return false;
	}
	t->served[t->served_len++] =
		(struct served){.machine = machine, .pool = pool_new()};
	osip_nist_execute(t->osip);
	return true;
}

void sip_server_answer(struct sip_transactions *t, struct str response)
{
	struct served *served = &t->served[t->served_len - 1];
	osip_event_t *event = outgoing(response);

	served->response = (struct str){
		pool_strndup(served->pool, response.p, response.n),
		response.n,
	};
	if (event && give(served->machine, event))
		osip_nist_execute(t->osip);
}
