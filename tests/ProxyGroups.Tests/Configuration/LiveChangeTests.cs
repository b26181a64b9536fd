using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using ProxyGroups.Configuration;

namespace ProxyGroups.Tests.Configuration;

/// <summary>Settings given by command: real files, layers as a front door has them.</summary>
public sealed class LiveChangeTests : IDisposable
{
    private const string Shop = """
        { // the person's own words
          "ProxyGroups": { "ProcessGroups": { "shop": { "Command": "x", "Processes": 2, "Queue": { "Limit": 50 } } } } }
        """;

    private readonly string _directory = Directory.CreateTempSubdirectory("pgl").FullName;

    private string Settings => Path.Combine(_directory, "appsettings.json");

    private string Live => Path.Combine(_directory, "appsettings.live.json");

    public LiveChangeTests() => File.WriteAllText(Settings, Shop);

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_change_is_in_force_at_once_and_ends_with_the_front_door()
    {
        using (var store = Start())
        {
            var changes = new List<SettingsSnapshot>();
            store.Changed += changes.Add;
            Assert.Null(Set(store, false, ("Processes", "4"), ("queue:maxwait", "2s")));
            var shop = Assert.Single(changes).Settings.ProcessGroups["shop"];
            Assert.Equal((4, 4, 50, TimeSpan.FromSeconds(2)), (shop.Processes, shop.MaxProcesses, shop.Queue.Limit, shop.Queue.MaxWait));
            store.Reread();
            Assert.Equal(4, store.Current.Settings.ProcessGroups["shop"].Processes);
        }

        using var next = Start();
        Assert.Equal(2, next.Current.Settings.ProcessGroups["shop"].Processes);
        Assert.False(File.Exists(Live));
        Assert.Equal(Shop, File.ReadAllText(Settings));
    }

    [Fact]
    public void What_is_saved_lies_in_a_file_of_its_own_and_holds_after_the_next_start_until_that_file_is_removed()
    {
        using (var store = Start())
        {
            Assert.Null(Set(store, true, ("Processes", "4")));
            Assert.Null(Set(store, false, ("Threads", "9")));
            Assert.Null(Set(store, true, ("Queue:MaxWait", "2s")));
        }

        Assert.Equal("""{"ProxyGroups":{"ProcessGroups":{"shop":{"Processes":4,"Queue":{"MaxWait":"2s"}}}}}""", JsonNode.Parse(File.ReadAllText(Live))!.ToJsonString());
        Assert.Equal(2, Directory.GetFiles(_directory).Length);
        using var next = Start();
        Assert.Equal((4, 4), (next.Current.Settings.ProcessGroups["shop"].Processes, next.Current.Settings.ProcessGroups["shop"].Threads));
        File.Delete(Live);
        next.Reread();
        Assert.Empty(next.Errors);
        Assert.Equal(2, next.Current.Settings.ProcessGroups["shop"].Processes);
    }

    [Fact]
    public void What_was_set_is_taken_back_for_now_or_for_good_and_the_settings_file_holds_again()
    {
        using (var store = Start())
        {
            Assert.Null(Set(store, true, ("Queue:MaxWait", "2s"), ("Processes", "4")));
            Assert.Null(Set(store, false, ("Threads", "9")));
            Assert.Null(LiveChange.TakeBack(store, "shop", ["threads", "processes"], save: false));
            Assert.Equal((2, 4), (store.Current.Settings.ProcessGroups["shop"].Processes, store.Current.Settings.ProcessGroups["shop"].Threads));
            store.Reread();
            Assert.Equal(2, store.Current.Settings.ProcessGroups["shop"].Processes);
            Assert.Equal("Threads of group shop is not set by command, so there is nothing to take back.", LiveChange.TakeBack(store, "shop", ["Threads"], save: false));
        }

        using (var next = Start())
        {
            Assert.Equal(4, next.Current.Settings.ProcessGroups["shop"].Processes);
            Assert.Null(LiveChange.TakeBack(next, "shop", ["processes", "Queue:MaxWait"], save: true));
            Assert.Equal((2, TimeSpan.FromSeconds(5)), (next.Current.Settings.ProcessGroups["shop"].Processes, next.Current.Settings.ProcessGroups["shop"].Queue.MaxWait));
        }

        Assert.Equal("{}", JsonNode.Parse(File.ReadAllText(Live))!.ToJsonString());
    }

    [Fact]
    public void What_would_be_wrong_without_a_setting_keeps_it()
    {
        using var store = Start();
        Assert.Null(Set(store, true, ("Processes", "4"), ("MaxProcesses", "8")));
        Assert.Null(Set(store, true, ("Processes", "6")));
        File.WriteAllText(Settings, Shop.Replace("\"Processes\": 2", "\"Processes\": 9", StringComparison.Ordinal));
        store.Reread();
        Assert.Contains("MaxProcesses", LiveChange.TakeBack(store, "shop", ["Processes"], save: true), StringComparison.Ordinal);
        Assert.Equal(6, store.Current.Settings.ProcessGroups["shop"].Processes);
        Assert.Contains("6", File.ReadAllText(Live), StringComparison.Ordinal);
        Assert.Contains("Worker:User cannot be set by command", LiveChange.TakeBack(store, "shop", ["Worker:User"], save: false), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_change_is_refused_as_in_the_settings_file_and_changes_and_saves_nothing()
    {
        using var store = Start();
        var before = store.Current;
        Assert.Contains("""ProcessGroups:shop:Threads = "many" """.TrimEnd(), Set(store, true, ("Threads", "many"), ("Processes", "4")), StringComparison.Ordinal);
        Assert.Contains("MaxProcesses", Set(store, true, ("MaxProcesses", "1")), StringComparison.Ordinal);
        Assert.Same(before, store.Current);
        Assert.Empty(store.Errors);
        Assert.False(File.Exists(Live));
        // The refused values are gone: what is right now is taken.
        Assert.Null(Set(store, false, ("Processes", "3")));
        Assert.Equal((3, 4), (store.Current.Settings.ProcessGroups["shop"].Processes, store.Current.Settings.ProcessGroups["shop"].Threads));
    }

    [Theory]
    [InlineData("Worker:User", "Worker:User cannot be set by command: write it into the settings file. These can: Processes, ")]
    [InlineData("Command", "Command cannot be set by command: write it")]
    [InlineData("Environment:PATH", "cannot be set by command: write it")]
    [InlineData("Thread", "Thread cannot be set by command. Did you mean Threads?")]
    public void What_workers_are_started_from_cannot_be_set(string key, string refusal)
    {
        using var store = Start();
        Assert.Contains(refusal, Set(store, false, (key, "root")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_above_wins_and_the_refusal_says_so()
    {
        using var store = Start(above: "7");
        Assert.Contains("is set by a layer above", Set(store, false, ("Threads", "9")), StringComparison.Ordinal);
        Assert.Equal(7, store.Current.Settings.ProcessGroups["shop"].Threads);
        Assert.Null(Set(store, false, ("Processes", "3")));
    }

    [Fact]
    public void A_group_that_is_removed_from_the_settings_is_gone_whatever_was_set_for_it()
    {
        using var store = Start();
        Assert.Null(Set(store, true, ("Processes", "4")));
        File.WriteAllText(Settings, """{ "ProxyGroups": { "ProcessGroups": { "blog": { "Command": "x" } } } }""");
        store.Reread();
        Assert.Empty(store.Errors);
        Assert.Equal(["blog"], store.Current.Settings.ProcessGroups.Keys);
    }

    [Fact]
    public void A_broken_file_of_settings_stops_the_start_by_name_and_keeps_what_runs()
    {
        File.WriteAllText(Live, "{");
        Assert.Contains(Live, Assert.ThrowsAny<InvalidDataException>(() => Start()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_cannot_be_saved_changes_nothing_and_leaves_nothing_behind()
    {
        using var store = Start();
        Directory.CreateDirectory(Live);
        Assert.Contains($"{Live}\n    cannot be written: ", Set(store, true, ("Processes", "4")), StringComparison.Ordinal);
        Assert.Equal(2, store.Current.Settings.ProcessGroups["shop"].Processes);
        Assert.Equal([Settings], Directory.GetFiles(_directory));
        Directory.Delete(Live);
        Assert.Null(Set(store, true, ("Processes", "4")));
        Assert.Equal(4, store.Current.Settings.ProcessGroups["shop"].Processes);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    public void What_somebody_has_spoilt_meanwhile_is_not_written_over(string spoilt)
    {
        using var store = Start();
        File.WriteAllText(Live, spoilt);
        Assert.Contains($"{Live}\n    cannot be read, so it is left as it is: ", Set(store, true, ("Processes", "4")), StringComparison.Ordinal);
        Assert.Equal(spoilt, File.ReadAllText(Live));
        Assert.Equal(2, store.Current.Settings.ProcessGroups["shop"].Processes);
        Assert.Null(Set(store, false, ("Processes", "4")));
    }

    [Fact]
    public void Without_a_settings_file_there_is_no_place_for_it()
    {
        using var configuration = new ConfigurationManager();
        configuration.AddInMemoryCollection([new("ProxyGroups:ProcessGroups:shop:Command:0", "x")]);
        LiveLayer.AddTo(configuration);
        using var store = new SettingsStore(new SettingsSources { Configuration = configuration }, TimeProvider.System, NullLogger<SettingsStore>.Instance);
        Assert.Contains("started with a settings file", Set(store, false, ("Threads", "9")), StringComparison.Ordinal);
    }

    private SettingsStore Start(string? above = null)
    {
        var configuration = new ConfigurationManager();
        configuration.AddJsonFile(Settings, optional: false, reloadOnChange: false);
        configuration.AddInMemoryCollection(above is null ? [] : [new("ProxyGroups:ProcessGroups:shop:Threads", above)]);
        LiveLayer.AddTo(configuration);
        return new SettingsStore(new SettingsSources { Configuration = configuration }, TimeProvider.System, NullLogger<SettingsStore>.Instance);
    }

    private static string? Set(SettingsStore store, bool save, params (string Key, string Value)[] values) =>
        LiveChange.Try(store, "shop", values.ToDictionary(static value => value.Key, static value => value.Value), save);
}
