using ProxyGroups.Groups.Learning;
using ProxyGroups.Supervision;

namespace ProxyGroups.Tests.Groups.Learning;

/// <summary>Which modules are tried, and which list takes the place of which.</summary>
public sealed class LearningRuleTests
{
    [Theory]
    [InlineData("a: json django", 1, "json django")]
    [InlineData("a: json django", 2, null)]
    [InlineData("a: json django; b: flask json", 2, "json")]
    [InlineData("a: json django; b: flask json; c: re", 3, "json")]
    [InlineData("a: json django; b: flask json; c: django", 3, "json django")]
    [InlineData("a: json django; b:", 2, null)]
    [InlineData("a: json django; b: json django | django", 2, "json")]
    [InlineData("a: json django.db; b: json django.db; c: | django", 3, "json")]
    [InlineData("", 0, null)]
    public void What_two_apps_load_is_worth_a_trial_unless_it_means_another_module_to_one_of_them(string reports, int members, string? names) =>
        Assert.Equal(names, LearningRule.Candidates(Read(reports), members) is { } candidates ? string.Join(' ', candidates.Names) : null);

    [Fact]
    public void A_list_fits_into_a_variable()
    {
        var many = Enumerable.Range(0, 5000).Select(static number => $"{new string('m', 190)}{number}").ToList();
        var candidates = LearningRule.Candidates(new Dictionary<string, GroupModules> { ["a"] = new(1, many, [.. many.Select(static name => "o" + name)]) }, 1)!;
        Assert.InRange(string.Join(' ', candidates.Names).Length, LearningRule.LongestList - 1000, LearningRule.LongestList);
        Assert.InRange(string.Join(' ', candidates.Others).Length, LearningRule.LongestList - 1000, LearningRule.LongestList);
    }

    [Fact]
    public void Workers_of_one_generation_add_up_and_a_newer_one_is_believed_alone()
    {
        var first = GroupModules.With(null, 2, new(["a"], ["x"], 0));
        var second = GroupModules.With(first, 2, new(["b", "a"], ["y"], 0));
        Assert.Equal(("a b", "x y"), (string.Join(' ', second.Loaded), string.Join(' ', second.Others)));
        Assert.Same(second, GroupModules.With(second, 1, new(["c"], [], 0)));
        Assert.Equal(["c"], GroupModules.With(second, 3, new(["c"], [], 0)).Loaded);
    }

    [Fact]
    public void Code_that_workers_of_one_generation_run_adds_up()
    {
        var first = GroupModules.With(null, 2, new([], [], 0) { Code = Words("re:3 json:1") });
        Assert.Equal(["re:2,3", "json:1"], GroupModules.With(first, 2, new([], [], 0) { Code = Words("re:2,3") }).Code.Select(static word => word.ToString()));
        Assert.Empty(GroupModules.With(first, 3, new([], [], 0)).Code);
    }

    [Theory]
    [InlineData("a: re:1,2; b: re:2,3; c: json:1 re:2", "", "re:2,1,3 json:1")]
    [InlineData("a: re:1 json:5; b: json:5; c: re:1,7", "", "json:5 re:1,7")]
    [InlineData("a: re:1", "re:9,1 json:4 no", "re:1,9 json:4")]
    [InlineData("", "json:4 re:1", "json:4 re:1")]
    [InlineData("a:", "", "")]
    public void Code_lies_by_who_runs_it_and_what_was_known_before_comes_last(string reports, string known, string code)
    {
        var told = reports.Split("; ", StringSplitOptions.RemoveEmptyEntries).ToDictionary(static report => report[..1], static report => new GroupModules(1, [], []) { Code = Words(report[2..]) });
        Assert.Equal(code, string.Join(' ', LearningRule.Code(told, known.Split(' '))));
    }

    [Fact]
    public void Code_fits_into_a_variable()
    {
        var many = Enumerable.Range(1, 5000).Select(static number => new CodeWord($"{new string('m', 190)}{number}", [number])).ToList();
        Assert.InRange(string.Join(' ', LearningRule.Code(new Dictionary<string, GroupModules> { ["a"] = new(1, [], []) { Code = many } }, [])).Length, LearningRule.LongestList - 1000, LearningRule.LongestList);
    }

    [Theory]
    [InlineData(100, 100, false, true)]
    [InlineData(100, 105, true, false)]
    [InlineData(100, 111, true, true)]
    [InlineData(100, 50, true, false)]
    public void A_list_in_use_is_replaced_by_one_that_shares_notably_more(long known, long found, bool isInUse, bool replaces) =>
        Assert.Equal(replaces, LearningRule.Replaces(new([], [], known), new([], [], found), isInUse));

    [Theory]
    [InlineData("re:1,2", "re:1,2", false, false)]
    [InlineData("re:1,2", "re:2,1", false, false)]
    [InlineData("", "", true, false)]
    [InlineData("", "re:1", true, true)]
    [InlineData("re:1,2,3,4,5,6,7,8,9 json:1,2", "re:1,2,3,4,5,6,7,8,9 json:1,2,3", false, true)]
    [InlineData("re:1,2,3,4,5,6,7,8,9 json:1,2", "re:1,2,3,4,5,6,7,8,9 json:1,2,3", true, false)]
    [InlineData("re:1,2,3,4,5,6,7,8,9 json:1,2", "re:1,2,3,4,5,6,7,8,9 json:1,2,3,4", true, true)]
    public void Code_in_use_is_replaced_by_notably_more_of_it_and_other_code_by_more(string known, string found, bool isInUse, bool replaces) =>
        Assert.Equal(replaces, LearningRule.ReplacesCode(known.Split(' '), found.Split(' '), isInUse));

    [Fact]
    public void A_list_that_could_hide_an_apps_own_module_is_replaced()
    {
        Assert.True(LearningRule.Replaces(new([], ["x"], 100), new([], ["x", "calendar"], 50), isInUse: true));
        Assert.True(LearningRule.Replaces(null, new([], [], 1), isInUse: false));
    }

    [Fact]
    public void However_many_workers_of_a_generation_tell_something_new_only_so_much_is_kept()
    {
        GroupModules? known = null;
        for (var worker = 0; worker < 10; worker++)
        {
            var names = Enumerable.Range(0, ModuleListener.MostNames / 2).Select(number => $"m{worker}_{number}").ToList();
            known = GroupModules.With(known, 1, new(names, names, 0) { Code = [new CodeWord($"m{worker}", [.. Enumerable.Range(1, ModuleListener.MostLines / 2)])] });
        }

        Assert.Equal((ModuleListener.MostNames, ModuleListener.MostNames, ModuleListener.MostLines), (known!.Loaded.Count, known.Others.Count, known.Code.Sum(static word => word.Lines.Count)));
        Assert.Equal("m0_0", known.Loaded[0]);
    }

    private static IReadOnlyList<CodeWord> Words(string text) => [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(static word => CodeWord.Parse(word)!.Value)];

    // "a: LOADED ... | OTHERS ...; b: ..."
    private static Dictionary<string, GroupModules> Read(string text) => text.Split("; ", StringSplitOptions.RemoveEmptyEntries).ToDictionary(static report => report[..1], static report =>
    {
        var parts = report[2..].Split('|').Select(static names => names.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        return new GroupModules(1, parts[0], parts.Count > 1 ? parts[1] : []);
    });
}
