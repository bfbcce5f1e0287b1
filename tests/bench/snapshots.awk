# Two snapshots as prt-scan writes them, for benchmarks: awk -v n=RECORDS -v
# old=FILE -v new=FILE -f snapshots.awk.  1 % of the records differ: half of
# them have another process, a quarter are gone, a quarter are new.  Neither
# file is sorted; shuf(1) can shuffle them.

function record(i, process,    port, remote, pid) {
	pid = 1000 + i % 3000
	if (i % 10 == 0) {
		# Listeners, each on its own address.
		return sprintf("tcp\tLISTEN\t10.%d.%d.%d\t%d\t-\t-\t-\thttps\t" \
		    "-\tdocker/web-%d\t%d\t%s\twww-data\t33\t6\t%d\tsystemd\t" \
		    "/usr/sbin/%s\t%s -g daemon on; master_process on; worker %d",
		    int(i / 65536) % 256, int(i / 256) % 256, i % 256,
		    443, i % 40, pid, process, pid - 1, process, process, i % 9)
	}
	return sprintf("tcp\tESTABLISHED\t10.0.%d.%d\t%d\t192.168.%d.%d\t%d\t" \
	    "in\thttps\t-\tdocker/web-%d\t%d\t%s\twww-data\t33\t%d\t%d\t" \
	    "systemd\t/usr/sbin/%s\t%s -g daemon on; master_process on; " \
	    "worker process %d",
	    int(i / 250000) % 250, i % 4, 443, int(i / 40000) % 250,
	    int(i / 160) % 250, 1024 + i % 60000, i % 40, pid, process,
	    7 + i % 900, pid - 1, process, process, i % 9)
}

BEGIN {
	header = "#proto\tstate\tlocal_addr\tlocal_port\tremote_addr\t" \
	    "remote_port\tdir\tservice\tnetns\tcontainer\tpid\tprocess\t" \
	    "user\tuid\tfd\tppid\tparent\texe\tcmdline"
	for (i = 0; i < n; i++) {
		print record(i, "nginx") >old
		if (i % 400 == 399)
			print record(n + i, "nginx") >new
		else
			print record(i, i % 200 == 100 ? "apache2" : "nginx") >new
	}
	print header
}
