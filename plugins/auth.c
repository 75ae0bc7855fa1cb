/* SPDX-License-Identifier: GPL-3.0-or-later */
/* auth -- who we are to a server that asks; a password comes from a file. */
#include "plugins/auth.h"

#include <string.h>

#include "plugins/options.h"

#define AT(field) offsetof(struct auth_options, field)

const struct opt auth_opts[] = {
	{0, "auth-user", &opt_text, AT(user), "USER", NULL,
	 "answer a digest challenge as USER"},
	{0, "auth-file", &opt_text, AT(file), "FILE", NULL,
	 "its first line is the password"},
	{0},
};

int auth_validate(const struct auth_options *auth, struct err *err)
{
	for (const char *c = auth->user; c && *c; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			return err_set(err, ERR_USAGE,
				       "--auth-user: holds a control "
				       "character");
	if (!auth->user == !auth->file)
		return 0;
	return err_set(err, ERR_USAGE, "%s",
		       auth->user ? "--auth-user needs --auth-file, which "
				    "holds the password"
				  : "--auth-file needs --auth-user, whose "
				    "password it holds");
}

int credentials_read(struct credentials *who, struct pool *pool,
		     const struct auth_options *auth, struct deadline by,
		     struct err *err)
{
	const char *password = NULL;

	*who = (struct credentials){0};
	if (!auth->user)
		return 0;
	if (password_read(&password, pool, "--auth-file", auth->file, by, err))
		return -1;
	*who = (struct credentials){auth->user, str_from(password)};
	return 0;
}

void credentials_wipe(struct credentials *who)
{
	if (who->password.n > 0)
		explicit_bzero((void *)(uintptr_t)who->password.p,
			       who->password.n);
	who->password.n = 0;
}
