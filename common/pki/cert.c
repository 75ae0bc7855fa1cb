/* SPDX-License-Identifier: GPL-3.0-or-later */
/* cert -- X.509 and PKCS#10 to plain facts; OpenSSL ends here. */
#include "pki/cert.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

#include "base/date.h"
#include "pki/x509.h"

#define NAME_TEXT_MAX ((size_t)1024) /* of a distinguished name */

static struct str copy(struct pool *pool, const void *data, size_t len)
{
	return (struct str){pool_strndup(pool, data, len), len};
}

static struct bytes name_der(const X509_NAME *name, struct pool *pool)
{
	const unsigned char *der = NULL;
	size_t len = 0;

	if (!X509_NAME_get0_der(name, &der, &len))
		return (struct bytes){0};
	return bytes_dup(pool, der, len);
}

/* RFC 2253 order; UTF-8 stays UTF-8, control bytes are escaped. */
static const char *name_text(const X509_NAME *name, struct pool *pool)
{
	const unsigned long flags =
		XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *bio = BIO_new(BIO_s_mem());
	const char *text = "";
	char *data = NULL;
	long len = 0;

	if (bio && X509_NAME_print_ex(bio, name, 0, flags) >= 0)
		len = BIO_get_mem_data(bio, &data);
	if (len > (long)NAME_TEXT_MAX)
		len = (long)NAME_TEXT_MAX;
	if (len > 0)
		text = pool_strndup(pool, data, (size_t)len);
	BIO_free(bio);
	return text;
}

const char *cert_name(struct pool *pool, struct bytes der)
{
	const unsigned char *at = der.p;
	X509_NAME *name = d2i_X509_NAME(NULL, &at, (long)der.n);
	const char *text = name ? name_text(name, pool) : "";

	X509_NAME_free(name);
	ERR_clear_error();
	return text;
}

static void read_common_names(struct cert *cert, struct pool *pool,
			      const X509_NAME *name)
{
	int at = -1;

	while ((at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >=
	       0) {
		const ASN1_STRING *value =
			X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
		unsigned char *utf8 = NULL;
		int len = ASN1_STRING_to_UTF8(&utf8, value);

		if (len >= 0)
			strs_add(&cert->common_names, pool,
				 copy(pool, utf8, (size_t)len));
		else /* no text at all: the raw bytes, which match nothing */
			strs_add(&cert->common_names, pool,
				 copy(pool, ASN1_STRING_get0_data(value),
				      (size_t)ASN1_STRING_length(value)));
		OPENSSL_free(utf8);
	}
}

static struct str string_copy(const ASN1_STRING *string, struct pool *pool)
{
	return copy(pool, ASN1_STRING_get0_data(string),
		    (size_t)ASN1_STRING_length(string));
}

static void add_address(struct strs *list, struct pool *pool,
			const ASN1_OCTET_STRING *ip)
{
	const int len = ASN1_STRING_length(ip);
	const int family = len == 4 ? AF_INET : AF_INET6;
	char text[INET6_ADDRSTRLEN];

	if (len != 4 && len != 16)
		return;
	if (inet_ntop(family, ASN1_STRING_get0_data(ip), text, sizeof(text)))
		strs_add(list, pool, copy(pool, text, strlen(text)));
}

/*
 * What X509V3_get_d2i() says of an extension that it does not return: it is
 * not there, or it does not parse.  The latter is judged as the worst that it
 * could have said.
 */
enum {
	UNREADABLE = 0,
	ABSENT = -1
};

static void read_san(struct cert *cert, struct pool *pool,
		     const STACK_OF(X509_EXTENSION) *extensions)
{
	int found = UNREADABLE;
	GENERAL_NAMES *names =
		X509V3_get_d2i(extensions, NID_subject_alt_name, &found, NULL);

	cert->has_san = found != ABSENT;
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);

		if (name->type == GEN_DNS)
			strs_add(&cert->dns, pool,
				 string_copy(name->d.dNSName, pool));
		else if (name->type == GEN_URI)
			strs_add(&cert->uri, pool,
				 string_copy(name->d.uniformResourceIdentifier,
					     pool));
		else if (name->type == GEN_IPADD)
			add_address(&cert->ip, pool, name->d.iPAddress);
	}
	GENERAL_NAMES_free(names);
}

static unsigned usage_of(const ASN1_OBJECT *object)
{
	static const struct {
		const char *oid;
		unsigned usage;
	} usages[] = {
		{"1.3.6.1.5.5.7.3.1", USAGE_SERVER_AUTH},
		{"1.3.6.1.5.5.7.3.2", USAGE_CLIENT_AUTH},
		{"1.3.6.1.5.5.7.3.20", USAGE_SIP_DOMAIN},
		{"2.5.29.37.0", USAGE_ANY},
	};
	char oid[80] = "";

	OBJ_obj2txt(oid, sizeof(oid), object, 1);
	for (size_t i = 0; i < sizeof(usages) / sizeof(*usages); i++)
		if (str_eq(str_from(oid), str_from(usages[i].oid)))
			return usages[i].usage;
	return USAGE_OTHER;
}

static void read_usage(struct cert *cert,
		       const STACK_OF(X509_EXTENSION) *extensions)
{
	int found = UNREADABLE;
	EXTENDED_KEY_USAGE *list =
		X509V3_get_d2i(extensions, NID_ext_key_usage, &found, NULL);

	for (int i = 0; i < sk_ASN1_OBJECT_num(list); i++)
		cert->usage |= usage_of(sk_ASN1_OBJECT_value(list, i));
	if (found != ABSENT && cert->usage == 0)
		cert->usage = USAGE_OTHER; /* there, and allows nothing */
	EXTENDED_KEY_USAGE_free(list);
}

static void read_key_usage(struct cert *cert,
			   const STACK_OF(X509_EXTENSION) *extensions)
{
	/* Bit numbers of RFC 5280 4.2.1.3 */
	static const struct {
		int bit;
		unsigned usage;
	} usages[] = {
		{0, KEY_USAGE_DIGITAL_SIGNATURE},
		{2, KEY_USAGE_KEY_ENCIPHERMENT},
		{4, KEY_USAGE_KEY_AGREEMENT},
	};
	int found = UNREADABLE;
	ASN1_BIT_STRING *bits =
		X509V3_get_d2i(extensions, NID_key_usage, &found, NULL);

	if (found != ABSENT)
		cert->key_usage = KEY_USAGE_OTHER;
	for (size_t i = 0; bits && i < sizeof(usages) / sizeof(*usages); i++)
		if (ASN1_BIT_STRING_get_bit(bits, usages[i].bit))
			cert->key_usage |= usages[i].usage;
	ASN1_BIT_STRING_free(bits);
}

static void read_basic_constraints(struct cert *cert,
				   const STACK_OF(X509_EXTENSION) *extensions)
{
	int found = UNREADABLE;
	BASIC_CONSTRAINTS *constraints =
		X509V3_get_d2i(extensions, NID_basic_constraints, &found, NULL);

	cert->is_ca = constraints ? constraints->ca : found != ABSENT;
	BASIC_CONSTRAINTS_free(constraints);
}

/* CA/Browser Forum reserved policies, Baseline Requirements 7.1.6.1. */
static void read_policies(struct cert *cert,
			  const STACK_OF(X509_EXTENSION) *extensions)
{
	int found = UNREADABLE;
	CERTIFICATEPOLICIES *policies = X509V3_get_d2i(
		extensions, NID_certificate_policies, &found, NULL);

	cert->public_ca = !policies && found != ABSENT;
	for (int i = 0; i < sk_POLICYINFO_num(policies); i++) {
		char oid[80] = "";

		if (OBJ_obj2txt(oid, sizeof(oid),
				sk_POLICYINFO_value(policies, i)->policyid,
				1) < 0 ||
		    str_eq(str_from(oid), STR("2.23.140.1.1")) ||
		    str_starts(str_from(oid), STR("2.23.140.1.2.")))
			cert->public_ca = true;
	}
	CERTIFICATEPOLICIES_free(policies);
}

static void add_uri(struct strs *list, struct pool *pool,
		    const GENERAL_NAME *name)
{
	if (name->type == GEN_URI)
		strs_add(list, pool,
			 string_copy(name->d.uniformResourceIdentifier, pool));
}

static void read_crl_urls(struct cert *cert, struct pool *pool,
			  const STACK_OF(X509_EXTENSION) *extensions)
{
	CRL_DIST_POINTS *points = X509V3_get_d2i(
		extensions, NID_crl_distribution_points, NULL, NULL);

	for (int i = 0; i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);

		cert->has_cdp = true;
		if (!point->distpoint || point->distpoint->type != 0)
			continue;
		for (int k = 0;
		     k < sk_GENERAL_NAME_num(point->distpoint->name.fullname);
		     k++)
			add_uri(&cert->crl_urls, pool,
				sk_GENERAL_NAME_value(
					point->distpoint->name.fullname, k));
	}
	CRL_DIST_POINTS_free(points);
}

static void read_ocsp_urls(struct cert *cert, struct pool *pool,
			   const STACK_OF(X509_EXTENSION) *extensions)
{
	AUTHORITY_INFO_ACCESS *list =
		X509V3_get_d2i(extensions, NID_info_access, NULL, NULL);

	for (int i = 0; i < sk_ACCESS_DESCRIPTION_num(list); i++) {
		const ACCESS_DESCRIPTION *access =
			sk_ACCESS_DESCRIPTION_value(list, i);

		if (OBJ_obj2nid(access->method) == NID_ad_OCSP)
			add_uri(&cert->ocsp_urls, pool, access->location);
	}
	AUTHORITY_INFO_ACCESS_free(list);
}

static void read_extensions(struct cert *cert, struct pool *pool,
			    const STACK_OF(X509_EXTENSION) *extensions)
{
	read_san(cert, pool, extensions);
	read_usage(cert, extensions);
	read_key_usage(cert, extensions);
	read_basic_constraints(cert, extensions);
	read_policies(cert, extensions);
	read_crl_urls(cert, pool, extensions);
	read_ocsp_urls(cert, pool, extensions);
}

static void read_key(struct cert *cert, struct pool *pool, X509_PUBKEY *pubkey)
{
	const EVP_PKEY *key = X509_PUBKEY_get0(pubkey);
	ASN1_OBJECT *algorithm = NULL;
	char name[80] = "";

	if (key && EVP_PKEY_get0_type_name(key)) {
		const char *type = EVP_PKEY_get0_type_name(key);

		cert->key_type = pool_strndup(pool, type, strlen(type));
		cert->key_bits = EVP_PKEY_get_bits(key);
		return;
	}
	/* A key that the library cannot use: told by its object identifier. */
	X509_PUBKEY_get0_param(&algorithm, NULL, NULL, NULL, pubkey);
	OBJ_obj2txt(name, sizeof(name), algorithm, 0);
	cert->key_type = pool_strndup(pool, name, strlen(name));
}

static const char *algorithm_text(const X509_ALGOR *algorithm,
				  struct pool *pool)
{
	const ASN1_OBJECT *object = NULL;
	char name[80] = "";

	X509_ALGOR_get0(&object, NULL, NULL, algorithm);
	OBJ_obj2txt(name, sizeof(name), object, 0);
	return pool_strndup(pool, name, strlen(name));
}

static enum cert_digest digest_of(int nid)
{
	if (nid == NID_sha1)
		return DIGEST_SHA1;
	if (nid == NID_md5 || nid == NID_md4 || nid == NID_md2)
		return DIGEST_MD5;
	return DIGEST_STRONG;
}

static void read_signature(struct cert *cert, struct pool *pool, X509 *x509)
{
	const X509_ALGOR *algorithm = NULL;
	int digest = NID_undef, key = NID_undef;

	X509_get0_signature(NULL, &algorithm, x509);
	cert->signature = algorithm_text(algorithm, pool);
	cert->pss = X509_get_signature_nid(x509) == NID_rsassaPss;
	if (!X509_get_signature_info(x509, &digest, &key, NULL, NULL))
		OBJ_find_sigid_algs(X509_get_signature_nid(x509), &digest,
				    &key);
	cert->digest = digest_of(digest);
}

static const char *hex(const unsigned char *data, size_t len, struct pool *pool)
{
	static const char digits[] = "0123456789ABCDEF";
	char *text = pool_zalloc(pool, 2 * len + 1);

	for (size_t i = 0; i < len; i++) {
		text[2 * i] = digits[data[i] >> 4];
		text[2 * i + 1] = digits[data[i] & 15];
	}
	return text;
}

static const char *sha256_hex(struct bytes der, struct pool *pool)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (!EVP_Digest(der.p, der.n, digest, &len, EVP_sha256(), NULL))
		return "";
	return hex(digest, len, pool);
}

bool x509_time(time_t *out, const ASN1_TIME *time)
{
	struct tm tm;

	if (!time || !ASN1_TIME_to_tm(time, &tm))
		return false;
	*out = date_seconds(&(struct date){
		.year = tm.tm_year + 1900,
		.month = tm.tm_mon + 1,
		.day = tm.tm_mday,
		.hour = tm.tm_hour,
		.minute = tm.tm_min,
		.second = tm.tm_sec,
	});
	return true;
}

static struct bytes x509_der(X509 *x509, struct pool *pool)
{
	unsigned char *der = NULL;
	int len = i2d_X509(x509, &der);
	struct bytes copied = {0};

	if (len > 0)
		copied = bytes_dup(pool, der, (size_t)len);
	OPENSSL_free(der);
	return copied;
}

int x509_facts(struct cert *cert, struct pool *pool, X509 *x509,
	       enum x509_origin origin, struct err *err)
{
	const ASN1_INTEGER *serial = X509_get0_serialNumber(x509);

	*cert = (struct cert){.der = x509_der(x509, pool)};
	if (!x509_time(&cert->not_before, X509_get0_notBefore(x509)) ||
	    !x509_time(&cert->not_after, X509_get0_notAfter(x509)))
		return err_set(err, ERR_HANDSHAKE,
			       "a certificate does not parse: its validity is "
			       "no time");
	cert->subject_der = name_der(X509_get_subject_name(x509), pool);
	cert->issuer_der = name_der(X509_get_issuer_name(x509), pool);
	cert->subject = name_text(X509_get_subject_name(x509), pool);
	cert->issuer = name_text(X509_get_issuer_name(x509), pool);
	cert->serial = hex(ASN1_STRING_get0_data(serial),
			   (size_t)ASN1_STRING_length(serial), pool);
	cert->sha256 = sha256_hex(cert->der, pool);
	cert->self_signed = X509_self_signed(x509, origin == X509_FOREIGN) == 1;
	read_common_names(cert, pool, X509_get_subject_name(x509));
	read_key(cert, pool, X509_get_X509_PUBKEY(x509));
	read_signature(cert, pool, x509);
	read_extensions(cert, pool, X509_get0_extensions(x509));
	ERR_clear_error(); /* of extensions that did not parse */
	return 0;
}

int cert_read(struct cert *cert, struct pool *pool, struct bytes der,
	      struct err *err)
{
	const unsigned char *at = der.p;
	X509 *x509;
	int rc;

	openssl_begin();
	x509 = d2i_X509(NULL, &at, (long)der.n);
	if (!x509) {
		ERR_clear_error();
		return err_set(err, ERR_HANDSHAKE,
			       "a certificate of %zu bytes does not parse",
			       der.n);
	}
	rc = x509_facts(cert, pool, x509, X509_FOREIGN, err);
	X509_free(x509);
	return rc;
}

int cert_read_request(struct cert *cert, struct pool *pool, struct bytes der,
		      struct err *err)
{
	const unsigned char *at = der.p;
	STACK_OF(X509_EXTENSION) *extensions;
	const X509_ALGOR *algorithm = NULL;
	X509_REQ *request;
	int rc = 0;

	*cert = (struct cert){.der = der, .is_request = true};
	openssl_begin();
	request = d2i_X509_REQ(NULL, &at, (long)der.n);
	if (!request) {
		ERR_clear_error();
		return err_set(err, ERR_FILE,
			       "the certificate request does not parse");
	}
	cert->subject_der = name_der(X509_REQ_get_subject_name(request), pool);
	cert->subject = name_text(X509_REQ_get_subject_name(request), pool);
	cert->issuer = "";
	cert->serial = "";
	cert->sha256 = sha256_hex(der, pool);
	read_common_names(cert, pool, X509_REQ_get_subject_name(request));
	read_key(cert, pool, X509_REQ_get_X509_PUBKEY(request));
	X509_REQ_get0_signature(request, NULL, &algorithm);
	cert->signature = algorithm_text(algorithm, pool);
	extensions = X509_REQ_get_extensions(request);
	if (!extensions &&
	    X509_REQ_get_attr_by_NID(request, NID_ext_req, -1) >= 0)
		rc = err_set(err, ERR_FILE,
			     "the certificate request's extensions do not "
			     "parse");
	read_extensions(cert, pool, extensions);
	sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
	X509_REQ_free(request);
	ERR_clear_error();
	return rc;
}
