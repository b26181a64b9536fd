using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>Descriptors that our own parent leaked do not reach workers.</summary>
public sealed class DescriptorGuardTests
{
    [Fact]
    public void Inherited_descriptors_are_closed_at_exec()
    {
        using var file = new FileStream("/dev/null", FileMode.Open);
        var descriptor = (int)file.SafeFileHandle.DangerousGetHandle();
        Libc.Fcntl(descriptor, Libc.FSetFd, 0);
        DescriptorGuard.CloseInheritedOnExec();
        Assert.Equal(Libc.FdCloseOnExec, Libc.Fcntl(descriptor, GetFd, 0));
    }

    private const int GetFd = 1;
}
