# Runs one throwaway PostgreSQL and cleans up after it.
#
# Arguments: the server's folder, which must not exist yet; the folder of the
# binaries; options for postgres.
# Standard input: one line, the superuser's password. Then nothing, until its end
# says that the process that wants the server has closed it or is gone, even if it
# was killed. That is why this is a process of its own, and why there is only this
# one way to clean up.
# Standard output: "made" when there is a folder, "initialised" when postgres is about
# to run, "ended STATUS" when it or initdb has ended. Standard error: what they log.
#
# It must work in dash, bash and busybox.
dir=$1
bin=$2
shift 2
umask 077
trap '' PIPE # whoever reads what this prints may be gone

mkdir "$dir" || exit 1
echo made
server=
cleanup() {
	trap '' EXIT HUP INT TERM
	trap : QUIT # for the children, which are in this process group
	# More than once: initdb may have made way for postgres in between. PostgreSQL
	# gives its own processes 5 seconds before it kills them.
	tries=0
	while [ -n "$server" ] && kill -0 "$server" 2>/dev/null; do
		kill -QUIT 0
		sleep 0.05
		tries=$((tries + 1))
		if [ $tries -gt 200 ]; then
			rm -rf "$dir"
			kill -KILL 0 # and this shell
		fi
	done
	# More than once: a server that was killed leaves processes behind that write
	# until they notice.
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		rm -rf "$dir" 2>/dev/null && return
		sleep 0.5
	done
	rm -rf "$dir"
}
trap cleanup EXIT
trap 'exit 1' HUP INT TERM

IFS= read -r password || exit 1
{
	printf '%s\n' "$password" >"$dir/password" &&
		"$bin/initdb" --pgdata="$dir/data" --username=postgres --pwfile="$dir/password" \
			--auth=scram-sha-256 --encoding=UTF8 --locale=C --wal-segsize=1 \
			--no-sync --no-instructions >/dev/null &&
		rm -f "$dir/password" &&
		echo initialised &&
		"$bin/postgres" -D "$dir/data" "$@" >/dev/null
	echo "ended $?"
} </dev/null &
server=$!
exec 2>/dev/null # whoever reads the log knows at its end that all of the server is gone
while read -r _; do :; done
