# shellcheck shell=sh
# For callers with their own mounts: a /var in which folders can be made that
# the machine lacks; its own are there, too.
mkdir -p own-var
mount --rbind /var own-var
mount -t tmpfs -o mode=755 tmpfs /var
for entry in own-var/*; do
	if [ -d "$entry" ] && [ ! -L "$entry" ]; then
		mkdir "/var/${entry##*/}"
		mount --no-canonicalize --rbind "$entry" "/var/${entry##*/}"
	else
		cp -P "$entry" /var/
	fi
done
