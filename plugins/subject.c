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
			   const struct tls_view *seen)
{
	evidence->tls_version = seen->version;
	evidence->tls_version_name = seen->version_name;
	evidence->established = seen->established;
	evidence->asked_client_cert = seen->asked_client_cert;
	evidence->acceptable_cas = seen->acceptable_cas;
	evidence->acceptable_cas_len = seen->acceptable_cas_len;
	evidence->acceptable_cas_size = seen->acceptable_cas_size;
}

static int call(struct subject *subject, struct pool *pool,
		const struct reach *reach, const struct service *service,
		struct deadline by, struct err *err)
{
	struct conn *conn = NULL;
	int rc = 0;

	if (reach_connect(&conn, pool, reach, service, &subject->attempts, by,
			  err))
		return -1;
	if (service->tls->identity) {
		struct deadline settled = deadline_in(SETTLE_MAX);

		rc = conn_settle(conn, settled.at < by.at ? settled : by, err);
	}
	conn_close(conn);
	return rc;
}

int subject_visit(struct subject *subject, struct pool *pool,
		  const struct reach *reach, const struct service *service,
		  const struct trust_config *trust, struct deadline by,
		  struct err *err)
{
	const struct attempt *last;
	struct err broken;
	int rc = call(subject, pool, reach, service, by, err);

	last = subject_attempt(subject);
	if (!last || last->seen.chain_len == 0) {
		if (rc)
			return -1;
		return err_set(err, ERR_HANDSHAKE,
			       "the server shows no certificate");
	}
	note_handshake(&subject->evidence, &last->seen);
	if (evidence_read(&subject->evidence, pool, last->seen.chain,
			  last->seen.chain_len, trust, &broken)) {
		subject->evidence.chain_len = 0;
		*err = broken;
		return -1;
	}
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
	err->kind = ERR_FILE; /* what does not parse came from the file */
	return -1;
}
