#!/usr/bin/env bats
# Peace: nothing is raised.  lab/peace.bash describes the scenarios.

load helpers
load lab

@test "all of them are here" {
	all_are_here peace
}

@test "idle" { lab; }
@test "ssh-sessions" { lab; }
@test "ssh-no-listener" { lab; }
@test "ssh-high-port" { lab; }
@test "ssh-socket" { lab; }
@test "ssh-out" { lab; }
@test "ssh-agent-curl" { lab; }
@test "nginx" { lab; }
@test "nginx-login" { lab; }
@test "service-port" { lab; }
@test "unprivileged-port" { lab; }
@test "apache" { lab; }
@test "postgres" { lab; }
@test "redis-loopback" { lab; }
@test "memcached-loopback" { lab; }
@test "dnsmasq" { lab; }
@test "resolver" { lab; }
@test "node-user" { lab; }
@test "python-user" { lab; }
@test "php-user" { lab; }
@test "go-run" { lab; }
@test "appimage" { lab; }
@test "test-server" { lab; }
@test "nc-loopback" { lab; }
@test "curl" { lab; }
@test "script-curl" { lab; }
@test "shell-loopback" { lab; }
@test "browser" { lab; }
@test "agent" { lab; }
@test "root-services" { lab; }
@test "root-datagrams" { lab; }
@test "inetd" { lab; }
@test "inetd-python" { lab; }
@test "socket-activated" { lab; }
@test "busybox-httpd" { lab; }
@test "containers" { lab; }
@test "upgraded" { lab; }
@test "restarted" { lab; }
@test "kernel" { lab; }
@test "net-server" { lab; }
@test "inetd-gone" { lab; }
@test "dash-leak" { lab; }
@test "wait-for-it" { lab; }
@test "graphite" { lab; }
@test "celery" { lab; }
@test "gunicorn" { lab; }
@test "get-pip" { lab; }
@test "ansible" { lab; }
@test "appimage-out" { lab; }
@test "ssh-local" { lab; }
@test "ssh-remote-loopback" { lab; }
@test "root-clients" { lab; }
@test "root-agents" { lab; }
@test "address-added" { lab; }
@test "version-removed" { lab; }
@test "curl-sh" { lab; }
@test "sessions-audit" { lab; }
@test "editor" { lab; }
@test "ssh-back-private" { lab; }
@test "two-sides" { lab; }
@test "inetd-store" { lab; }
