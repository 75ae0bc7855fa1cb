/* SPDX-License-Identifier: GPL-3.0-or-later */
/* subject -- gathering: the handshake or the file, down to evidence. */
#include "plugins/subject.h"

/* How long a server may take to say what it thinks of our certificate. */
#define SETTLE_MAX USEC_PER_SEC

const struct attempt *subject_attempt(const struct subject *subject)
{
	if (subject->attempts.n == 0)
		return NULL;
	return &subject->attempts.v[subject->attempts.n - 1];
}

/* What the wire showed, beside the chain. */
static void note_handshake(struct evidence *evidence,
			   const struct tls_view *seen,
			   const struct tls_config *offered)
{
	evidence->tls_version = seen->version;
	evidence->tls_version_is_our_best =
		seen->version == offered->max_version;
	evidence->tls_version_name = seen->version_name;
	evidence->established = seen->established;
	evidence->asked_client_cert = seen->asked_client_cert;
	evidence->acceptable_cas = seen->acceptable_cas;
	evidence->acceptable_cas_len = seen->acceptable_cas_len;
	evidence->acceptable_cas_size = seen->acceptable_cas_size;
}

int subject_take(struct subject *subject, struct pool *pool,
		 const struct attempt *attempt, const struct conn *conn,
		 const struct service *service,
		 const struct trust_config *trust, struct err *err)
{
	const struct tls_view *seen = &attempt->seen;
	struct trust_config config = *trust;

	config.parsed = conn ? conn_parsed(conn) : NULL;
	note_handshake(&subject->evidence, seen, service->tls);
	if (evidence_read(&subject->evidence, pool, seen->chain,
			  seen->chain_len, &config, err) == 0)
		return 0;
	subject->evidence.chain_len = 0;
	return -1;
}

/* Over TLS 1.3 the peer's word on our certificate comes after the handshake. */
static int hear_out(struct conn *conn, const struct service *service,
		    struct deadline by, struct err *err)
{
	struct deadline settled = deadline_in(SETTLE_MAX);

	if (!service->tls->identity)
		return 0;
	return conn_settle(conn, settled.at < by.at ? settled : by, err);
}

int subject_visit(struct subject *subject, struct pool *pool,
		  const struct reach *reach, const struct service *service,
		  const struct trust_config *trust, struct deadline by,
		  struct err *err)
{
	const struct attempt *last;
	struct conn *conn = NULL;
	struct err broken;
	int rc = reach_connect(&conn, pool, reach, service, &subject->attempts,
			       by, err);

	last = subject_attempt(subject);
	if (rc == 0)
		rc = hear_out(conn, service, by, err);
	if (!last || last->seen.chain_len == 0) {
		if (rc == 0)
			rc = err_set(err, ERR_HANDSHAKE,
				     "the server shows no certificate");
	} else if (subject_take(subject, pool, last, conn, service, trust,
				&broken)) {
		*err = broken;
		rc = -1;
	}
	conn_close(conn);
	return rc;
}

int subject_read(struct subject *subject, struct pool *pool,
		 const struct container *container,
		 const struct trust_config *trust, struct err *err)
{
	struct evidence *evidence = &subject->evidence;
	int rc;

	if (container->certs.n > 0)
		rc = evidence_read(evidence, pool, container->certs.v,
				   container->certs.n, trust, err);
	else
		rc = evidence_read_request(evidence, pool, container->request,
					   err);
	if (rc == 0)
		return 0;
	evidence->chain_len = 0;
	if (err->kind != ERR_HANDSHAKE)
		return -1;
	err->kind = ERR_FILE; /* what does not parse came from there */
	return err_context(err, "%s", subject->where);
}
