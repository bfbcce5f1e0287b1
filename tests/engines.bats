#!/usr/bin/env bats
# The recipes of prt-recipes(7) that load records into databases and engines:
# run with the real ones, if they are installed.
# shellcheck disable=SC2016,SC2154,SC2030,SC2031

load helpers
load diff
load recipes

@test "PostgreSQL: every byte of a value, types, hosts and times" {
	requires psql setpriv ip
	PG=$(printf '%s\n' /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
	[ -x "$PG/initdb" ] || skip 'needs PostgreSQL'
	export PG
	script load-postgresql
	recipe postgresql.sql >table.sql
	recipe listened.sql >listened.sql
	FIELDS+=(host)
	{
		rec host=web1 process='a\\b\tc\n\x01é|' uid=4294967294
		rec host=web1 state=ESTABLISHED remote_addr=::1 remote_port=7 \
			user='\x2d'
	} | scan_is >scanned
	rec host=web2 local_port=81 | snap time=$T2 host=web2 >>scanned
	cat >check.sql <<-'END'
		select count(*), count(distinct seen), count(remote_port),
			count(*) filter (where "user" = '-'),
			count(*) filter (where "user" is null) from ports;
		select local_port, extract(minute from seen at time zone 'UTC')
			from ports where host = 'web2' limit 1;
		select process = E'a\\b\tc\n\x01é|', uid, remote_addr is null
			from ports where local_port = 80 and state = 'LISTEN' limit 1;
	END
	run -0 alone '
		home=/var/lib/pg
		mkdir -m 700 $home
		chown postgres $home
		as() {
			(cd / && setpriv --reuid=postgres --regid=postgres \
				--clear-groups -- "$@" </dev/null >>$home/log 2>&1) || {
				cat $home/log
				return 1
			}
		}
		as "$PG/initdb" -D $home/data -A trust -N -E UTF8 --locale=C.UTF-8
		as "$PG/pg_ctl" -w -D $home/data -o "-k $home -F" start
		export PGHOST=$home PGUSER=postgres
		sql() {
			psql -X -A -t -q -v ON_ERROR_STOP=1 "$@"
		}
		sql -f table.sql
		load-postgresql
		load-postgresql
		sql -f check.sql
		sql -f listened.sql
		printf "#!/bin/sh\nhead -n 3 scanned\nexit 2\n" >bin/prt-scan
		load-postgresql || echo "status $?"
		sql -c "select count(*) from ports"
		as "$PG/pg_ctl" -D $home/data -m immediate stop'
	assert_output_is "6|2|2|2|0
81|10
t|4294967294|t
web1|80|a\\b	c
$(printf '\001')é||2026-11-24 03:00:00+00|00:00:00
web2|81|nginx|2026-11-24 03:10:00+00|00:00:00
status 2
6"
}

@test "SQLite: the types of columns, and a question" {
	requires sqlite3 netns nc ip
	recipe sqlite >load
	{
		rec pid=7 user=alice local_port=1000 process='a,"b'
		rec pid=8 user=alice local_port=99 process=c
		rec pid=- user=- local_port=98 process=-
		rec pid=9 user=bob local_port=97 process=d
	} | snap >scanned
	stand_in prt-scan "prt-diff -a --force '$PWD/scanned' '$PWD/scanned' \"\$@\""
	run -0 sh load
	assert_output_is 'alice|2
bob|1'
	run -0 sh load
	assert_output_is 'alice|4
bob|2'
	run -0 sqlite3 ports.db \
		'select process, typeof(local_port) from ports order by local_port desc limit 1'
	assert_output_is 'a,"b|integer'
}

# clickhouse COMMAND: bash runs it on a machine of its own, on which
# ClickHouse's server runs; `sql -q TEXT' asks the server.
clickhouse()
{
	requires clickhouse-server clickhouse-client
	cat >users.xml <<-'END'
		<yandex><profiles><default/></profiles><quotas><default/></quotas>
		<users><default><password/><networks><ip>::/0</ip></networks>
		<profile>default</profile><quota>default</quota>
		</default></users></yandex>
	END
	cat >config.xml <<-END
		<yandex><logger><level>warning</level></logger>
		<listen_host>127.0.0.1</listen_host><tcp_port>9000</tcp_port>
		<path>$PWD/house/</path><tmp_path>$PWD/house/tmp/</tmp_path>
		<users_config>$PWD/users.xml</users_config>
		<mark_cache_size>1000000</mark_cache_size>
		<default_profile>default</default_profile>
		<default_database>default</default_database></yandex>
	END
	run -0 alone '
		mkdir -p house/tmp
		export TZ=UTC	# it knows no UTC0
		clickhouse-server --config-file="$PWD/config.xml" >log 2>&1 &
		server=$!
		sql() {
			clickhouse-client -h 127.0.0.1 "$@"
		}
		i=0
		until sql -q "select 1" >said 2>&1; do
			if ! kill -0 $server || [ $((i += 1)) -gt 600 ]; then
				cat log said
				exit 1
			fi
			sleep 0.1
		done
		'"$1"'
		kill -9 $server'
}

@test "ClickHouse: its table has the default fields, in their order" {
	recipe clickhouse.sql | tr -d '\n' | sed 's/^[^(]*(//' |
		grep -oE '[a-z_]+ Nullable' | cut -d ' ' -f 1 >columns
	printf '%s\n' "${FIELDS[@]}" | diff -u - columns
}

@test "ClickHouse: every byte of a value, what is missing, and types" {
	recipe clickhouse.sql >table.sql
	recipe load-clickhouse >load
	{
		rec process='a\\b\tc\n\x01é|' uid=4294967294
		rec state=ESTABLISHED remote_addr=::1 remote_port=65535 \
			user='\x2d' pid=4194304
	} >records
	stand_in prt-scan "[ \"\$*\" = -H ] && cat '$PWD/records'"
	cat >check.sql <<-'END'
		select count(), max(uid), max(remote_port), sum(pid) > 0,
			countIf(isNull(remote_port)), countIf(user = '-'),
			min(process) from ports
	END
	clickhouse '
		sql -q "$(cat table.sql)"
		sh load
		sh load
		sql -q "$(cat check.sql)"'
	assert_output_is "4	4294967294	65535	1	2	2	a\\\\b\\tc\\n$(printf '\001')é|"
}

@test "Spark and Hadoop: records alone, their columns named" {
	recipe pipe >pipe
	printf '%s\t' tcp LISTEN 0.0.0.0 80 /memfd:x >part
	echo 0 >>part
	printf '%s\t' tcp LISTEN 0.0.0.0 81 /usr/sbin/x >>part
	echo 0 >>part
	run -0 --separate-stderr sh pipe <part
	[[ $output == *$'\t80\t/memfd:x\t0\tmemfd-exe' ]]
	[ "${#lines[@]}" -eq 1 ]
}
