/* SPDX-License-Identifier: GPL-3.0-or-later */
/* icinga2 -- made from the tables, so that it cannot drift from the plugin. */
#include "config.h"

#include "check/icinga2.h"

/* "check_um_cert" is the command um_cert, its variables um_cert_*. */
static const char *command_name(const struct check *check)
{
	struct str name = str_from(check->name);

	return str_starts(name, STR("check_")) ? name.p + strlen("check_")
					       : name.p;
}

/* um_cert_ca_file of --ca-file: a '-' would end the macro's name. */
static const char *variable(struct pool *pool, const char *command,
			    const char *option)
{
	char *name = pool_printf(pool, "%s_%s", command, option);

	for (char *c = name; *c; c++)
		if (*c == '-')
			*c = '_';
	return name;
}

static void write_string(struct buf *out, const char *text)
{
	buf_puts(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			buf_puts(out, "\\");
		buf_write(out, text, 1);
	}
	buf_puts(out, "\"\n");
}

/* A flag that counts stands there as often as its variable says. */
static void write_value(struct buf *out, const struct opt *opt,
			const char *macro)
{
	if (opt->type == &opt_count)
		buf_printf(out,
			   "\t\t\tvalue = {{ range(macro(\"$%s$\"))"
			   ".map(each => \"--%s\") }}\n"
			   "\t\t\tskip_key = true\n",
			   macro, opt->name);
	else
		buf_printf(out, "\t\t\t%s = \"$%s$\"\n",
			   opt->type->takes_value ? "value" : "set_if", macro);
	if (opt->type->takes_value && opt_may_repeat(opt))
		buf_puts(out, "\t\t\trepeat_key = true\n");
}

static void write_argument(struct buf *out, const char *command,
			   const struct opt *opt)
{
	buf_printf(out, "\t\t\"--%s\" = {\n", opt->name);
	write_value(out, opt, variable(out->pool, command, opt->name));
	buf_puts(out, "\t\t\tdescription = ");
	write_string(out, opt->help);
	buf_puts(out, "\t\t}\n");
}

void icinga2_command(const struct check *check, const struct opt_set *sets,
		     struct buf *out)
{
	const char *command = command_name(check);

	buf_printf(out,
		   "// Made by %s --icinga2-command (" PACKAGE_NAME
		   " " PACKAGE_VERSION ").\n"
		   "// Each option is a variable, set on the host or service; "
		   "an array repeats\n"
		   "// an option, a $ is written $$.  What is not set is left "
		   "to the plugin.\n",
		   check->name);
	buf_printf(out, "object CheckCommand \"%s\" {\n", command);
	buf_printf(out, "\tcommand = [ PluginDir + \"/%s\" ]\n", check->name);
	buf_printf(out,
		   "\t// Above %s_timeout, so that the plugin tells how far it "
		   "came;\n\t// for more, set the service's check_timeout.\n"
		   "\ttimeout = 1m\n\n",
		   command);
	buf_puts(out, "\targuments = {\n");
	for (; sets->groups; sets++)
		for (const struct opt_group *g = sets->groups; g->opts; g++)
			for (const struct opt *o = g->opts; o->name; o++)
				if (!o->hidden && !o->not_scheduled)
					write_argument(out, command, o);
	buf_puts(out, "\t}\n}\n");
}
