using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using ProxyGroups.Configuration;
using Xunit;

namespace ProxyGroups.Tests.Configuration;

/// <summary>A store over real, watched files in a directory of its own; time is fake, file events are awaited.</summary>
internal sealed class StoreFixture : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("proxygroups-tests-").FullName;
    private readonly SignallingTime _time = new();

    public StoreFixture(string first, string? second = null, Func<SettingsSources, SettingsSources>? change = null)
    {
        Write("first.json", first);
        var builder = new ConfigurationBuilder().SetBasePath(_directory).AddJsonFile("first.json", optional: false, reloadOnChange: true);
        if (second is not null)
        {
            Write("second.json", second);
            builder.AddJsonFile("second.json", optional: true, reloadOnChange: true);
        }

        Configuration = builder.Build();
        var sources = new SettingsSources { Configuration = Configuration };
        Store = new(change?.Invoke(sources) ?? sources, _time, NullLogger<SettingsStore>.Instance);
        Provider = new(Store);
        Store.Changed += Changes.Add;
        Store.Rejected += Rejections.Add;
    }

    public IConfigurationRoot Configuration { get; }

    public SettingsStore Store { get; }

    public SettingsProxyConfigProvider Provider { get; }

    public List<SettingsSnapshot> Changes { get; } = [];

    public List<IReadOnlyList<SettingsError>> Rejections { get; } = [];

    public string PathOf(string name) => Path.Combine(_directory, name);

    public void Write(string name, string text) => File.WriteAllText(PathOf(name), text);

    /// <summary>Lets the quiet time pass after each file event until the store has decided.</summary>
    public async Task DecideAsync()
    {
        var decisions = Changes.Count + Rejections.Count;
        while (Changes.Count + Rejections.Count == decisions)
        {
            Assert.Equal(SettingsStore.QuietTime, await _time.Started.ReadAsync(TestContext.Current.CancellationToken));
            _time.Advance(SettingsStore.QuietTime);
        }
    }

    public void Dispose()
    {
        Provider.Dispose();
        Store.Dispose();
        (Configuration as IDisposable)?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }
}
