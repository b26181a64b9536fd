# A worker that only is there, as small as one can be: it listens, says so, and waits. `tiny.pl SOCKET`
use strict;
use Socket;
my ($listener, $notify);
socket($listener, PF_UNIX, SOCK_STREAM, 0) and bind($listener, pack_sockaddr_un($ARGV[0])) and listen($listener, 16) or die $!;
socket($notify, PF_UNIX, SOCK_DGRAM, 0) and send($notify, "READY=1", 0, pack_sockaddr_un($ENV{NOTIFY_SOCKET})) or die $!;
sleep while 1;
