using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using ProxyGroups.Configuration;
using Xunit;
using Yarp.ReverseProxy.Configuration;

namespace ProxyGroups.Tests.Configuration;

public sealed class SettingsStoreTests
{
    private const string Routes = """ "ReverseProxy": { "Routes": { "shop": { "ClusterId": "shop", "Match": { "Path": "/shop/{**rest}" } } } } """;
    private const string Groups = """ "ProxyGroups": { "ProcessGroups": { "shop": { "Threads": 2 } } } """;
    private const string Good = "{" + Routes + "," + Groups + "}";

    [Fact]
    public void A_bad_first_load_throws_all_errors()
    {
        var exception = Assert.Throws<SettingsException>(() => new StoreFixture(Layers.Shop("\"Threads\": 0, \"Treads\": 1")));
        Assert.Equal(2, exception.Errors.Count);
        Assert.StartsWith("2 settings are wrong.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_good_reload_is_published_with_a_new_revision()
    {
        using var fixture = new StoreFixture(Good);
        fixture.Write("first.json", Good.Replace("\"Threads\": 2", "\"Threads\": 3", StringComparison.Ordinal));
        await fixture.DecideAsync();
        var change = Assert.Single(fixture.Changes);
        Assert.Same(change, fixture.Store.Current);
        Assert.Equal((2, 3), (change.Revision, change.Settings.ProcessGroups["shop"].Threads));
        Assert.Empty(fixture.Rejections);
    }

    [Fact]
    public void A_reload_that_changes_nothing_is_not_published()
    {
        using var fixture = new StoreFixture(Good);
        fixture.Write("first.json", Good.Replace(" ", "\n", StringComparison.Ordinal));
        fixture.Configuration.Reload();
        fixture.Store.Reload();
        Assert.Empty(fixture.Changes);
        Assert.Empty(fixture.Rejections);
        Assert.Equal(1, fixture.Store.Current.Revision);
    }

    [Fact]
    public void Reading_again_passes_over_a_stream_and_a_source_that_fails()
    {
        using var fixture = new StoreFixture(Good, change: static sources => sources with
        {
            Configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream("{}"u8.ToArray())).Add(new OnceSource()).AddConfiguration(sources.Configuration).Build(),
        });
        fixture.Write("first.json", Good.Replace("\"Threads\": 2", "\"Threads\": 3", StringComparison.Ordinal));
        fixture.Store.Reread();
        Assert.Equal(3, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
    }

    public static TheoryData<string, string, string> BadReloads() => new()
    {
        { "a wrong value", Good.Replace("\"Threads\": 2", "\"Threads\": 0", StringComparison.Ordinal), "ProxyGroups:ProcessGroups:shop:Threads = \"0\" is below what is allowed" },
        { "an emptied file", "", "FILE is empty" },
        { "an emptied object", "{}", "ProxyGroups has vanished from first.json" },
        { "a vanished section", "{" + Routes + "}", "ProxyGroups has vanished from first.json" },
        { "vanished routes", "{" + Groups + "}", "ReverseProxy has vanished from first.json" },
        { "broken JSON", "{\n  \"ProxyGroups\": {\n    \"Enabled\" true\n", "FILE is no JSON at line 3, column 15: 't' is invalid after a property name. Expected a ':'" },
        { "a key twice", "{ \"A\": 1, \"a\": 2 }", "FILE cannot be read: A duplicate key 'a' was found" },
        { "no object", "[]", "FILE cannot be read: Top-level JSON element must be an object. Instead, 'Array' was found" },
        { "a route to nowhere", Good.Replace("\"ClusterId\": \"shop\"", "\"ClusterId\": \"shp\"", StringComparison.Ordinal), "ReverseProxy:Routes:shop:ClusterId = \"shp\" is neither a process group nor a cluster" },
    };

    [Theory]
    [MemberData(nameof(BadReloads))]
    public async Task A_bad_reload_keeps_what_runs_routes_included(string what, string text, string error)
    {
        using var fixture = new StoreFixture(Good);
        var (before, config) = (fixture.Store.Current, fixture.Provider.GetConfig());
        fixture.Write("first.json", text);
        await fixture.DecideAsync();

        var first = Assert.Single(fixture.Rejections)[0];
        Assert.True($"{first.Head} {first.Message}" == error.Replace("FILE", fixture.PathOf("first.json"), StringComparison.Ordinal), $"{what}: {first.Head} {first.Message}");
        Assert.Equal(fixture.Rejections[0], fixture.Store.Errors);
        Assert.Same(before, fixture.Store.Current);
        Assert.Same(config, fixture.Provider.GetConfig());
        Assert.False(config.ChangeToken.HasChanged);
        Assert.Single(config.Routes);

        // And the next good change is taken.
        fixture.Write("first.json", Good.Replace("\"Threads\": 2", "\"Threads\": 5", StringComparison.Ordinal));
        while (fixture.Changes.Count == 0)
        {
            await fixture.DecideAsync();
        }

        Assert.Equal(5, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
        Assert.Empty(fixture.Store.Errors);
    }

    [Fact]
    public async Task A_deleted_file_keeps_what_runs()
    {
        using var fixture = new StoreFixture("{" + Routes + "," + Groups + "}", Layers.Shop("\"Threads\": 9"));
        File.Delete(fixture.PathOf("second.json"));
        await fixture.DecideAsync();
        Assert.Equal("ProxyGroups has vanished from second.json", $"{fixture.Rejections[0][0].Head} {fixture.Rejections[0][0].Message}");
        Assert.Equal(9, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
    }

    [Fact]
    public async Task A_deleted_file_is_let_go_when_somebody_asks_for_a_reload_and_another_one_holds_the_section()
    {
        using var fixture = new StoreFixture(Good, Layers.Shop("\"Threads\": 9"));
        File.Delete(fixture.PathOf("second.json"));
        await fixture.DecideAsync();
        Assert.Single(fixture.Rejections);
        fixture.Store.Reread();
        Assert.Empty(fixture.Store.Errors);
        Assert.Equal(2, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
        Take(fixture, Good.Replace("\"Threads\": 2", "\"Threads\": 3", StringComparison.Ordinal));
        Assert.Equal(3, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
    }

    [Fact]
    public void A_file_in_whose_place_something_else_lies_was_not_removed()
    {
        using var fixture = new StoreFixture(Good, Layers.Shop("\"Threads\": 9"));
        File.Delete(fixture.PathOf("second.json"));
        Directory.CreateDirectory(fixture.PathOf("second.json"));
        fixture.Store.Reread();
        Assert.Contains("has vanished from second.json", fixture.Store.Errors[0].Message, StringComparison.Ordinal);
        Assert.Equal(9, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
    }

    [Theory]
    [InlineData("{" + Routes + "}", null)]
    [InlineData(Good, "{}")]
    public void A_section_that_nobody_holds_any_more_or_whose_file_is_still_there_keeps_what_runs_whoever_asks(string first, string? second)
    {
        using var fixture = new StoreFixture(first, Layers.Shop("\"Threads\": 9"));
        File.Delete(fixture.PathOf("second.json"));
        if (second is not null)
        {
            fixture.Write("second.json", second);
        }

        fixture.Store.Reread();
        Assert.Contains("has vanished from second.json", fixture.Store.Errors[0].Message, StringComparison.Ordinal);
        Assert.Equal(9, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
    }

    [Fact]
    public void A_broken_file_is_named_when_another_file_is_reloaded()
    {
        using var fixture = new StoreFixture("{" + Groups + "}", "{" + Routes + "}");
        fixture.Write("second.json", "{ \"ReverseProxy\": ");
        fixture.Store.Reload();
        Assert.StartsWith(fixture.PathOf("second.json"), fixture.Store.Errors[0].Path, StringComparison.Ordinal);
        Assert.Single(fixture.Provider.GetConfig().Routes);
    }

    [Fact]
    public async Task An_empty_section_ends_its_groups_on_purpose()
    {
        using var fixture = new StoreFixture(Good);
        fixture.Write("first.json", """{ "ProxyGroups": {}, "ReverseProxy": {} }""");
        await fixture.DecideAsync();
        Assert.Empty(Assert.Single(fixture.Changes).Settings.ProcessGroups);
        Assert.Empty(fixture.Provider.GetConfig().Routes);
    }

    [Fact]
    public void Many_file_events_within_the_quiet_time_are_one_reload()
    {
        var source = new TouchedSource();
        var configuration = new ConfigurationBuilder().Add(source).Build();
        var (time, loads) = (new FakeTimeProvider(), 0);
        using var store = new SettingsStore(
            new() { Configuration = configuration, MachineChecks = _ => { loads++; return []; } }, time, NullLogger<SettingsStore>.Instance);
        for (var i = 0; i < 3; i++)
        {
            source.Touch();
            time.Advance(SettingsStore.QuietTime / 2);
        }

        Assert.Equal(1, loads);
        time.Advance(SettingsStore.QuietTime);
        Assert.Equal(2, loads);
        time.Advance(SettingsStore.QuietTime * 10);
        Assert.Equal(2, loads);
    }

    [Fact]
    public void YARP_hears_of_routes_and_clusters_only()
    {
        using var fixture = new StoreFixture(Good);
        var first = fixture.Provider.GetConfig();
        Assert.Equal(["shop"], first.Clusters.Select(cluster => cluster.ClusterId));
        Assert.All(first.Clusters, cluster => Assert.Null(cluster.Destinations));

        Take(fixture, Good.Replace("\"Threads\": 2", "\"Threads\": 3", StringComparison.Ordinal));
        Assert.Equal(2, fixture.Store.Current.Revision);
        Assert.Same(first, fixture.Provider.GetConfig());

        Take(fixture, Good.Replace("/shop/", "/store/", StringComparison.Ordinal));
        var second = fixture.Provider.GetConfig();
        Assert.NotSame(first, second);
        Assert.True(first.ChangeToken.HasChanged);
        Assert.False(second.ChangeToken.HasChanged);
        Assert.Equal("/store/{**rest}", second.Routes[0].Match.Path);

        Take(fixture, Good.Replace("\"shop\": { \"Threads\"", "\"new\": {}, \"shop\": { \"Threads\"", StringComparison.Ordinal));
        Assert.Equal(["new", "shop"], fixture.Provider.GetConfig().Clusters.Select(cluster => cluster.ClusterId));
    }

    [Fact]
    public void A_changed_body_limit_of_a_route_alone_is_published()
    {
        using var fixture = new StoreFixture(Good);
        Take(fixture, Good.Replace("\"ClusterId\"", "\"MaxRequestBodySize\": 5, \"ClusterId\"", StringComparison.Ordinal));
        var five = fixture.Provider.GetConfig();
        Take(fixture, Good.Replace("\"ClusterId\"", "\"MaxRequestBodySize\": 6, \"ClusterId\"", StringComparison.Ordinal));
        var six = fixture.Provider.GetConfig();
        Assert.Equal((5L, 6L), (five.Routes[0].MaxRequestBodySize, six.Routes[0].MaxRequestBodySize));
        Assert.NotEqual(five.Routes[0], six.Routes[0]);
    }

    [Fact]
    public void A_listener_that_throws_does_not_end_the_store()
    {
        using var fixture = new StoreFixture(Good);
        fixture.Store.Changed += _ => throw new InvalidOperationException("listener");
        Take(fixture, Good.Replace("\"Threads\": 2", "\"Threads\": 3", StringComparison.Ordinal));
        Assert.Equal(3, fixture.Store.Current.Settings.ProcessGroups["shop"].Threads);
    }

    [Fact]
    public void A_route_that_YARP_refuses_is_refused_with_the_rest()
    {
        var services = new ServiceCollection();
        services.AddLogging().AddReverseProxy();
        using var container = services.BuildServiceProvider();
        SettingsSources WithYarp(SettingsSources sources) => sources with { RouteValidator = container.GetRequiredService<IConfigValidator> };

        using var fixture = new StoreFixture(Good, change: WithYarp);
        var bad = Good.Replace("/shop/{**rest}", "/{", StringComparison.Ordinal);
        Take(fixture, bad);
        var error = Assert.Single(Assert.Single(fixture.Rejections));
        Assert.StartsWith("ReverseProxy:Routes:shop is refused by YARP: Invalid path '/{' for route 'shop'", error.ToString(), StringComparison.Ordinal);
        Assert.Throws<SettingsException>(() => new StoreFixture(bad, change: WithYarp));
    }

    [Fact]
    public void Clusters_of_other_providers_are_known_and_machine_checks_are_asked()
    {
        using var fixture = new StoreFixture(
            "{" + Routes.Replace("\"ClusterId\": \"shop\"", "\"ClusterId\": \"legacy\"", StringComparison.Ordinal) + "," + Groups + "}",
            change: sources => sources with { ForeignClusters = () => ["Legacy"] });
        var warning = Assert.Single(fixture.Store.Current.Warnings);
        Assert.Equal("ProxyGroups:ProcessGroups:shop is reached by no route. Write a route with \"ClusterId\": \"shop\" in \"ReverseProxy:Routes\".", warning.ToString());
        Assert.Throws<SettingsException>(() => new StoreFixture(Good, change: sources => sources with { MachineChecks = _ => [new("x", null, "y", "z")] }));
    }

    [Fact]
    public void A_misspelt_section_is_pointed_out()
    {
        using var fixture = new StoreFixture("""{ "ProxyGroup": { "ProcessGroups": {} } }""");
        Assert.Equal("ProxyGroup is not read. Did you mean \"ProxyGroups\"?", Assert.Single(fixture.Store.Current.Warnings).ToString());
    }

    /// <summary>Reloads at once, without the watchers.</summary>
    private static void Take(StoreFixture fixture, string text)
    {
        fixture.Write("first.json", text);
        fixture.Configuration.Reload();
        fixture.Store.Reload();
    }

    private sealed class TouchedSource : ConfigurationProvider, IConfigurationSource
    {
        public void Touch() => OnReload();

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
    }

    /// <summary>Somebody's own source, which fails when it is read again.</summary>
    private sealed class OnceSource : ConfigurationProvider, IConfigurationSource
    {
        private bool _isRead;

        public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

        public override void Load() => _isRead = !_isRead ? true : throw new TimeoutException("The vault does not answer.");
    }
}
