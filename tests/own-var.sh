# shellcheck shell=sh
# For the mounts that the caller has to itself: a /var in which folders can be
# made that the machine has not; what it has is there, too.
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
