#!/bin/sh
# A systemd of its own, with the units of samples/, in namespaces: it sees no unit, no setting and no process of this machine.
# real_systemd.sh CGROUP HOST UNITS SITE PORT: CGROUP a new one in a cgroup2 file system, HOST the built front door, SITE its settings and apps.
set -e
if [ "$6" != inside ]; then
  mkdir "$1"
  echo $$ > "$1/cgroup.procs"
  exec unshare --pid --mount --cgroup --ipc --uts --fork --kill-child "$0" "$@" inside
fi

mount --make-rprivate /
mount -t proc proc /proc
mount --bind /proc/sys /proc/sys && mount -o remount,bind,ro /proc/sys
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/units /run/etc /run/systemd /run/kept && mount --bind "$2" /run/kept
cp "$3"/proxygroups.* /run/units/
cp -a /etc/. /run/etc && mount --bind /run/etc /etc
mkdir -p /etc/proxygroups && mount --bind "$4" /etc/proxygroups
mount -t tmpfs -o mode=755 tmpfs /opt
mkdir /opt/proxygroups && mount --bind /run/kept /opt/proxygroups
umount --recursive --lazy /sys/fs/cgroup && mount -t cgroup2 cgroup2 /sys/fs/cgroup

mkdir /run/units/proxygroups.socket.d /run/units/proxygroups.service.d
printf '[Socket]\nListenStream=\nListenStream=127.0.0.1:%s\n' "$5" > /run/units/proxygroups.socket.d/here.conf
printf '[Service]\nWatchdogSec=5s\n' > /run/units/proxygroups.service.d/here.conf
for target in sysinit basic sockets network shutdown multi-user own; do
  printf '[Unit]\nDefaultDependencies=no\n' > /run/units/$target.target
done
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin SYSTEMD_UNIT_PATH=/run/units SYSTEMD_GENERATOR_PATH=/run/none SYSTEMD_ENVIRONMENT_GENERATOR_PATH=/run/none \
  /lib/systemd/systemd --system --unit=own.target --log-target=console --show-status=no --crash-reboot=no
