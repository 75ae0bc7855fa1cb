/* SPDX-License-Identifier: GPL-3.0-or-later */
/* container -- PEM, DER, PKCS#7, PKCS#12, PKCS#10 down to plain DER. */
#include "pki/container.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/provider.h>
#include <openssl/x509v3.h>

#include "pki/pkcs12_cost.h"
#include "pki/x509.h"

/* What is being read, for whom: the state of one container_read(). */
struct reading {
	struct container *out;
	struct pool *pool;
	const struct container_wish *wish;
	bool lost; /* something that was read, by OpenSSL's fault */
};

static void ders_add(struct ders *list, struct pool *pool, const void *der,
		     size_t len)
{
	list->v = pool_grow(pool, list->v, &list->cap,
			    (list->n + 1) * sizeof(*list->v));
	list->v[list->n++] = bytes_dup(pool, der, len);
}

static void add_x509(struct reading *reading, X509 *x509)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);

	if (len > 0)
		ders_add(&reading->out->certs, reading->pool, der, (size_t)len);
	else
		reading->lost = true;
	OPENSSL_free(der);
}

static void add_key(struct reading *reading, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(key, &der);

	if (len > 0 && reading->out->key.n == 0)
		reading->out->key = bytes_dup(reading->pool, der, (size_t)len);
	if (len > 0)
		OPENSSL_cleanse(der, (size_t)len);
	else
		reading->lost = true;
	OPENSSL_free(der);
}

/* The certificate that certifies none of the others; the first when none. */
static int find_leaf(const STACK_OF(X509) *certs)
{
	const int n = sk_X509_num(certs);

	for (int i = 0; i < n; i++) {
		X509 *candidate = sk_X509_value(certs, i);
		bool issuer = false;

		for (int k = 0; k < n && !issuer; k++)
			issuer = k != i &&
				 X509_check_issued(candidate,
						   sk_X509_value(certs, k)) ==
					 X509_V_OK;
		if (!issuer)
			return i;
	}
	return 0;
}

static int find_issuer(const STACK_OF(X509) *certs, X509 *subject)
{
	for (int i = 0; i < sk_X509_num(certs); i++)
		if (X509_check_issued(sk_X509_value(certs, i), subject) ==
		    X509_V_OK)
			return i;
	return -1;
}

/* Forms that are sets (PKCS#7, PKCS#12) have no order: leaf, its issuer, its
 * issuer's issuer, then what is left.  Takes the certificates out of `set`. */
static void add_in_order(struct reading *reading, X509 *leaf,
			 STACK_OF(X509) *set)
{
	int at = -1;

	if (!leaf && sk_X509_num(set) > 0)
		at = find_leaf(set);
	else if (leaf)
		add_x509(reading, leaf);
	if (leaf)
		at = find_issuer(set, leaf);
	while (at >= 0) {
		X509 *next = sk_X509_delete(set, at);

		add_x509(reading, next);
		at = X509_self_signed(next, 0) == 1 ? -1
						    : find_issuer(set, next);
		X509_free(next);
	}
	for (int i = 0; i < sk_X509_num(set); i++)
		add_x509(reading, sk_X509_value(set, i));
}

static bool read_pkcs7(struct reading *reading, const unsigned char *der,
		       size_t len)
{
	PKCS7 *p7 = d2i_PKCS7(NULL, &der, (long)len);
	STACK_OF(X509) *set = NULL;

	if (p7 && PKCS7_type_is_signed(p7) && p7->d.sign)
		set = X509_chain_up_ref(p7->d.sign->cert);
	if (set)
		add_in_order(reading, NULL, set);
	sk_X509_pop_free(set, X509_free);
	PKCS7_free(p7);
	return p7 != NULL;
}

/* Whoever judges it parses it; here that would only cost time. */
static bool take_x509(struct reading *reading, const unsigned char *der,
		      size_t len)
{
	ders_add(&reading->out->certs, reading->pool, der, len);
	return true;
}

/* The bytes after the certificate (trust settings) are of no interest. */
static bool read_x509(struct reading *reading, const unsigned char *der,
		      size_t len)
{
	const unsigned char *at = der;
	X509 *x509 = d2i_X509(NULL, &at, (long)len);

	if (x509)
		ders_add(&reading->out->certs, reading->pool, der,
			 (size_t)(at - der));
	X509_free(x509);
	return x509 != NULL;
}

static bool read_request(struct reading *reading, const unsigned char *der,
			 size_t len)
{
	const unsigned char *at = der;
	X509_REQ *request = d2i_X509_REQ(NULL, &at, (long)len);

	if (request && reading->out->request.n == 0)
		reading->out->request =
			bytes_dup(reading->pool, der, (size_t)(at - der));
	X509_REQ_free(request);
	return request != NULL;
}

/* A PKCS#12 that today's default algorithms open, or with `context` set one
 * that needs the legacy ones. */
static PKCS12 *parse_pkcs12(const unsigned char *der, size_t len,
			    OSSL_LIB_CTX *context)
{
	PKCS12 *p12 = NULL;

	if (context)
		p12 = PKCS12_init_ex(NID_pkcs7_data, context, NULL);
	return d2i_PKCS12(&p12, &der, (long)len);
}

static bool open_pkcs12(struct reading *reading, PKCS12 *p12)
{
	STACK_OF(X509) *set = NULL;
	EVP_PKEY *key = NULL;
	X509 *leaf = NULL;
	bool done;

	done = PKCS12_parse(p12, reading->wish->password, &key, &leaf, &set) ==
	       1;
	if (done) {
		if (!set)
			set = sk_X509_new_null();
		if (set)
			add_in_order(reading, leaf, set);
		if (key && reading->wish->want_key)
			add_key(reading, key);
	}
	sk_X509_pop_free(set, X509_free);
	X509_free(leaf);
	EVP_PKEY_free(key);
	return done;
}

/* RC2 and single DES, as old Windows versions export them: the algorithms are
 * loaded into a context of their own, nobody else gets to use them. */
static bool open_legacy_pkcs12(struct reading *reading,
			       const unsigned char *der, size_t len)
{
	OSSL_LIB_CTX *context = OSSL_LIB_CTX_new();
	OSSL_PROVIDER *standard = NULL, *legacy = NULL;
	PKCS12 *p12 = NULL;
	bool done = false;

	if (!context)
		return false;
	standard = OSSL_PROVIDER_load(context, "default");
	legacy = OSSL_PROVIDER_load(context, "legacy");
	if (!standard || !legacy)
		goto out;
	p12 = parse_pkcs12(der, len, context);
	done = p12 && open_pkcs12(reading, p12);
out:
	PKCS12_free(p12);
	if (legacy)
		OSSL_PROVIDER_unload(legacy);
	if (standard)
		OSSL_PROVIDER_unload(standard);
	OSSL_LIB_CTX_free(context);
	return done;
}

/* 1: read, 0: no PKCS#12, -1: one that does not open. */
static int read_pkcs12(struct reading *reading, const unsigned char *der,
		       size_t len, struct err *err)
{
	PKCS12 *p12 = parse_pkcs12(der, len, NULL);
	const char *name = reading->wish->name;
	bool wrong_password;
	int rc = 1;

	if (!p12)
		return 0;
	if (pkcs12_costs_too_much(p12)) {
		rc = err_set(err, ERR_FILE,
			     "%s: PKCS#12 with over %d iterations a key, which "
			     "would take too long (export it anew with fewer)",
			     name, PKCS12_ITERATIONS_MAX);
		goto out;
	}
	if (open_pkcs12(reading, p12))
		goto out;
	wrong_password = ERR_GET_REASON(ERR_peek_last_error()) ==
			 PKCS12_R_MAC_VERIFY_FAILURE;
	if (wrong_password)
		rc = err_set(err, ERR_FILE,
			     "%s: PKCS#12 does not open with %s (give the "
			     "password by --key-pass-file)",
			     name,
			     reading->wish->password ? "this password"
						     : "an empty password");
	else if (!open_legacy_pkcs12(reading, der, len))
		rc = err_set(err, ERR_FILE,
			     "%s: PKCS#12 does not open: damaged, or of an "
			     "algorithm that OpenSSL does not have",
			     name);
out:
	PKCS12_free(p12);
	return rc;
}

/* Hands the password over; OpenSSL would ask on the terminal otherwise. */
static int give_password(char *room, int size, int writing, void *data)
{
	const char *password = data;
	size_t len = password ? strlen(password) : 0;

	(void)writing;
	if (!password || len > (size_t)size)
		return -1;
	memcpy(room, password, len);
	return (int)len;
}

static int read_pem_key(struct reading *reading, struct bytes data,
			struct err *err)
{
	BIO *bio = BIO_new_mem_buf(data.p, (int)data.n);
	EVP_PKEY *key = NULL;

	if (bio)
		key = PEM_read_bio_PrivateKey(
			bio, NULL, give_password,
			(void *)(uintptr_t)reading->wish->password);
	if (key)
		add_key(reading, key);
	EVP_PKEY_free(key);
	BIO_free(bio);
	if (key)
		return 0;
	return err_set(err, ERR_FILE, "%s: the private key does not open%s",
		       reading->wish->name,
		       reading->wish->password
			       ? " with this password"
			       : " (encrypted? give the password by "
				 "--key-pass-file)");
}

#define PEM_BROKEN "%s: a PEM block does not parse (cut short?)"

/* A block that breaks off must not pass for the end of the file. */
static bool ended_early(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
}

/* What a PEM block holds, by its label (RFC 7468). */
static const struct pem_form {
	const char *label;
	bool (*read)(struct reading *reading, const unsigned char *der,
		     size_t len);
} pem_forms[] = {
	{"CERTIFICATE", take_x509},
	{"X509 CERTIFICATE", take_x509},
	{"TRUSTED CERTIFICATE", read_x509},
	{"PKCS7", read_pkcs7},
	{"PKCS #7 SIGNED DATA", read_pkcs7},
	{"CMS", read_pkcs7},
	{"CERTIFICATE REQUEST", read_request},
	{"NEW CERTIFICATE REQUEST", read_request},
};

/* False when it is of a form that we read, and does not parse. */
static bool read_block(struct reading *reading, const char *label,
		       const unsigned char *der, size_t len)
{
	for (size_t i = 0; i < sizeof(pem_forms) / sizeof(*pem_forms); i++)
		if (strcmp(label, pem_forms[i].label) == 0)
			return pem_forms[i].read(reading, der, len);
	return true;
}

/* Every block of the file; a key is looked for once it is known to be there. */
static int read_pem(struct reading *reading, struct bytes data, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(data.p, (int)data.n);
	bool has_key = false, whole = true;
	char *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	long len = 0;

	while (bio && whole && PEM_read_bio(bio, &label, &header, &der, &len)) {
		has_key = has_key ||
			  str_ends(str_from(label), STR("PRIVATE KEY"));
		whole = read_block(reading, label, der, (size_t)len);
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_clear_free(der, (size_t)len);
	}
	if (ended_early())
		whole = false;
	BIO_free(bio);
	ERR_clear_error();
	if (!whole)
		return err_set(err, ERR_FILE, PEM_BROKEN, reading->wish->name);
	if (has_key && reading->wish->want_key)
		return read_pem_key(reading, data, err);
	return 0;
}

static int read_der(struct reading *reading, struct bytes data, struct err *err)
{
	const unsigned char *at = data.p;
	EVP_PKEY *key;
	int rc;

	if (read_x509(reading, data.p, data.n)) {
		reading->out->form = "DER";
		return 0;
	}
	rc = read_pkcs12(reading, data.p, data.n, err);
	if (rc) {
		reading->out->form = "PKCS#12";
		return rc < 0 ? -1 : 0;
	}
	if (read_pkcs7(reading, data.p, data.n)) {
		reading->out->form = "PKCS#7";
		return 0;
	}
	if (read_request(reading, data.p, data.n)) {
		reading->out->form = "PKCS#10";
		return 0;
	}
	if (reading->wish->want_key) {
		key = d2i_AutoPrivateKey(NULL, &at, (long)data.n);
		if (key)
			add_key(reading, key);
		EVP_PKEY_free(key);
	}
	return 0;
}

int container_read(struct container *out, struct pool *pool, struct bytes data,
		   const struct container_wish *wish, struct err *err)
{
	struct reading reading = {.out = out, .pool = pool, .wish = wish};
	int rc;

	*out = (struct container){.form = "PEM"};
	if (data.n == 0)
		return err_set(err, ERR_FILE, "%s: empty", wish->name);

	openssl_begin();
	ERR_clear_error();
	rc = read_pem(&reading, data, err);
	if (rc == 0 && out->certs.n == 0 && out->request.n == 0 &&
	    out->key.n == 0)
		rc = read_der(&reading, data, err);
	ERR_clear_error();
	if (rc)
		return -1;
	if (reading.lost)
		return err_set(err, ERR_LOCAL, "%s: OpenSSL lost a part of it",
			       wish->name);
	if (out->certs.n == 0 && out->request.n == 0 && out->key.n == 0)
		return err_set(err, ERR_FILE,
			       "%s: holds no certificate%s (PEM, DER, PKCS#7, "
			       "PKCS#12 or CSR)",
			       wish->name, wish->want_key ? " or key" : "");
	if (out->certs.n > 0)
		out->request = (struct bytes){0};
	return 0;
}

int container_key_fits(struct bytes cert, struct bytes key, const char *name,
		       struct err *err)
{
	const unsigned char *cert_at = cert.p, *key_at = key.p;
	X509 *x509 = d2i_X509(NULL, &cert_at, (long)cert.n);
	EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &key_at, (long)key.n);
	bool fits = x509 && pkey && X509_check_private_key(x509, pkey) == 1;

	X509_free(x509);
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	if (fits)
		return 0;
	return err_set(err, ERR_FILE,
		       "%s: the key does not belong to the certificate", name);
}

static bool add_crl(struct ders *out, struct pool *pool,
		    const unsigned char *der, size_t len)
{
	const unsigned char *at = der;
	X509_CRL *crl = d2i_X509_CRL(NULL, &at, (long)len);

	if (crl)
		ders_add(out, pool, der, (size_t)(at - der));
	X509_CRL_free(crl);
	return crl != NULL;
}

int container_read_crls(struct ders *out, struct pool *pool, struct bytes data,
			const char *name, struct err *err)
{
	BIO *bio = BIO_new_mem_buf(data.p, (int)data.n);
	char *label = NULL, *header = NULL;
	unsigned char *der = NULL;
	bool whole = true;
	long len = 0;

	*out = (struct ders){0};
	openssl_begin();
	ERR_clear_error();
	while (bio && whole && PEM_read_bio(bio, &label, &header, &der, &len)) {
		if (str_eq(str_from(label), STR("X509 CRL")))
			whole = add_crl(out, pool, der, (size_t)len);
		OPENSSL_free(label);
		OPENSSL_free(header);
		OPENSSL_free(der);
	}
	if (ended_early())
		whole = false;
	BIO_free(bio);
	if (!whole)
		return err_set(err, ERR_FILE, PEM_BROKEN, name);
	if (out->n == 0 && data.n > 0)
		add_crl(out, pool, data.p, data.n);
	ERR_clear_error();
	if (out->n > 0)
		return 0;
	return err_set(err, ERR_FILE, "%s: holds no CRL (PEM or DER)", name);
}
