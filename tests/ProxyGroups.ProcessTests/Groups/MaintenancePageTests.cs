using ProxyGroups.Configuration;
using ProxyGroups.Groups;
using ProxyGroups.Supervision.Linux;

namespace ProxyGroups.ProcessTests.Groups;

/// <summary>The file of Maintenance:Page, and what stands in its place.</summary>
public sealed class MaintenancePageTests : IDisposable
{
    private const int PageRefused = 2023;

    private static readonly ProcessGroupSettings Settings = new() { Maintenance = new() { Page = "page.html" } };

    private readonly string _app = TestPaths.CreateFolder();
    private readonly LogLines _log = new();
    private readonly MaintenancePage _page;

    public MaintenancePageTests() => _page = new("shop", _log);

    private string PagePath => Path.Combine(_app, "page.html");

    public void Dispose() => Directory.Delete(_app, recursive: true);

    [Fact]
    public void A_page_that_was_refused_counts_as_soon_as_it_may_be_read()
    {
        File.WriteAllText(PagePath, "back at nine");
        Refuse();
        _page.Look(_app, Settings);
        _page.Look(_app, Settings);
        Assert.Null(_page.Notice);
        Assert.Single(_log.Of(PageRefused));

        Allow();
        _page.Look(_app, Settings);
        Assert.NotNull(_page.Notice);

        File.Delete(PagePath);
        _page.Look(_app, Settings);
        Assert.Null(_page.Notice);
    }

    private void Refuse()
    {
        if (UnixUser.IsRoot)
        {
            FileOwner.Give(PagePath, UnixUser.Find("nobody")!);
        }
        else
        {
            File.SetUnixFileMode(PagePath, UnixFileMode.None);
        }
    }

    // Neither changes what the file holds, nor when it was written.
    private void Allow()
    {
        if (UnixUser.IsRoot)
        {
            FileOwner.Give(PagePath, UnixUser.Find("root")!);
        }
        else
        {
            File.SetUnixFileMode(PagePath, UnixFileMode.UserRead);
        }
    }
}
