# SPDX-License-Identifier: GPL-3.0-or-later
# monitoring-plugins-um.bash -- completion of the plugins' options for bash
#
# Made by contrib/completion/make-completion; to renew it: make completion.

# _monitoring_plugins_um_options PLUGIN: its options
_monitoring_plugins_um_options()
{
	case $1 in
	check_mwi_path)
		echo \
			--um --um-port --um-profile --gateway --gateway-port \
			--gateway-profile --transport --notify --from --phone \
			--subscribe --registrar --registrar-port --mailbox \
			--auth-user --auth-file --warning --critical \
			--new-warning --new-critical --ipv4 --ipv6 --source \
			--dns --ca-file --ca-path --cert --key --key-pass-file \
			--sni --tls-min --tls-max --tls-legacy --timeout \
			--verbose --state --output --extra-opts --exit-ok \
			--help --version
		;;
	check_sip_options)
		echo \
			--hostname --ipv4 --ipv6 --source --dns --port \
			--transport --all-targets --uri --from --contact \
			--user-agent --header --max-forwards --route \
			--auth-user --auth-file --count --interval --reconnect \
			--warning --critical --loss-warning --loss-critical \
			--alive-warning --alive-critical --ok --warn \
			--require-method --require-header --profile --ca-file \
			--ca-path --cert --key --key-pass-file --sni --tls-min \
			--tls-max --tls-legacy --timeout --verbose --state \
			--output --extra-opts --exit-ok --help --version
		;;
	check_um_cert)
		echo \
			--hostname --ipv4 --ipv6 --source --dns --port --file \
			--profile --expect --pool --sip-domain --warning \
			--critical --revocation --crl --same-as --fingerprint \
			--issuer --mutual --matrix --list-profiles \
			--list-rules --ca-file --ca-path --cert --key \
			--key-pass-file --sni --tls-min --tls-max --tls-legacy \
			--timeout --verbose --state --output --extra-opts \
			--exit-ok --help --version
		;;
	esac
}

# _monitoring_plugins_um_value OPTION: the kind of its value and the words that
# are known; nothing when it takes none
_monitoring_plugins_um_value()
{
	case $1 in
	--um | --gateway | --registrar | -H | --hostname | --route)
		echo hosts
		;;
	--um-port | --gateway-port | --notify | --from | --registrar-port | \
	--mailbox | --auth-user | -w | --warning | -c | --critical | \
	--new-warning | --new-critical | --source | --dns | -t | --timeout | \
	--extra-opts | -p | --port | -u | --uri | --contact | --user-agent | \
	--header | --max-forwards | -n | --count | -i | --interval | \
	--loss-warning | --loss-critical | --alive-warning | \
	--alive-critical | --ok | --warn | --require-method | \
	--require-header | --expect | --pool | --sip-domain | --fingerprint | \
	--issuer)
		echo other
		;;
	--um-profile | --gateway-profile)
		echo words none exchange-um lync-server lync-edge teams-sbc \
			sip-domain cucm tls-server
		;;
	-T | --transport)
		echo words udp tcp tls
		;;
	--auth-file | --ca-file | --cert | --key | --key-pass-file | --file | \
	--crl | --same-as)
		echo files
		;;
	--ca-path)
		echo directories
		;;
	--sni)
		echo words none
		;;
	--tls-min | --tls-max)
		echo words 1.0 1.1 1.2 1.3
		;;
	--state)
		echo states
		;;
	--output)
		echo words text json openmetrics
		;;
	-P | --profile)
		echo words exchange-um lync-server lync-edge teams-sbc \
			sip-domain cucm tls-server
		;;
	--revocation)
		echo words off staple ocsp crl auto
		;;
	--mutual)
		echo words yes no any
		;;
	esac
}

# _monitoring_plugins_um_ids: what --state can name
_monitoring_plugins_um_ids()
{
	printf '%s= ' \
		chain.extra chain.incomplete chain.order chain.self-signed \
		chain.untrusted crypto.key-size crypto.pss crypto.signature \
		dns.domain-conflict dns.no-answer dns.nxdomain local.exposed \
		local.file local.system local.usage mwi.altered mwi.bad-body \
		mwi.count mwi.duplicate mwi.identity mwi.no-notify \
		mwi.not-delivered mwi.notify-refused mwi.register-refused \
		mwi.slow mwi.subscribe-refused mwi.terminated name.cn-invalid \
		name.cn-mismatch name.cn-missing name.cn-multiple \
		name.cn-wildcard name.forbidden-domain name.literal \
		name.not-compared name.san-missing name.san-wildcard \
		name.server-missing name.sip-domain net.not-tried net.refused \
		net.reset net.timeout net.unreachable pin.mismatch \
		revocation.no-cdp revocation.revoked revocation.unknown \
		served.differs served.ports-differ sip.auth sip.closed \
		sip.header sip.loss sip.malformed sip.method \
		sip.ms-diagnostics sip.no-answer sip.provisional-only \
		sip.retry-after sip.slow sip.status sip.stray sip.targets \
		time.expired time.expiring time.not-yet-valid time.too-long \
		tls.alert tls.ca-list tls.client-cert-refused \
		tls.client-cert-required tls.handshake tls.mutual tls.version \
		usage.ca-leaf usage.client-auth usage.key-usage \
		usage.server-auth
}

# Needs nothing of the bash-completion package. bash breaks words at = and :
# too, which the plugins do not, so the line itself is read; $2 is the part of
# the last word that bash is going to replace. What was typed may hold $(...),
# so it is compared here and not by compgen -W, which would run it.
_monitoring_plugins_um()
{
	local line=${COMP_LINE:0:COMP_POINT} typed option value kind words word
	local IFS=$' \t\n'

	COMPREPLY=()
	typed=${line##*[[:space:]]}
	read -ra words <<<"${line%"$typed"}"
	option=${words[${#words[@]} - 1]} value=$typed
	case $typed in
	--*=*) option=${typed%%=*} value=${typed#*=} ;;
	-[[:alnum:]]?*) option=${typed:0:2} value=${typed:2} ;;
	esac
	read -ra words <<<"$(_monitoring_plugins_um_value "$option")"
	kind=${words[0]-} words=("${words[@]:1}")
	case $kind in
	files) return ;; # readline's own completion is the best there
	'')
		# A program of options only; what follows > or < is a file.
		[[ -z $typed && $option != *[\<\>] || $typed == -* ]] || return
		value=$typed
		read -ra words <<<"$(_monitoring_plugins_um_options "${1##*/}")"
		;;
	directories) compopt -o dirnames ;;
	hosts) mapfile -t words < <(compgen -A hostname) ;;
	states)
		if [[ $value == *=* ]]; then
			value=${value##*=} words=(ok warning critical unknown)
		else
			compopt -o nospace
			read -ra words <<<"$(_monitoring_plugins_um_ids)"
		fi
		;;
	esac
	compopt +o bashdefault +o default
	for word in "${words[@]}"; do
		[[ $word == "$value"* ]] || continue
		word=${typed%"$value"}$word
		COMPREPLY+=("${word#"${typed%"$2"}"}")
	done
}
complete -o bashdefault -o default -F _monitoring_plugins_um \
	check_mwi_path check_sip_options check_um_cert
