using System.Runtime.Versioning;
using Microsoft.Extensions.Primitives;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Host;

namespace ProxyGroups.Tests.Host;

/// <summary>What is heard of a settings file: each change within a second, whatever changed it.</summary>
[SupportedOSPlatform("linux")]
public sealed class SettingsFolderTests : IDisposable
{
    private const string Name = "appsettings.json";

    private readonly string _root = Directory.CreateTempSubdirectory("pg-settings-").FullName;
    private readonly FakeTimeProvider _time = new();
    private readonly SettingsFolder _folder;

    public SettingsFolderTests() => _folder = new SettingsFolder(_root, _time);

    private string Settings => Path.Combine(_root, Name);

    public static TheoryData<string, Action<string>> Changes => new()
    {
        { "written longer", static path => File.AppendAllText(path, " ") },
        { "written again, as long as before", static path => Stamp(path, 2) },
        { "removed", File.Delete },
        { "replaced by another", static path => File.Move(New(path, 3), path, overwrite: true) },
        { "replaced by another of its length and time", static path => File.Move(New(path, 1), path, overwrite: true) },
        { "open to others than before", static path => File.SetUnixFileMode(path, UnixFileMode.UserRead) },
        { "made a link", static path => { File.Delete(path); File.CreateSymbolicLink(path, New(path, 3)); } },
    };

    [Theory]
    [MemberData(nameof(Changes), DisableDiscoveryEnumeration = true)]
    public void A_change_is_heard(string what, Action<string> change)
    {
        New(Settings, 1, inPlace: true);
        var token = _folder.Watch(Name);
        _time.Advance(SettingsFolder.Interval);
        Assert.False(token.HasChanged);
        change(Settings);
        Assert.False(token.HasChanged);
        _time.Advance(SettingsFolder.Interval);
        Assert.True(token.HasChanged, what);
    }

    [Fact]
    public void A_file_that_comes_later_is_heard()
    {
        var token = _folder.Watch(Name);
        File.WriteAllText(Settings, "{}");
        _time.Advance(SettingsFolder.Interval);
        Assert.True(token.HasChanged);
    }

    [Fact]
    public void A_change_of_what_a_link_leads_to_in_the_end_is_heard()
    {
        // As Kubernetes mounts a ConfigMap: a link to a file below a link that is turned to another folder.
        var (first, second) = (Directory.CreateDirectory(Path.Combine(_root, "1")).FullName, Directory.CreateDirectory(Path.Combine(_root, "2")).FullName);
        New(Path.Combine(first, Name), 1, inPlace: true);
        New(Path.Combine(second, Name), 2, inPlace: true);
        var data = Path.Combine(_root, "data");
        Directory.CreateSymbolicLink(data, first);
        File.CreateSymbolicLink(Settings, Path.Combine("data", Name));
        var token = _folder.Watch(Name);
        Directory.Delete(data);
        Directory.CreateSymbolicLink(data, second);
        _time.Advance(SettingsFolder.Interval);
        Assert.True(token.HasChanged);
    }

    [Fact]
    public void Links_are_followed_as_the_kernel_does()
    {
        // As Capistrano lays it out: "..", behind a link to a folder elsewhere.
        var (release, shared) = (Directory.CreateDirectory(Path.Combine(_root, "releases", "5")).FullName, Directory.CreateDirectory(Path.Combine(_root, "shared")).FullName);
        var file = New(Path.Combine(shared, Name), 1, inPlace: true);
        File.CreateSymbolicLink(Path.Combine(release, Name), "../../shared/" + Name);
        Directory.CreateDirectory(Path.Combine(_root, "srv", "www"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "srv", "www", "current"), release);
        var token = _folder.Watch(Path.Combine("srv", "www", "current", Name));
        File.AppendAllText(file, " ");
        _time.Advance(SettingsFolder.Interval);
        Assert.True(token.HasChanged);
    }

    [Fact]
    public void What_is_no_regular_file_is_none()
    {
        File.CreateSymbolicLink(Settings, "/dev/zero");
        Directory.CreateDirectory(Path.Combine(_root, "folder"));
        Assert.Equal((false, false), (_folder.GetFileInfo(Name).Exists, _folder.GetFileInfo("folder").Exists));
        File.Delete(Settings);
        File.WriteAllText(Settings, "{}");
        Assert.True(_folder.GetFileInfo(Name).Exists);
    }

    [Fact]
    public void A_change_before_somebody_watches_again_is_heard()
    {
        var first = _folder.Watch(Name);
        File.WriteAllText(Settings, "{}");
        _time.Advance(SettingsFolder.Interval);
        Assert.True(first.HasChanged);
        File.WriteAllText(Settings, "{ }");
        var second = _folder.Watch(Name);
        Assert.False(second.HasChanged);
        _time.Advance(SettingsFolder.Interval);
        Assert.True(second.HasChanged);
    }

    [Fact]
    public async Task Who_listens_hears_of_each_change()
    {
        var heard = new SemaphoreSlim(0);
        using var listening = ChangeToken.OnChange(() => _folder.Watch(Name), () => heard.Release());
        for (var length = 1; length <= 3; length++)
        {
            await File.WriteAllTextAsync(Settings, new string(' ', length), TestContext.Current.CancellationToken);
            _time.Advance(SettingsFolder.Interval);
            Assert.True(await heard.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Nothing_is_heard_of_what_else_changes()
    {
        File.WriteAllText(Settings, "{}");
        var token = _folder.Watch(Name);
        File.WriteAllText(Path.Combine(_root, "access.log"), "x");
        File.WriteAllText(Path.Combine(Directory.CreateDirectory(Path.Combine(_root, "app")).FullName, Name), "{}");
        _time.Advance(SettingsFolder.Interval);
        Assert.False(token.HasChanged);
    }

    [Fact]
    public void A_file_that_is_too_large_is_seen_and_not_read()
    {
        using var file = new FileStream(Settings, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        file.SetLength(SettingsSize.Most + 1);
        var seen = _folder.GetFileInfo(Name);
        Assert.Equal((true, SettingsSize.Most + 1), (seen.Exists, seen.Length));
        Assert.Contains("more than the 16 MiB", Assert.Throws<IOException>(seen.CreateReadStream).Message, StringComparison.Ordinal);
        file.SetLength(SettingsSize.Most);
        using var read = _folder.GetFileInfo(Name).CreateReadStream();
        Assert.Equal(SettingsSize.Most, read.Length);
    }

    public void Dispose()
    {
        _folder.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private static string New(string path, int second, bool inPlace = false)
    {
        var made = inPlace ? path : path + ".new";
        File.WriteAllText(made, "{}");
        Stamp(made, second);
        return made;
    }

    private static void Stamp(string path, int second) => File.SetLastWriteTimeUtc(path, DateTime.UnixEpoch.AddSeconds(second));
}
