using System.Text;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Supervision;

/// <summary>What a worker says of its modules is put together, and what it should not say is dropped.</summary>
public sealed class ModuleListenerTests
{
    private readonly ModuleListener _listener = new();

    [Fact]
    public void A_report_comes_in_pieces_and_is_told_once()
    {
        Assert.Null(Hear("X_PROXYGROUPS_LOADED=django django.db"));
        Assert.Null(Hear("X_PROXYGROUPS_LOADED=django.db json"));
        Assert.Null(Hear("X_PROXYGROUPS_OTHERS=shop"));
        var report = Hear("X_PROXYGROUPS_MODULES=4096")!;
        Assert.Equal(("django django.db json", "shop", 4096), (string.Join(' ', report.Loaded), string.Join(' ', report.Others), report.Size));
        Assert.Null(Hear("X_PROXYGROUPS_LOADED=evil"));
        Assert.Null(Hear("X_PROXYGROUPS_MODULES=0"));
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/tmp/evil")]
    [InlineData("-c")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("a.")]
    [InlineData("a=b")]
    [InlineData("a\0b")]
    [InlineData("a;b")]
    [InlineData("1a")]
    [InlineData("caf\u00e9")]
    [InlineData("idlelib.__main__")]
    [InlineData("__main__")]
    public void What_is_no_name_of_a_module_is_dropped(string text)
    {
        Hear($"X_PROXYGROUPS_LOADED=json {text} {new string('a', 201)} {new string('a', 200)}");
        Hear($"X_PROXYGROUPS_OTHERS={text}");
        var report = Hear("X_PROXYGROUPS_MODULES=0")!;
        Assert.Equal(["json", new string('a', 200)], report.Loaded);
        Assert.Empty(report.Others);
    }

    [Fact]
    public void However_much_is_said_only_so_much_is_kept()
    {
        for (var piece = 0; piece < ModuleListener.MostNames; piece += 100)
        {
            Hear("X_PROXYGROUPS_LOADED=" + string.Join(' ', Enumerable.Range(piece, 101).Select(static number => $"m{number}")));
            Hear("X_PROXYGROUPS_OTHERS=" + string.Join(' ', Enumerable.Range(piece, 101).Select(static number => $"o{number}")));
        }

        var report = Hear("X_PROXYGROUPS_MODULES=0")!;
        Assert.InRange(report.Loaded.Count + report.Others.Count, ModuleListener.MostNames * 9 / 10, ModuleListener.MostNames);
    }

    [Fact]
    public void Code_is_told_by_its_first_lines_and_each_module_comes_once()
    {
        Hear("X_PROXYGROUPS_CODE=json.decoder:30,3 re:7");
        Hear("X_PROXYGROUPS_CODE=json.decoder:3,4");
        Assert.Equal(["json.decoder:3,4,30", "re:7"], Hear("X_PROXYGROUPS_MODULES=0")!.Code.Select(static word => word.ToString()));
    }

    [Theory]
    [InlineData("json")]
    [InlineData("json:")]
    [InlineData(":1")]
    [InlineData("json:1,")]
    [InlineData("json:0")]
    [InlineData("json:-1")]
    [InlineData("json:x")]
    [InlineData("json:1:2")]
    [InlineData("json:99999999999")]
    [InlineData("../evil:1")]
    [InlineData("__main__:1")]
    public void What_is_no_line_of_a_module_is_dropped(string text)
    {
        Hear($"X_PROXYGROUPS_CODE=re:1 {text} re:2");
        Assert.Equal("re:1,2", Assert.Single(Hear("X_PROXYGROUPS_MODULES=0")!.Code).ToString());
    }

    [Fact]
    public void However_much_has_run_only_so_many_lines_are_kept()
    {
        for (var begin = 0; begin < ModuleListener.MostLines * 2; begin += 300)
        {
            Hear("X_PROXYGROUPS_CODE=json:" + string.Join(',', Enumerable.Range(begin + 1, 300)));
        }

        Assert.InRange(Assert.Single(Hear("X_PROXYGROUPS_MODULES=0")!.Code).Lines.Count, ModuleListener.MostLines * 9 / 10, ModuleListener.MostLines);
    }

    [Theory]
    [InlineData("X_PROXYGROUPS_MODULES=-1")]
    [InlineData("X_PROXYGROUPS_MODULES=")]
    [InlineData("X_PROXYGROUPS_MODULES=99999999999999999999")]
    [InlineData("X_PROXYGROUPS_LOADED")]
    [InlineData("X_PROXYGROUPS_EVIL=1")]
    [InlineData("LOADED=json")]
    public void Words_that_are_none_mean_nothing(string text) => Assert.Null(NotifyMessage.Parse(Encoding.UTF8.GetBytes(text)).Modules);

    private ModuleReport? Hear(string text) => _listener.Hear(NotifyMessage.Parse(Encoding.UTF8.GetBytes(text)).Modules!);
}
