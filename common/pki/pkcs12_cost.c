/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pkcs12_cost -- counts of iterations, read before any of them is done. */
#include "pki/pkcs12_cost.h"

#include <openssl/x509.h>

/* Absent means 1; what is no number of a long counts as too many. */
static bool is_too_much(const ASN1_INTEGER *iterations)
{
	const long n = iterations ? ASN1_INTEGER_get(iterations) : 1;

	return n < 0 || n > PKCS12_ITERATIONS_MAX;
}

/* RFC 8018 A.4: the key is derived by an algorithm within the algorithm. */
static bool pbes2_costs_too_much(const ASN1_STRING *der)
{
	PBE2PARAM *scheme = ASN1_item_unpack(der, ASN1_ITEM_rptr(PBE2PARAM));
	PBKDF2PARAM *derive = NULL;
	bool too_much;

	if (scheme)
		derive = ASN1_TYPE_unpack_sequence(ASN1_ITEM_rptr(PBKDF2PARAM),
						   scheme->keyfunc->parameter);
	too_much = derive && is_too_much(derive->iter);
	PBKDF2PARAM_free(derive);
	PBE2PARAM_free(scheme);
	return too_much;
}

static bool algorithm_costs_too_much(const X509_ALGOR *algorithm)
{
	const ASN1_OBJECT *id = NULL;
	const void *value = NULL;
	int type = V_ASN1_UNDEF;
	PBEPARAM *param;
	bool too_much;

	X509_ALGOR_get0(&id, &type, &value, algorithm);
	if (type != V_ASN1_SEQUENCE)
		return false;
	if (OBJ_obj2nid(id) == NID_pbes2)
		return pbes2_costs_too_much(value);
	param = ASN1_item_unpack(value, ASN1_ITEM_rptr(PBEPARAM));
	too_much = param && is_too_much(param->iter);
	PBEPARAM_free(param);
	return too_much;
}

/* Keys that stand in the open, each encrypted by itself. */
static bool keys_cost_too_much(PKCS7 *safe)
{
	STACK_OF(PKCS12_SAFEBAG) *bags = PKCS12_unpack_p7data(safe);
	bool too_much = false;

	for (int i = 0; i < sk_PKCS12_SAFEBAG_num(bags); i++) {
		const PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, i);
		const X509_SIG *key = PKCS12_SAFEBAG_get0_pkcs8(bag);
		const X509_ALGOR *algorithm = NULL;

		if (!key) /* of another kind */
			continue;
		X509_SIG_get0(key, &algorithm, NULL);
		too_much |= algorithm && algorithm_costs_too_much(algorithm);
	}
	sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
	return too_much;
}

static bool safe_costs_too_much(PKCS7 *safe)
{
	if (PKCS7_type_is_data(safe))
		return keys_cost_too_much(safe);
	return PKCS7_type_is_encrypted(safe) && safe->d.encrypted &&
	       algorithm_costs_too_much(safe->d.encrypted->enc_data->algorithm);
}

bool pkcs12_costs_too_much(const PKCS12 *p12)
{
	STACK_OF(PKCS7) *safes = PKCS12_unpack_authsafes(p12);
	const ASN1_INTEGER *iterations = NULL;
	bool too_much;

	PKCS12_get0_mac(NULL, NULL, NULL, &iterations, p12);
	too_much = is_too_much(iterations);
	for (int i = 0; i < sk_PKCS7_num(safes); i++)
		too_much |= safe_costs_too_much(sk_PKCS7_value(safes, i));
	sk_PKCS7_pop_free(safes, PKCS7_free);
	return too_much;
}
