using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Json;
using ProxyGroups.Host;

namespace ProxyGroups.Tests.Host;

/// <summary>Whatever is asked of it, it answers as .NET's own reader of JSON files does.</summary>
public sealed class IndexedJsonSourceTests : IDisposable
{
    private const string Settings = """
        {
          "ProxyGroups": { "ProcessGroups": { "b": { "Directory": "/b", "Arguments": [ "x", "y", "z" ] }, "a": {}, "B:c": { "Threads": 1 }, "10": { "X": 1 }, "9": { "X": 1 } } },
          "proxygroups": { "ProcessGroups": { "B": { "Threads": 2 } } },
          "Empty": {}, "List": [], "Null": null, "": { "": 1, "x": { "y": 1 } }
        }
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("pg-indexed-").FullName;

    public IndexedJsonSourceTests() => File.WriteAllText(Path.Combine(_folder, "appsettings.json"), Settings);

    [Fact]
    public void It_tells_the_same_keys_as_the_reader_of_dotnet()
    {
        var (ours, theirs) = (Provider(indexed: true), Provider(indexed: false));
        Assert.IsNotType<JsonConfigurationProvider>(ours);
        string?[] parents = [null, "", "ProxyGroups", "PROXYGROUPS:processgroups", "ProxyGroups:ProcessGroups:b", "ProxyGroups:ProcessGroups:b:Arguments", "ProxyGroups:ProcessGroups:b:Directory", "Proxy", "Empty", "List", "Null", "none", ":", ":x"];
        Assert.All(parents, parent => Assert.Equal(theirs.GetChildKeys(["early", "b"], parent).Distinct(), ours.GetChildKeys(["early", "b"], parent).Distinct()));
    }

    [Fact]
    public void It_tells_a_key_that_was_set_since()
    {
        var provider = Provider(indexed: true);
        Assert.Empty(provider.GetChildKeys([], "new"));
        provider.Set("new:key", "value");
        Assert.Equal(["key"], provider.GetChildKeys([], "new"));
    }

    [Fact]
    public void It_tells_what_the_file_says_after_it_was_read_again()
    {
        var provider = Provider(indexed: true);
        Assert.Empty(provider.GetChildKeys([], "new"));
        File.WriteAllText(Path.Combine(_folder, "appsettings.json"), """{ "new": { "key": 1 } }""");
        provider.Load();
        Assert.Equal(["key"], provider.GetChildKeys([], "new"));
        Assert.Empty(provider.GetChildKeys([], "ProxyGroups"));
    }

    [Fact]
    public void It_reads_no_file_that_is_too_large()
    {
        var provider = Provider(indexed: true);
        using (var file = File.OpenWrite(Path.Combine(_folder, "appsettings.json")))
        {
            file.SetLength(SettingsSize.Most + 1);
        }

        var refused = Assert.Throws<InvalidDataException>(provider.Load);
        Assert.Equal(SettingsSize.Fault(SettingsSize.Most + 1), refused.InnerException!.Message);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_is_watched_if_somebody_wants_that(bool areWatched)
    {
        var builder = new ConfigurationBuilder().SetBasePath(_folder).AddJsonFile("appsettings.json", optional: false, reloadOnChange: !areWatched);
        IndexedJsonSource.ReplaceIn(builder.Sources, areWatched);
        Assert.Equal(areWatched, Assert.IsType<IndexedJsonSource>(builder.Sources.Single()).ReloadOnChange);
    }

    [Fact]
    public void It_stands_in_for_each_file_with_all_that_was_said_of_it()
    {
        using var manager = new ConfigurationManager();
        var builder = manager.SetBasePath(_folder).AddJsonFile("appsettings.json", optional: true).AddInMemoryCollection().AddJsonFile("none.json", optional: true);
        var (count, before) = (builder.Sources.Count, builder.Sources.OfType<JsonConfigurationSource>().ToList());
        IndexedJsonSource.ReplaceIn(builder.Sources);
        Assert.Equal(count, builder.Sources.Count);
        Assert.Equal(
            before.Select(static file => (file.Path, file.Optional, file.ReloadDelay)),
            builder.Sources.OfType<IndexedJsonSource>().Select(static file => (file.Path, file.Optional, file.ReloadDelay)));
        Assert.All(builder.Sources.OfType<IndexedJsonSource>(), static file => Assert.True(file is { ReloadOnChange: true, FileProvider: SettingsFolder }));
        Assert.Single(builder.Sources.OfType<IndexedJsonSource>().Select(static file => file.FileProvider).Distinct());
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private IConfigurationProvider Provider(bool indexed)
    {
        var builder = new ConfigurationBuilder().SetBasePath(_folder).AddJsonFile("appsettings.json");
        if (indexed)
        {
            IndexedJsonSource.ReplaceIn(builder.Sources);
        }

        return builder.Build().Providers.Single();
    }
}
