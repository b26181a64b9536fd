using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ProxyGroups.EndToEndTests.Kit;

/// <summary>Debian's Chromium. Each page has cookies of its own.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const float PatienceMilliseconds = 30_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _chromium;

    private Browser(IPlaywright playwright, IBrowser chromium)
    {
        _playwright = playwright;
        _chromium = chromium;
    }

    public static async Task<Browser> StartAsync()
    {
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        var playwright = await Playwright.CreateAsync();
        return new Browser(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium" }));
    }

    public async Task<IPage> OpenAsync(Uri link, int width = 1280, int height = 900, ColorScheme theme = ColorScheme.Dark)
    {
        var context = await _chromium.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = height }, ColorScheme = theme });
        context.SetDefaultTimeout(PatienceMilliseconds);
        var page = await context.NewPageAsync();
        await page.GotoAsync(link.ToString());
        return page;
    }

    /// <summary>What keeps people with a disability from using the page, as far as axe-core can see: nothing.</summary>
    public static async Task AssertAccessibleAsync(IPage page)
    {
        var found = await page.RunAxe();
        Assert.True(found.Violations.Length == 0, string.Join('\n', found.Violations.Select(static violation =>
            $"{violation.Id}: {violation.Description} {string.Join(' ', violation.Nodes.Select(static node => node.Html))}")));
    }

    public async ValueTask DisposeAsync()
    {
        await _chromium.DisposeAsync();
        _playwright.Dispose();
    }
}
