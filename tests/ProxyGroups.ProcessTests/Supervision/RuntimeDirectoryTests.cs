using System.ComponentModel;
using System.Diagnostics;
using ProxyGroups.Supervision;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Supervision;

/// <summary>The front door's private folder on a real file system.</summary>
public sealed class RuntimeDirectoryTests : IDisposable
{
    private readonly string _folder = TestPaths.CreateFolder();

    private string Base => Path.Combine(_folder, "run");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void It_is_private_and_stays_the_same_for_a_content_root()
    {
        string first;
        using (var directory = RuntimeDirectory.Open(Base, "/srv/site"))
        {
            first = directory.Location;
            Assert.Equal("rwx------", Mode(directory.Location));
            Assert.Null(directory.PreviousMark);
        }

        using var again = RuntimeDirectory.Open(Base, "/srv/site/");
        using var other = RuntimeDirectory.Open(Base, "/srv/other");
        Assert.Equal(first, again.Location);
        Assert.NotEqual(first, other.Location);
        Assert.Null(again.PreviousMark);
    }

    [Fact]
    public void A_second_front_door_takes_the_next_folder()
    {
        using var first = RuntimeDirectory.Open(Base, "/srv/site");
        using var second = RuntimeDirectory.Open(Base, "/srv/site");
        Assert.Equal(first.Location + "-2", second.Location);
    }

    [Fact]
    public void A_link_is_refused()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "elsewhere"));
        Directory.CreateSymbolicLink(Base, Path.Combine(_folder, "elsewhere"));
        Assert.Contains("is a link", Assert.Throws<LaunchException>(() => RuntimeDirectory.Open(Base, "/srv/site")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_of_somebody_else_is_refused()
    {
        Directory.CreateDirectory(Base);
        if (!UnixUser.IsRoot)
        {
            Assert.Throws<Win32Exception>(() => FileOwner.Give(Base, UnixUser.Find("nobody")!));
            return;
        }

        FileOwner.Give(Base, UnixUser.Find("nobody")!);
        Assert.Contains("belongs to user", Assert.Throws<LaunchException>(() => RuntimeDirectory.Open(Base, "/srv/site")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_others_may_write_is_refused()
    {
        Directory.CreateDirectory(Base);
        File.SetUnixFileMode(Base, (UnixFileMode)0b111_111_111);
        Assert.Contains("written by others", Assert.Throws<LaunchException>(() => RuntimeDirectory.Open(Base, "/srv/site")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_path_too_long_for_sockets_is_refused() =>
        Assert.Contains("107 bytes", Assert.Throws<LaunchException>(() => RuntimeDirectory.Open(Path.Combine(_folder, new string('x', 90)), "/srv/site")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_user_without_a_home_has_to_name_one()
    {
        Assert.Equal("/home/ann/.local/state/proxygroups", RuntimeDirectory.BelowHome("/home/ann"));
        Assert.Contains("has no home folder", Assert.Throws<LaunchException>(() => RuntimeDirectory.BelowHome(string.Empty)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_python_package_is_readable_by_everyone()
    {
        var source = Directory.CreateDirectory(Path.Combine(_folder, "source", "inner")).Parent!.FullName;
        File.WriteAllText(Path.Combine(source, "worker.py"), "1");
        File.WriteAllText(Path.Combine(source, "notes.txt"), "1");
        File.WriteAllText(Path.Combine(source, "inner", "deep.py"), "1");
        using var directory = RuntimeDirectory.Open(Base, "/srv/site");
        var installed = directory.InstallPythonPackage(source);
        Assert.Equal(installed, directory.InstallPythonPackage(source));
        Assert.Equal("proxygroups", Path.GetFileName(installed));
        Assert.Equal("rwxr-xr-x", Mode(Path.Combine(installed, "inner")));
        Assert.Equal("rw-r--r--", Mode(Path.Combine(installed, "inner", "deep.py")));
        Assert.False(File.Exists(Path.Combine(installed, "notes.txt")));
    }

    [Fact]
    public void Handing_over_opens_the_way_but_not_the_view()
    {
        using var directory = RuntimeDirectory.Open(Base, "/srv/site");
        directory.CreateWorkerFolder(1);
        if (!UnixUser.IsRoot)
        {
            Assert.Throws<Win32Exception>(() => directory.HandOver(1, UnixUser.Find("nobody")!));
            return;
        }

        directory.HandOver(1, UnixUser.Find("nobody")!);
        Assert.Equal(("rwx--x--x", "rwx------"), (Mode(directory.Location), Mode(Path.GetDirectoryName(directory.SocketPath(1))!)));
        Assert.Equal(UnixUser.Find("nobody")!.Id, FileOwner.Of(Path.GetDirectoryName(directory.SocketPath(1))!));
    }

    [Fact]
    public void Handing_over_takes_no_rights_from_a_folder_with_other_uses()
    {
        Directory.CreateDirectory(Base);
        File.SetUnixFileMode(Base, (UnixFileMode)0b111_101_101);
        using var directory = RuntimeDirectory.Open(Base, "/srv/site");
        directory.CreateWorkerFolder(1);
        var failure = Record.Exception(() => directory.HandOver(1, UnixUser.Find("nobody")!));
        Assert.Equal(UnixUser.IsRoot, failure is null);
        Assert.Equal("rwxr-xr-x", Mode(Base));
    }

    [Fact]
    public void Removing_a_workers_folder_follows_no_link()
    {
        using var directory = RuntimeDirectory.Open(Base, "/srv/site");
        directory.CreateWorkerFolder(1);
        var precious = Path.Combine(_folder, "precious");
        File.WriteAllText(precious, "1");
        File.CreateSymbolicLink(directory.SocketPath(1), precious);
        directory.RemoveWorkerFolder(1);
        Assert.True(File.Exists(precious));
        Assert.Empty(directory.FindWorkerFolders());
    }

    [Theory]
    [InlineData("rm -f http.sock && mkdir -p http.sock/a/b && touch http.sock/a/b/c", 0)]
    [InlineData("ln -s ../../../precious link && mkdir deep && ln -s ../../../../precious deep/link", 0)]
    [InlineData("d=x; for i in $(seq 80); do mkdir -p $d; d=$d/x; done", 1)]
    public void What_an_app_made_of_its_folder_stands_in_nobodys_way(string prank, int left)
    {
        var precious = Directory.CreateDirectory(Path.Combine(_folder, "precious")).FullName;
        File.WriteAllText(Path.Combine(precious, "file"), "1");
        using var directory = RuntimeDirectory.Open(Base, "/srv/site");
        directory.CreateWorkerFolder(1);
        using (var shell = Process.Start(new ProcessStartInfo("sh", ["-c", prank]) { WorkingDirectory = Path.GetDirectoryName(directory.SocketPath(1)) })!)
        {
            shell.WaitForExit();
        }

        directory.CreateWorkerFolder(1);
        Assert.Empty(Directory.GetFileSystemEntries(Path.GetDirectoryName(directory.SocketPath(1))!));
        Assert.Equal(UnixUser.IsRoot ? left : 0, Directory.GetDirectories(directory.Location, "left-*").Length);
        Assert.True(File.Exists(Path.Combine(precious, "file")));
    }

    [Fact]
    public void A_folder_below_one_that_another_user_may_change_is_refused_to_root()
    {
        if (!UnixUser.IsRoot)
        {
            return;
        }

        FileOwner.Give(Directory.CreateDirectory(Path.Combine(_folder, "app")).FullName, UnixUser.Find("nobody")!);
        Assert.Contains("below a folder that another user may change", Assert.Throws<LaunchException>(() => RuntimeDirectory.Open(Path.Combine(_folder, "app", "run"), "/srv/site")).Message, StringComparison.Ordinal);
    }

    private static string Mode(string path)
    {
        var mode = (int)File.GetUnixFileMode(path);
        return string.Concat(Enumerable.Range(0, 9).Select(bit => (mode >> (8 - bit) & 1) is 1 ? "rwx"[bit % 3] : '-'));
    }
}
