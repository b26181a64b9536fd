using System.Net.Sockets;

namespace ProxyGroups.Supervision.Linux;

/// <summary>One datagram with its sender, read by recvmsg(2), which .NET has no call for.</summary>
internal sealed record NotifyDatagram(PeerCredentials Sender, byte[] Content)
{
    private const int MaxLength = 4096;

    // cmsghdr (16 bytes) and ucred (12) padded to 8: room for nothing else, so the kernel drops passed descriptors.
    private const int ControlLength = 32;
    private const int CredentialsOffset = 16;
    private const int CredentialsType = 2;

    /// <summary>The next waiting datagram, null if none waits. One that is too long arrives empty and means nothing.</summary>
    public static unsafe NotifyDatagram? Receive(Socket socket)
    {
        var content = stackalloc byte[MaxLength];
        var control = stackalloc byte[ControlLength];
        var buffer = new Libc.Buffer { Start = content, Length = MaxLength };
        var message = new Libc.MessageHeader { Buffers = &buffer, BufferCount = 1, Control = control, ControlLength = ControlLength };
        var length = (int)Libc.ReceiveMessage((int)socket.Handle, &message, Libc.MsgDontWait | Libc.MsgCloseOnExec);
        if (length < 0)
        {
            return null;
        }

        var isWhole = (message.Flags & Libc.MsgTruncated) is 0;
        return new(SenderIn(new(control, (int)message.ControlLength)), isWhole ? new ReadOnlySpan<byte>(content, length).ToArray() : []);
    }

    private static PeerCredentials SenderIn(ReadOnlySpan<byte> control) =>
        control.Length >= ControlLength - sizeof(int) && BitConverter.ToInt32(control[12..]) is CredentialsType
            ? PeerCredentials.Parse(control[CredentialsOffset..])
            : default;
}
